package dev.schemaward.engine.hazard;

import dev.schemaward.engine.bundle.Migration;
import dev.schemaward.engine.sql.NormalizedText;
import dev.schemaward.engine.sql.Statement;
import dev.schemaward.engine.sql.StatementKind.Execution;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds, from the text alone, what destroys, what blocks and what cannot be seen through. Errs on
 * the side of a finding: a statement that it cannot read for certain is called opaque, never safe.
 * What a plan itself creates it may drop and lock as it likes. (Locks, rewrites and scans as a
 * shadow database shows them are another matter, and will take over here.)
 */
public final class HazardScan {
  private static final String NAME =
      "((?:\"(?:[^\"]|\"\")+\"|[\\w$\\u0080-\\uffff]+)(?: \\."
          + " (?:\"(?:[^\"]|\"\")+\"|[\\w$\\u0080-\\uffff]+))*)";

  /** The rules, in the order in which a statement's findings are listed. */
  private static final List<Rule> RULES =
      List.of(
          new Rule(
              "drop-table",
              Severity.BLOCK,
              HazardClass.DESTRUCTIVE,
              "DROP (?:FOREIGN )?TABLE (?:IF EXISTS )?" + NAME + ".*",
              "drops table %s and all its rows",
              "stop using it, rename it and keep it for some days, take a backup, then drop it"),
          new Rule(
              "drop-column",
              Severity.BLOCK,
              HazardClass.DESTRUCTIVE,
              "ALTER TABLE (?:IF EXISTS )?(?:ONLY )?"
                  + NAME
                  + " (?:.*, )?DROP (?!CONSTRAINT|DEFAULT|NOT|IDENTITY|EXPRESSION)(?:COLUMN )?(?:IF"
                  + " EXISTS )?"
                  + NAME
                  + ".*",
              "drops column %2$s of %1$s and its data; code that still reads it fails",
              "deploy code that does not use it first, take a backup, then drop it"),
          new Rule(
              "truncate",
              Severity.BLOCK,
              HazardClass.DESTRUCTIVE,
              "TRUNCATE (?:TABLE )?(?:ONLY )?" + NAME + ".*",
              "deletes every row of %s",
              "delete in batches, with a WHERE that says which rows"),
          new Rule(
              "drop-schema-or-db",
              Severity.BLOCK,
              HazardClass.DESTRUCTIVE,
              "DROP (?:SCHEMA|DATABASE|OWNED|TABLESPACE) (?:BY )?(?:IF EXISTS )?" + NAME + ".*",
              "drops everything in %s",
              "drop the objects one by one, by name"),
          new Rule(
              "drop-type-cascade",
              Severity.BLOCK,
              HazardClass.DESTRUCTIVE,
              "DROP (?:TYPE|DOMAIN) (?:IF EXISTS )?" + NAME + ".* CASCADE",
              "drops type %s and every column that uses it",
              "convert the columns first, then drop it without CASCADE"),
          new Rule(
              "drop-view-function-cascade",
              Severity.BLOCK,
              HazardClass.DESTRUCTIVE,
              "DROP (?:MATERIALIZED"
                  + " VIEW|VIEW|FUNCTION|PROCEDURE|ROUTINE|AGGREGATE|EXTENSION|SEQUENCE) (?:IF"
                  + " EXISTS )?"
                  + NAME
                  + ".* CASCADE",
              "drops %s and, silently, everything that depends on it",
              "drop what depends on it by name, then drop it without CASCADE"),
          new Rule(
              "dml-without-where",
              Severity.BLOCK,
              HazardClass.DESTRUCTIVE,
              "DELETE FROM (?:ONLY )?" + NAME + "(?!.* WHERE ).*",
              "deletes every row of %s",
              "say which rows in a WHERE, in batches"),
          new Rule(
              "set-unlogged",
              Severity.BLOCK,
              HazardClass.DESTRUCTIVE,
              "ALTER TABLE (?:IF EXISTS )?(?:ONLY )?" + NAME + " .*SET UNLOGGED.*",
              "makes %s unlogged: its rows are lost at the next crash and absent on replicas",
              "leave it logged"),
          new Rule(
              "drop-constraint",
              Severity.WARN,
              HazardClass.DESTRUCTIVE,
              "ALTER TABLE (?:IF EXISTS )?(?:ONLY )?"
                  + NAME
                  + " (?:.*, )?DROP CONSTRAINT (?:IF EXISTS )?"
                  + NAME
                  + ".*",
              "drops constraint %2$s of %1$s: what it kept out can come in",
              "add its replacement first"),
          new Rule(
              "dml-without-where",
              Severity.WARN,
              HazardClass.DATA,
              "UPDATE (?:ONLY )?" + NAME + " (?!.* WHERE ).*SET .*",
              "rewrites every row of %s in one transaction",
              "update in batches by key"),
          new Rule(
              "rename-table",
              Severity.BLOCK,
              HazardClass.LOCK,
              "ALTER TABLE (?:IF EXISTS )?(?:ONLY )?" + NAME + " RENAME TO .*",
              "renames %s: code that uses the old name fails at once",
              "keep a view under the old name for as long as old code runs"),
          new Rule(
              "rename-column",
              Severity.BLOCK,
              HazardClass.LOCK,
              "ALTER TABLE (?:IF EXISTS )?(?:ONLY )?"
                  + NAME
                  + " RENAME (?!TO |CONSTRAINT )(?:COLUMN )?"
                  + NAME
                  + " TO .*",
              "renames column %2$s of %1$s: code that uses the old name fails at once",
              "add a new column, write both, move readers, then drop the old one"),
          new Rule(
              "type-change",
              Severity.WARN,
              HazardClass.REWRITE,
              "ALTER TABLE (?:IF EXISTS )?(?:ONLY )?"
                  + NAME
                  + " (?:.*, )?ALTER (?:COLUMN )?"
                  + NAME
                  + " (?:SET DATA )?TYPE .*",
              "changes the type of %1$s.%2$s: may rewrite the table under a lock that stops reads"
                  + " and writes",
              "add a new column, backfill it in batches, then swap the names"),
          new Rule(
              "set-not-null",
              Severity.WARN,
              HazardClass.SCAN,
              "ALTER TABLE (?:IF EXISTS )?(?:ONLY )?"
                  + NAME
                  + " (?:.*, )?ALTER (?:COLUMN )?"
                  + NAME
                  + " SET NOT NULL.*",
              "scans %1$s for NULL in %2$s while it stops reads and writes; fails where one is"
                  + " found",
              "ADD CONSTRAINT … CHECK (… IS NOT NULL) NOT VALID, VALIDATE it in another migration,"
                  + " then SET NOT NULL"),
          new Rule(
              "add-fk",
              Severity.WARN,
              HazardClass.LOCK,
              "ALTER TABLE (?:IF EXISTS )?(?:ONLY )?"
                  + NAME
                  + " (?:.*, )?ADD (?:CONSTRAINT "
                  + NAME
                  + " )?FOREIGN KEY (?!.* NOT VALID).*",
              "checks every row of %1$s against the table it refers to while it stops writes to"
                  + " both",
              "add it NOT VALID, then VALIDATE CONSTRAINT in another migration"),
          new Rule(
              "add-check",
              Severity.WARN,
              HazardClass.SCAN,
              "ALTER TABLE (?:IF EXISTS )?(?:ONLY )?"
                  + NAME
                  + " (?:.*, )?ADD (?:CONSTRAINT "
                  + NAME
                  + " )?CHECK (?!.* NOT VALID).*",
              "scans %1$s while it stops reads and writes",
              "add it NOT VALID, then VALIDATE CONSTRAINT in another migration"),
          new Rule(
              "add-unique",
              Severity.WARN,
              HazardClass.LOCK,
              "ALTER TABLE (?:IF EXISTS )?(?:ONLY )?"
                  + NAME
                  + " (?:.*, )?ADD (?:CONSTRAINT "
                  + NAME
                  + " )?(?:UNIQUE|PRIMARY KEY|EXCLUDE) (?!USING INDEX).*",
              "builds an index on %1$s while it stops reads and writes",
              "CREATE UNIQUE INDEX CONCURRENTLY first, then ADD CONSTRAINT … USING INDEX"),
          new Rule(
              "index-blocking",
              Severity.WARN,
              HazardClass.LOCK,
              "CREATE (?:UNIQUE )?INDEX (?!CONCURRENTLY )(?:IF NOT EXISTS )?(?:(?!ON )[^ ]+ )?ON"
                  + " (?:ONLY )?"
                  + NAME
                  + ".*",
              "stops writes to %s while it builds an index",
              "CREATE INDEX CONCURRENTLY, in a migration of its own"),
          new Rule(
              "security-change",
              Severity.WARN,
              HazardClass.SECURITY,
              "(?:GRANT|REVOKE|ALTER DEFAULT PRIVILEGES|CREATE POLICY|ALTER POLICY|DROP"
                  + " POLICY|CREATE ROLE|ALTER ROLE|DROP ROLE|CREATE USER|ALTER USER|DROP"
                  + " USER)\\b.*|ALTER TABLE .* (?:ENABLE|DISABLE|FORCE|NO FORCE) ROW LEVEL"
                  + " SECURITY.*|ALTER .* OWNER TO .*",
              "changes who may see or change what",
              null));

