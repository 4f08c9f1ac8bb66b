package dev.schemaward.engine.drift.script;

import dev.schemaward.engine.connect.Sql;
import dev.schemaward.engine.drift.ObjectKind;
import dev.schemaward.engine.drift.SchemaObject;

/** How objects are named in DROP, ALTER, COMMENT and GRANT. */
final class Names {
  private Names() {}

  /** After DROP: kind and name. */
  static String forDrop(SchemaObject object) {
    return switch (object.kind()) {
      case TRIGGER, RULE, POLICY ->
          object.kind().name() + " " + object.localName() + " ON " + object.parent();
      default -> kind(object) + " " + name(object);
    };
  }

  /** After ALTER: kind and name of an object that stands alone. */
  static String forAlter(SchemaObject object) {
    return kind(object) + " " + name(object);
  }

  /** After COMMENT ON. */
  static String forComment(SchemaObject object) {
    return switch (object.kind()) {
      case TRIGGER, RULE, POLICY, CONSTRAINT ->
          object.kind().name() + " " + object.localName() + " ON " + object.parent();
      case DOMAIN_CONSTRAINT ->
          "CONSTRAINT " + object.localName() + " ON DOMAIN " + object.parent();
      default -> kind(object) + " " + name(object);
    };
  }

  /** After GRANT … ON. */
  static String forGrant(SchemaObject object) {
    return switch (object.kind()) {
      case TABLE, VIEW, MATERIALIZED_VIEW -> "TABLE " + object.identity();
      case COLUMN -> "TABLE " + object.parent();
      case AGGREGATE -> "FUNCTION " + name(object);
      case ENUM, COMPOSITE_TYPE, RANGE_TYPE, BASE_TYPE, DOMAIN -> "TYPE " + object.identity();
      default -> kind(object) + " " + name(object);
    };
  }

  /** True when GRANT knows this kind. */
  static boolean grantable(ObjectKind kind) {
    return switch (kind) {
      case TABLE,
          COLUMN,
          VIEW,
          MATERIALIZED_VIEW,
          SEQUENCE,
          FUNCTION,
          AGGREGATE,
          ENUM,
          COMPOSITE_TYPE,
          RANGE_TYPE,
          BASE_TYPE,
          DOMAIN,
          SCHEMA ->
          true;
      default -> false;
    };
  }

  private static String kind(SchemaObject object) {
    return switch (object.kind()) {
      case TABLE -> "foreign table".equals(object.get("kind")) ? "FOREIGN TABLE" : "TABLE";
      case ENUM, COMPOSITE_TYPE, RANGE_TYPE, BASE_TYPE -> "TYPE";
      case FUNCTION -> "procedure".equals(object.get("kind")) ? "PROCEDURE" : "FUNCTION";
      default -> object.kind().name().replace('_', ' ');
    };
  }

  private static String name(SchemaObject object) {
    if (object.kind() == ObjectKind.AGGREGATE) {
      return object.identity().substring(0, object.identity().indexOf('('))
          + "("
          + object.get("arguments")
          + ")";
    }
    return object.identity();
  }

  /** The last part of a qualified name, quoted where needed. */
  static String unqualified(String identity) {
    int at = -1;
    boolean quoted = false;
    for (int i = 0; i < identity.length(); i++) {
      char c = identity.charAt(i);
      quoted ^= c == '"';
      if (c == '(' && !quoted) {
        break;
      }
      if (c == '.' && !quoted) {
        at = i;
      }
    }
    return identity.substring(at + 1);
  }

  /** The schema of a qualified name, quoted where needed. */
  static String schema(String identity) {
    return identity.substring(0, identity.length() - unqualified(identity).length() - 1);
  }

  /** A privilege without the mark of its grant option. */
  static String bare(String privilege) {
    return privilege.endsWith("*") ? privilege.substring(0, privilege.length() - 1) : privilege;
  }

  static String literal(String text) {
    return Sql.literal(text);
  }
}
