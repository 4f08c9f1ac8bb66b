package dev.schemaward.engine.hazard;

import dev.schemaward.engine.sql.Name;
import dev.schemaward.engine.sql.Statement;
import dev.schemaward.engine.sql.StatementKind.Execution;
import dev.schemaward.engine.sql.command.ColumnDefinition;
import dev.schemaward.engine.sql.command.Command;
import dev.schemaward.engine.sql.command.TableChange;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** What several statements of a transaction do together, and what no transaction can hold. */
final class TransactionRules {
  private static final int LONGEST_NAME = 63;
  private static final long MANY_ROWS = 100_000;

  private static final Set<String> KNOWN_FUNCTIONS =
      Set.of(
          "set_config",
          "current_setting",
          "setval",
          "nextval",
          "count",
          "max",
          "min",
          "sum",
          "avg",
          "now",
          "coalesce",
          "version",
          "lower",
          "upper",
          "length",
          "string_agg",
          "array_agg",
          "jsonb_agg",
          "json_agg",
          "row_number",
          "rank",
          "md5",
          "gen_random_uuid",
          "random",
          "to_char",
          "format",
          "concat",
          "nullif",
          "greatest",
          "least",
          "exists",
          "clock_timestamp",
          "date_trunc",
          "extract",
          "generate_series",
          "unnest",
          "round",
          "has_table_privilege",
          "to_regclass",
          "obj_description",
          "quote_ident");

  static final List<Rule> RULES =
      List.of(
          new Rule("opaque-code", Severity.BLOCK, HazardClass.OPAQUE, TransactionRules::opaque),
          Rule.on(
              "big-backfill-in-tx",
              Severity.BLOCK,
              HazardClass.LOCK,
              Command.Write.class,
              TransactionRules::backfill),
          new Rule(
              "statements-after-ax",
              Severity.WARN,
              HazardClass.LOCK,
              TransactionRules::afterExclusive),
          new Rule("ddl-order-deadlock", Severity.WARN, HazardClass.LOCK, TransactionRules::order),
          new Rule(
              "nontransactional-statement",
              Severity.WARN,
              HazardClass.TRANSACTION,
              TransactionRules::nonTransactional),
          new Rule(
              "explicit-commit-in-file",
              Severity.BLOCK,
              HazardClass.TRANSACTION,
              TransactionRules::explicitCommit),
          Rule.onChange(
              "cached-plan-break",
              Severity.INFORM,
              HazardClass.DATA,
              TableChange.AlterType.class,
              TransactionRules::cachedPlans),
          new Rule(
              "identifier-too-long", Severity.WARN, HazardClass.DATA, TransactionRules::longNames));

  private TransactionRules() {}

  private static void opaque(Step step, Report report) {
    String what =
        switch (step.command()) {
          case Command.Code code -> "runs code (" + code.what() + ")";
          case Command.Unknown unknown -> "is a statement (" + unknown.what() + ")";
          case Command.Query query -> calls(query);
          case Command.AlterTable alter ->
              alter.changes().stream()
                  .filter(TableChange.Unknown.class::isInstance)
                  .map(c -> "has an action (" + brief(((TableChange.Unknown) c).text()) + ")")
                  .findFirst()
                  .orElse(null);
          default -> null;
        };
    if (what == null) {
      return;
    }
    if (!step.measured()) {
      report.add(
          null,
          what + " that cannot be judged without running it",
          "write it as plain statements where that is possible");
      return;
    }
    List<String> locked = new ArrayList<>();
    for (Map.Entry<Name, LockMode> lock : LockModel.locks(step).entrySet()) {
      if (lock.getValue().compareTo(LockMode.ROW_EXCLUSIVE) >= 0) {
        locked.add(lock.getKey() + " (" + lock.getValue().sqlName() + ")");
      }
    }
    locked.sort(null);
    report.add(
        destroys(step) ? Severity.BLOCK : Severity.WARN,
        null,
        what
            + " that the text does not show; on a shadow database, which holds no rows, it locked "
            + (locked.isEmpty() ? "nothing that others use" : String.join(", ", locked)),
        "write it as plain statements where that is possible");
  }

  /** True when code may destroy something, or builds its statements from data. */
  private static boolean destroys(Step step) {
    return step.command() instanceof Command.Code code
        && (code.body() == null
            || code.body()
                .toUpperCase(Locale.ROOT)
                .matches("(?s).*\\b(EXECUTE|DROP|DELETE|TRUNCATE|UPDATE)\\b.*"));
  }

  private static String calls(Command.Query query) {
    return query.functions().stream()
        .filter(f -> !KNOWN_FUNCTIONS.contains(f) && !f.startsWith("pg_"))
        .findFirst()
        .map(f -> "calls a function (" + f + ")")
        .orElse(null);
  }

  private static String brief(String text) {
    String line = text.replaceAll("\\s+", " ");
    return line.length() > 40 ? line.substring(0, 40) + "…" : line;
  }

