package dev.schemaward.api.v1alpha1;

import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import java.util.Map;
import java.util.Set;

/** docs/reference/api.md, written from the CRD. */
final class ApiReference {
  /** Kubernetes' own types: one line, not their fields. */
  private static final Set<String> KUBERNETES =
      Set.of("resources", "tolerations", "imagePullSecrets");

  private ApiReference() {}

  static String of(CustomResourceDefinition crd) {
    JSONSchemaProps root = crd.getSpec().getVersions().get(0).getSchema().getOpenAPIV3Schema();
    StringBuilder text = new StringBuilder();
    text.append("<!-- Generated from operator/api by CrdFileTest; do not edit. -->\n");
    text.append("# DatabaseMigration (schemaward.dev/v1alpha1, short name dbm)\n\n");
    text.append(root.getDescription()).append("\n\n## spec\n\n");
    table(text, root.getProperties().get("spec"));
    text.append("\n## status\n\n");
    table(text, root.getProperties().get("status"));
    text.append(
        "\n## Reasons of conditions\n\nReady's reason is the word in the column STATUS.\n\n");
    text.append("| reason | Ready | also |\n| --- | --- | --- |\n");
    for (Reason reason : Reason.values()) {
      String ready =
          switch (reason.kind()) {
            case DONE -> "True | ";
            case WORKING, WAITING -> "Unknown | Reconciling=True";
            case STALLED -> "False | Stalled=True";
            case SUSPENDED -> "as before | as before";
            case EXTRA -> "– | another condition's reason";
          };
      text.append("| `").append(reason).append("` | ").append(ready).append(" |\n");
    }
    text.append("\n## Annotations\n\n| annotation | meaning |\n| --- | --- |\n");
    row(text, Annotations.APPROVE, "`sha256:…` of the plan that you approve");
    row(text, Annotations.REJECT, "`sha256:…` of the plan that you reject");
    row(text, Annotations.BY, "your own user name");
    row(text, Annotations.REASON, "why, in words; optional");
    row(text, Annotations.RECONCILE_REQUESTED_AT, "any new token: plan anew");
    row(text, Annotations.RETRY_REQUESTED_AT, "any new token: try again what is stalled");
    row(
        text,
        Annotations.TAKE_OVER_FROM,
        "`<cluster id>/<namespace>/<name>` of the owner whose database is taken over");
    text.append(
        "\nLabel of a namespace: `"
            + Annotations.ENVIRONMENT
            + ": "
            + Annotations.PRODUCTION
            + "` makes every plan in it wait for an approval.\n");
    return text.toString();
  }

  private static void row(StringBuilder text, String name, String meaning) {
    text.append("| `").append(name).append("` | ").append(meaning).append(" |\n");
  }

  private static void table(StringBuilder text, JSONSchemaProps schema) {
    text.append("| field | type | default | meaning |\n| --- | --- | --- | --- |\n");
    rows(text, "", schema);
  }

  private static void rows(StringBuilder text, String prefix, JSONSchemaProps schema) {
    for (Map.Entry<String, JSONSchemaProps> field : schema.getProperties().entrySet()) {
      String name = prefix + field.getKey();
      JSONSchemaProps type = field.getValue();
      boolean required =
          schema.getRequired() != null && schema.getRequired().contains(field.getKey());
      boolean list = type.getItems() != null;
      JSONSchemaProps inner = list ? type.getItems().getSchema() : type;
      String standing =
          required
              ? "required"
              : type.getDefault() == null || hasFields(inner)
                  ? ""
                  : "`" + type.getDefault().toString().replace("\"", "") + "`";
      text.append("| `").append(name).append("` | ").append(typeOf(type, inner, list));
      text.append(" | ").append(standing).append(" | ");
      text.append(
          type.getDescription() == null
              ? ""
              : type.getDescription().replace("|", "\\|").replace("<", "&lt;"));
      text.append(" |\n");
      if (hasFields(inner) && !KUBERNETES.contains(field.getKey())) {
        rows(text, name + (list ? "[]." : "."), inner);
      }
    }
  }

  private static boolean hasFields(JSONSchemaProps schema) {
    return schema.getProperties() != null && !schema.getProperties().isEmpty();
  }

  private static String typeOf(JSONSchemaProps type, JSONSchemaProps inner, boolean list) {
    String name =
        inner.getEnum() != null && !inner.getEnum().isEmpty()
            ? inner.getEnum().toString().replace("\"", "").replaceAll("[\\[\\]]", "")
            : inner.getType();
    if (type.getAdditionalProperties() != null) {
      name = "map of strings";
    }
    return list ? "list of " + name : name;
  }
}