  private HazardScan() {}

  private record Rule(
      String id,
      Severity severity,
      HazardClass hazardClass,
      Pattern pattern,
      String message,
      String saferWay) {
    Rule(
        String id,
        Severity severity,
        HazardClass hazardClass,
        String pattern,
        String message,
        String saferWay) {
      this(id, severity, hazardClass, Pattern.compile(pattern, Pattern.DOTALL), message, saferWay);
    }
  }

  /**
   * Findings of pending migrations, in the order of the statements.
   *
   * @param serverMajor for example 18
   */
  public static List<Finding> scan(List<Migration> pending, int serverMajor) {
    List<Finding> findings = new ArrayList<>();
    Set<String> created = new HashSet<>();
    for (Migration migration : pending) {
      boolean ownTransaction = false;
      for (Statement statement : migration.statements()) {
        statement(migration, statement, created, findings);
        ownTransaction |= statement.kind().execution() == Execution.BEGIN;
      }
      if (ownTransaction) {
        findings.add(
            new Finding(
                "explicit-commit-in-file",
                Severity.INFORM,
                HazardClass.TRANSACTION,
                migration.name(),
                0,
                0,
                "has its own BEGIN and COMMIT: what is committed stays when something later fails",
                "leave them out: a file is one transaction by itself",
                null));
      }
    }
    return findings;
  }