  private static void backfill(Step step, Command.Write write, Report report) {
    boolean all = !write.where() && write.verb().equals("UPDATE");
    long rows = step.schema().rows(write.table());
    boolean withDdl = !step.transaction().unreadable().isEmpty();
    if (withDdl && all && (rows < 0 || rows >= MANY_ROWS)) {
      report.add(
          write.table(),
          "writes every row of "
              + step.named(write.table())
              + " anew while "
              + names(step.transaction().unreadable())
              + " cannot be read or written"
              + step.time(write.table(), Harm.REWRITE),
          "put the change of the schema and the update into two migrations, and update in batches");
    }
  }

  private static String names(List<Name> tables) {
    return String.join(", ", tables.stream().map(Name::toString).toList());
  }

  private static void afterExclusive(Step step, Report report) {
    List<Name> locked = step.transaction().unreadable();
    if (locked.isEmpty()) {
      return;
    }
    boolean write =
        (step.command() instanceof Command.Write w && !step.schema().isNew(w.table()))
            || step.command() instanceof Command.Code;
    String message =
        "runs while an earlier statement of its transaction still keeps all from reading "
            + names(locked);
    String safer = "put it into the next migration";
    if (write) {
      report.add(null, message, safer);
    } else if (report.saysHeavy()) {
      report.add(null, message, safer, Harm.SCAN);
    }
  }

  private static void order(Step step, Report report) {
    List<Name> locked = step.transaction().unreadable();
    if (locked.size() != 1) {
      return;
    }
    String first = step.schema().key(locked.getFirst());
    for (Map.Entry<Name, LockMode> lock : LockModel.locks(step).entrySet()) {
      if (lock.getValue() == LockMode.ACCESS_EXCLUSIVE
          && !step.schema().key(lock.getKey()).equals(first)) {
        report.add(
            lock.getKey(),
            "locks "
                + lock.getKey()
                + " while "
                + locked.getFirst()
                + " is locked: deadlocks with code that uses them in the other order (40P01)",
            "change one table in each migration");
        return;
      }
    }
  }

  private static void nonTransactional(Step step, Report report) {
    if (step.statement().kind().execution() != Execution.NON_TRANSACTIONAL) {
      return;
    }
    boolean alone = step.migration().statements().size() == 1;
    report.add(
        alone ? Severity.INFORM : Severity.WARN,
        null,
        step.statement().kind().command()
            + " runs outside a transaction"
            + (alone
                ? ": interrupted, it may be half done"
                : ": what comes before it in the file stays when it fails"),
        alone ? null : "keep it alone in its migration");
  }

  private static void explicitCommit(Step step, Report report) {
    if (step.statement().kind().execution() != Execution.BEGIN) {
      return;
    }
    List<Statement> all = step.migration().statements();
    int firstBegin =
        all.stream()
            .filter(s -> s.kind().execution() == Execution.BEGIN)
            .mapToInt(Statement::index)
            .min()
            .orElseThrow();
    if (firstBegin != step.statement().index()) {
      return;
    }
    boolean whole =
        step.statement().index() == 1
            && all.getLast().kind().execution() == Execution.COMMIT
            && all.stream().filter(s -> s.kind().execution() == Execution.COMMIT).count() == 1;
    report.add(
        whole ? Severity.INFORM : Severity.BLOCK,
        null,
        whole
            ? "has its own BEGIN and COMMIT around the whole file"
            : "has its own BEGIN and COMMIT: what is committed stays when something later fails",
        "leave them out: a file is one transaction by itself");
  }

  private static void cachedPlans(
      Step step, Command.AlterTable alter, TableChange.AlterType change, Report report) {
    report.add(
        alter.name(),
        "breaks prepared statements that select "
            + alter.name()
            + "."
            + change.column()
            + " (0A000, cached plan must not change result type) until their connections are new",
        null);
  }

  private static void longNames(Step step, Report report) {
    List<String> names = new ArrayList<>();
    switch (step.command()) {
      case Command.CreateTable create -> {
        names.add(create.name().name());
        create.columns().forEach(c -> names.add(c.name()));
        create.constraints().forEach(c -> names.add(c.name()));
      }
      case Command.CreateIndex index -> names.add(index.name() == null ? "" : index.name().name());
      case Command.AlterTable alter -> {
        for (TableChange change : alter.changes()) {
          switch (change) {
            case TableChange.AddColumn add -> column(add.column(), names);
            case TableChange.AddConstraint add -> names.add(add.constraint().name());
            case TableChange.RenameTo to -> names.add(to.newName());
            case TableChange.RenameColumn to -> names.add(to.newName());
            default -> {
              // names nothing
            }
          }
        }
      }
      default -> {
        // names nothing
      }
    }
    for (String name : names) {
      if (name != null && name.getBytes(StandardCharsets.UTF_8).length > LONGEST_NAME) {
        report.add(
            null, "PostgreSQL cuts the name " + name + " after 63 bytes", "choose a shorter name");
      }
    }
  }

  private static void column(ColumnDefinition column, List<String> names) {
    names.add(column.name());
    column.constraints().forEach(c -> names.add(c.name()));
  }
}
