package dev.schemaward.api.v1alpha1;

import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinitionVersion;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What of a released CRD a new one breaks: a version or field that is gone, another type, a field
 * that became required, a value that an enum no longer has, a pattern or length that became
 * stricter. CEL rules are not compared.
 */
final class CrdCompatibility {
  private CrdCompatibility() {}

  static List<String> breaks(CustomResourceDefinition released, CustomResourceDefinition now) {
    List<String> breaks = new ArrayList<>();
    for (CustomResourceDefinitionVersion old : released.getSpec().getVersions()) {
      CustomResourceDefinitionVersion same =
          now.getSpec().getVersions().stream()
              .filter(version -> version.getName().equals(old.getName()))
              .findFirst()
              .orElse(null);
      if (same == null || !Boolean.TRUE.equals(same.getServed())) {
        breaks.add("version " + old.getName() + " is no longer served");
      } else {
        compare(
            old.getName(),
            old.getSchema().getOpenAPIV3Schema(),
            same.getSchema().getOpenAPIV3Schema(),
            breaks);
      }
    }
    return breaks;
  }

  private static void compare(
      String path, JSONSchemaProps old, JSONSchemaProps now, List<String> breaks) {
    if (!Objects.equals(old.getType(), now.getType())) {
      breaks.add(path + ": type " + old.getType() + " became " + now.getType());
      return;
    }
    if (now.getEnum() != null && !now.getEnum().isEmpty()) {
      if (old.getEnum() == null || old.getEnum().isEmpty()) {
        breaks.add(path + ": became an enum");
      } else if (!now.getEnum().containsAll(old.getEnum())) {
        breaks.add(path + ": values " + old.getEnum() + " became " + now.getEnum());
      }
    }
    if (now.getPattern() != null && !now.getPattern().equals(old.getPattern())) {
      breaks.add(path + ": pattern " + old.getPattern() + " became " + now.getPattern());
    }
    if (now.getMaxLength() != null
        && (old.getMaxLength() == null || now.getMaxLength() < old.getMaxLength())) {
      breaks.add(path + ": maxLength " + old.getMaxLength() + " became " + now.getMaxLength());
    }
    for (String required : orEmpty(now.getRequired())) {
      if (!orEmpty(old.getRequired()).contains(required)) {
        breaks.add(path + "." + required + ": became required");
      }
    }
    Map<String, JSONSchemaProps> fields = orEmpty(now.getProperties());
    orEmpty(old.getProperties())
        .forEach(
            (name, field) -> {
              if (!fields.containsKey(name)) {
                breaks.add(path + "." + name + ": is gone");
              } else {
                compare(path + "." + name, field, fields.get(name), breaks);
              }
            });
    if (old.getItems() != null && now.getItems() != null) {
      compare(path + "[]", old.getItems().getSchema(), now.getItems().getSchema(), breaks);
    }
  }

  private static <T> List<T> orEmpty(List<T> list) {
    return list == null ? List.of() : list;
  }

  private static <K, V> Map<K, V> orEmpty(Map<K, V> map) {
    return map == null ? Map.of() : map;
  }
}