  private static void statement(
      Migration migration, Statement statement, Set<String> created, List<Finding> findings) {
    String text = NormalizedText.of(statement);
    String command = statement.kind().command();
    if (command.equals("CREATE TABLE") || command.equals("CREATE MATERIALIZED VIEW")) {
      statement.kind().objects().forEach(name -> created.add(withoutPublic(name)));
    }
    if (command.equals("DO") || command.equals("CALL") || command.equals("EXECUTE")) {
      findings.add(
          finding(
              "opaque-code",
              Severity.BLOCK,
              HazardClass.OPAQUE,
              migration,
              statement,
              "runs code (" + command + ") that cannot be judged without running it",
              "write it as plain statements where that is possible"));
    }
    for (Rule rule : RULES) {
      Matcher matcher = rule.pattern().matcher(text);
      if (matcher.matches()) {
        String target = matcher.groupCount() > 0 ? matcher.group(1) : null;
        if (target != null && created.contains(withoutPublic(display(target)))) {
          continue;
        }
        findings.add(
            finding(
                rule.id(),
                rule.severity(),
                rule.hazardClass(),
                migration,
                statement,
                message(rule, matcher),
                rule.saferWay()));
      }
    }
    if (statement.kind().execution() == Execution.NON_TRANSACTIONAL) {
      findings.add(
          finding(
              "nontransactional-statement",
              Severity.INFORM,
              HazardClass.TRANSACTION,
              migration,
              statement,
              command
                  + " runs outside a transaction: what comes before it in the file stays when it"
                  + " fails",
              "keep it alone in its migration"));
    }
  }

  private static String message(Rule rule, Matcher matcher) {
    Object[] names = new Object[matcher.groupCount()];
    for (int i = 0; i < names.length; i++) {
      names[i] = matcher.group(i + 1) == null ? "" : display(matcher.group(i + 1));
    }
    return String.format(Locale.ROOT, rule.message(), names);
  }

  private static Finding finding(
      String rule,
      Severity severity,
      HazardClass hazardClass,
      Migration migration,
      Statement statement,
      String message,
      String saferWay) {
    return new Finding(
        rule,
        severity,
        hazardClass,
        migration.name(),
        statement.index(),
        statement.line(),
        message,
        saferWay,
        null);
  }

  /**
   * As the catalogue would call it: unquoted parts in lower case, no quotes, no spaces around the
   * dot.
   */
  private static String display(String name) {
    StringBuilder display = new StringBuilder();
    for (String part : name.split(" \\. ")) {
      if (!display.isEmpty()) {
        display.append('.');
      }
      display.append(
          part.startsWith("\"")
              ? part.substring(1, part.length() - 1).replace("\"\"", "\"")
              : part.toLowerCase(Locale.ROOT));
    }
    return display.toString();
  }

  /** For comparing names: without a leading public schema. */
  private static String withoutPublic(String name) {
    return name.startsWith("public.") ? name.substring("public.".length()) : name;
  }
}
