package dev.schemaward.engine.drift.script;

import static dev.schemaward.engine.drift.script.Changes.differ;

import dev.schemaward.engine.drift.ObjectKey;
import dev.schemaward.engine.drift.ObjectKind;
import dev.schemaward.engine.drift.SchemaObject;
import java.util.Objects;
import java.util.Set;

/** What hangs on a table: constraints, indexes, statistics, triggers, rules, policies. */
final class PartStatements {
  private PartStatements() {}

  static void create(SchemaObject part, ScriptWriter out, Set<ObjectKey> created) {
    switch (part.kind()) {
      case CONSTRAINT -> createConstraint(part, out, created);
      case INDEX -> createIndex(part, out);
      case STATISTICS -> {
        out.add(part.get("definition"));
        if (part.is("target")) {
          out.add("ALTER STATISTICS " + part.identity() + " SET STATISTICS " + part.get("target"));
        }
      }
      case TRIGGER -> {
        if (!part.is("inherited")) {
          out.add(part.get("definition"));
        }
        if (part.is("state")) {
          state(part, out);
        }
      }
      case RULE -> {
        out.add(part.get("definition"));
        if (part.is("state")) {
          state(part, out);
        }
      }
      default -> createPolicy(part, out);
    }
    out.finishCreated(part);
  }

  static void alter(SchemaObject before, SchemaObject after, ScriptWriter out) {
    switch (after.kind()) {
      case CONSTRAINT -> {
        if (before.is("not valid") && !after.is("not valid")) {
          out.add("ALTER TABLE " + after.parent() + " VALIDATE CONSTRAINT " + after.localName());
        }
      }
      case INDEX -> indexExtras(before, after, out);
      case STATISTICS -> {
        if (differ(before, after, "target")) {
          out.add(
              "ALTER STATISTICS "
                  + after.identity()
                  + " SET STATISTICS "
                  + Objects.requireNonNullElse(after.get("target"), "-1"));
        }
      }
      default -> {
        if (differ(before, after, "state")) {
          state(after, out);
        }
      }
    }
    out.finishAltered(before, after);
  }

  private static void createConstraint(
      SchemaObject part, ScriptWriter out, Set<ObjectKey> created) {
    boolean newTable = created.contains(new ObjectKey(ObjectKind.TABLE, part.parent()));
    boolean ofPartition =
        out.to()
            .find(ObjectKind.TABLE, part.parent())
            .filter(table -> table.is("partition bound"))
            .isPresent();
    if (part.is("inherited") && !(newTable && ofPartition) && !isCarriedByIndex(part)) {
      return;
    }
    StringBuilder sql = new StringBuilder("ALTER TABLE ");
    // Each partition has a constraint of its own name; they are joined through their indexes.
    sql.append(isCarriedByIndex(part) && isPartitioned(part, out) ? "ONLY " : "");
    sql.append(part.parent()).append(" ADD CONSTRAINT ").append(part.localName());
    sql.append(' ').append(part.get("definition"));
    if (part.is("deferrable")) {
      sql.append(" DEFERRABLE ").append(part.get("deferrable"));
    }
    sql.append(part.is("not enforced") ? " NOT ENFORCED" : "");
    sql.append(part.is("not valid") ? " NOT VALID" : "");
    out.add(sql.toString());
  }

  private static boolean isCarriedByIndex(SchemaObject constraint) {
    String definition = constraint.get("definition");
    return definition.startsWith("PRIMARY KEY")
        || definition.startsWith("UNIQUE")
        || definition.startsWith("EXCLUDE");
  }

  private static boolean isPartitioned(SchemaObject part, ScriptWriter out) {
    return out.to()
        .find(ObjectKind.TABLE, part.parent())
        .filter(table -> table.is("partition key"))
        .isPresent();
  }

  private static void createIndex(SchemaObject index, ScriptWriter out) {
    if (!index.is("constraint")) {
      out.add(index.get("definition"));
    } else if (index.get("definition").contains(" WITH (")) {
      out.refuse(index.key() + ": made with its constraint, without its storage parameters");
    }
    if (index.is("partition of")) {
      out.addLast(
          "ALTER INDEX " + index.get("partition of") + " ATTACH PARTITION " + index.identity());
    }
    if (index.is("invalid") && !index.get("definition").contains(" ON ONLY ")) {
      out.refuse(index.key() + ": made valid; nothing makes an invalid index on purpose");
    }
    SchemaObject plain = index;
    for (String attribute : new String[] {"clustered", "tablespace", "statistics targets"}) {
      plain = Changes.without(plain, attribute);
    }
    indexExtras(plain, index, out);
  }

  private static void indexExtras(SchemaObject before, SchemaObject after, ScriptWriter out) {
    if (differ(before, after, "clustered")) {
      out.addLast(
          "ALTER TABLE "
              + after.parent()
              + (after.is("clustered")
                  ? " CLUSTER ON " + Names.unqualified(after.identity())
                  : " SET WITHOUT CLUSTER"));
    }
    if (differ(before, after, "tablespace")) {
      out.add(
          "ALTER INDEX "
              + after.identity()
              + " SET TABLESPACE "
              + Objects.requireNonNullElse(after.get("tablespace"), "pg_default"));
    }
    if (differ(before, after, "statistics targets")) {
      for (String old : Statements.list(before.get("statistics targets"))) {
        target(after, old.split(" ", 2)[0], "-1", out);
      }
      for (String wanted : Statements.list(after.get("statistics targets"))) {
        String[] columnAndTarget = wanted.split(" ", 2);
        target(after, columnAndTarget[0], columnAndTarget[1], out);
      }
    }
  }

  private static void target(SchemaObject index, String column, String target, ScriptWriter out) {
    out.add(
        "ALTER INDEX "
            + index.identity()
            + " ALTER COLUMN "
            + column
            + " SET STATISTICS "
            + target);
  }

  /** Enables or disables a trigger or a rule. */
  private static void state(SchemaObject part, ScriptWriter out) {
    String state =
        switch (Objects.requireNonNullElse(part.get("state"), "")) {
          case "DISABLED" -> "DISABLE";
          case "REPLICA" -> "ENABLE REPLICA";
          case "ALWAYS" -> "ENABLE ALWAYS";
          default -> "ENABLE";
        };
    String statement =
        "ALTER TABLE "
            + part.parent()
            + " "
            + state
            + " "
            + part.kind().name()
            + " "
            + part.localName();
    if (part.is("inherited")) {
      out.addLast(statement); // it exists from ATTACH PARTITION on
    } else {
      out.add(statement);
    }
  }

  private static void createPolicy(SchemaObject policy, ScriptWriter out) {
    StringBuilder sql = new StringBuilder("CREATE POLICY ");
    sql.append(policy.localName()).append(" ON ").append(policy.parent());
    sql.append(policy.is("restrictive") ? " AS RESTRICTIVE" : "");
    sql.append(policy.is("command") ? " FOR " + policy.get("command") : "");
    sql.append(policy.is("roles") ? " TO " + policy.get("roles") : "");
    sql.append(policy.is("using") ? " USING (" + policy.get("using") + ")" : "");
    sql.append(policy.is("check") ? " WITH CHECK (" + policy.get("check") + ")" : "");
    out.add(sql.toString());
  }
}
