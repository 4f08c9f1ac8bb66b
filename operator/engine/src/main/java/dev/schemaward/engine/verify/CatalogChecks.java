package dev.schemaward.engine.verify;

import dev.schemaward.engine.connect.Session;
import dev.schemaward.engine.verify.CheckResult.Outcome;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Judges objects of the catalogue: there, of the right kind, and in a state in which it counts. */
final class CatalogChecks {
  private final Session session;
  private final String targetSchema;

  CatalogChecks(Session session) {
    this.session = session;
    this.targetSchema = session.schema();
  }

  /** The results by check; the session is in the transaction whose snapshot counts. */
  Map<Check.InCatalogue, CheckResult> run(Collection<Check.InCatalogue> checks)
      throws SQLException {
    Map<Check.InCatalogue, CheckResult> results = new HashMap<>();
    all(
        checks,
        Check.Table.class,
        Check.Table::name,
        CatalogFacts::relations,
        this::table,
        results);
    all(checks, Check.Index.class, Check.Index::name, CatalogFacts::indexes, this::index, results);
    all(
        checks,
        Check.EnumType.class,
        Check.EnumType::name,
        CatalogFacts::types,
        this::type,
        results);
    List<CatalogFacts.Relation> tables = constrained(checks);
    all(
        checks,
        Check.Constraint.class,
        Check.Constraint::name,
        CatalogFacts::constraints,
        (check, facts) -> constraint(check, facts, tables),
        results);
    return results;
  }

  /** What is wrong; null when nothing is. */
  private record Finding(boolean ok, String found, String message) {}

  @FunctionalInterface
  private interface Reader<F> {
    List<F> read(Session session, Collection<String> names) throws SQLException;
  }

  @FunctionalInterface
  private interface Judge<C, F> {
    Finding of(C check, List<F> facts);
  }

  private <C extends Check.InCatalogue, F> void all(
      Collection<Check.InCatalogue> checks,
      Class<C> type,
      Function<C, String> name,
      Reader<F> reader,
      Judge<C, F> judge,
      Map<Check.InCatalogue, CheckResult> results)
      throws SQLException {
    List<C> ofType = checks.stream().filter(type::isInstance).map(type::cast).toList();
    if (ofType.isEmpty()) {
      return;
    }
    long begun = System.nanoTime();
    List<F> facts = reader.read(session, ofType.stream().map(name).distinct().toList());
    Duration took = Duration.ofNanos(System.nanoTime() - begun);
    for (C check : ofType) {
      Finding finding = judge.of(check, facts);
      results.put(
          check,
          new CheckResult(
              check,
              finding.ok() ? Outcome.ok : Outcome.failed,
              finding.found(),
              finding.message(),
              took));
    }
  }

  private List<CatalogFacts.Relation> constrained(Collection<Check.InCatalogue> checks)
      throws SQLException {
    List<String> tables =
        checks.stream()
            .filter(Check.Constraint.class::isInstance)
            .map(check -> ((Check.Constraint) check).table())
            .distinct()
            .toList();
    return tables.isEmpty() ? List.of() : CatalogFacts.relations(session, tables);
  }

  private String schema(Check.InCatalogue check) {
    return check.schema() == null ? targetSchema : check.schema();
  }

  private static Finding good(String found, String message) {
    return new Finding(true, found, message);
  }

  private static Finding bad(String found, String message) {
    return new Finding(false, found, message);
  }

  /** Not there; what there is of a like name may be what was meant. */
  private static <F> Finding missing(
      String what, String schema, List<F> facts, Function<F, String> qualified) {
    String like =
        facts.stream().map(qualified).distinct().limit(3).collect(Collectors.joining(", "));
    return bad(
        "nothing",
        what
            + " does not exist in schema "
            + schema
            + (like.isEmpty() ? "" : "; there is " + like));
  }

  private Finding table(Check.Table check, List<CatalogFacts.Relation> facts) {
    String schema = schema(check);
    String what = check.kindOfTable().words().replaceFirst("^an? ", "") + " " + check.name();
    Optional<CatalogFacts.Relation> there =
        facts.stream()
            .filter(r -> r.schema().equals(schema) && r.name().equals(check.name()))
            .findFirst();
    if (there.isEmpty()) {
      return missing(
          what,
          schema,
          facts.stream().filter(r -> like(r.name(), check.name())).toList(),
          r -> kind(r.kind()) + " " + r.schema() + "." + r.name());
    }
    String kind = there.get().kind();
    boolean right =
        switch (check.kindOfTable()) {
          case table -> "rpf".contains(kind);
          case partitioned -> kind.equals("p");
          case view -> kind.equals("v");
          case materializedView -> kind.equals("m");
        };
    return right
        ? good(kind(kind), what + " exists")
        : bad(
            kind(kind),
            check.name() + " is " + kind(kind) + ", not " + check.kindOfTable().words());
  }

  private static boolean like(String one, String other) {
    return one.equalsIgnoreCase(other);
  }

  private static String kind(String relkind) {
    return switch (relkind) {
      case "r" -> "a table";
      case "p" -> "a partitioned table";
      case "f" -> "a foreign table";
      case "v" -> "a view";
      case "m" -> "a materialized view";
      case "i", "I" -> "an index";
      case "S" -> "a sequence";
      case "c" -> "a composite type";
      default -> "a relation of kind " + relkind;
    };
  }

  private Finding index(Check.Index check, List<CatalogFacts.Index> facts) {
    String schema = schema(check);
    String what = "index " + check.name();
    Optional<CatalogFacts.Index> there =
        facts.stream()
            .filter(i -> i.schema().equals(schema) && i.name().equals(check.name()))
            .findFirst();
    if (there.isEmpty()) {
      return missing(
          what,
          schema,
          facts.stream().filter(i -> like(i.name(), check.name())).toList(),
          i -> "index " + i.schema() + "." + i.name() + " on " + i.table());
    }
    CatalogFacts.Index index = there.get();
    String found =
        (index.valid() ? index.ready() ? "a valid" : "a not ready" : "an INVALID")
            + (index.unique() ? " unique" : "")
            + " index on "
            + index.table()
            + " ("
            + String.join(", ", index.columns())
            + ")";
    if (!index.valid() || !index.ready()) {
      return bad(
          found,
          what
              + " is "
              + (index.valid() ? "not ready" : "INVALID")
              + ", so PostgreSQL does not use it: its CREATE INDEX CONCURRENTLY failed or is still"
              + " running, or a partition lacks it");
    }
    if (check.table() != null && !check.table().equals(index.table())) {
      return bad(found, what + " is on table " + index.table() + ", not " + check.table());
    }
    if (check.unique() != null && check.unique() != index.unique()) {
      return bad(found, what + (index.unique() ? " is unique" : " is not unique"));
    }
    if (!check.columns().isEmpty() && !check.columns().equals(index.columns())) {
      return bad(
          found,
          what
              + " is on ("
              + String.join(", ", index.columns())
              + "), not on ("
              + String.join(", ", check.columns())
              + ")");
    }
    return good(found, what + " exists and is valid");
  }

  private Finding constraint(
      Check.Constraint check,
      List<CatalogFacts.Constraint> facts,
      List<CatalogFacts.Relation> tables) {
    String schema = schema(check);
    String what = "constraint " + check.name() + " on " + check.table();
    Optional<CatalogFacts.Constraint> there =
        facts.stream()
            .filter(
                c ->
                    c.schema().equals(schema)
                        && c.table().equals(check.table())
                        && c.name().equals(check.name()))
            .findFirst();
    if (there.isEmpty()) {
      boolean table =
          tables.stream()
              .anyMatch(r -> r.schema().equals(schema) && r.name().equals(check.table()));
      return table
          ? missing(
              what,
              schema,
              facts.stream().filter(c -> like(c.name(), check.name())).toList(),
              c -> "constraint " + c.name() + " on " + c.schema() + "." + c.table())
          : missing(
              "table " + check.table() + " of constraint " + check.name(),
              schema,
              tables.stream().filter(r -> like(r.name(), check.table())).toList(),
              r -> kind(r.kind()) + " " + r.schema() + "." + r.name());
    }
    CatalogFacts.Constraint constraint = there.get();
    String type = Check.ConstraintType.words(constraint.type());
    String found =
        "a "
            + type
            + (constraint.validated() ? ", validated" : ", NOT VALID")
            + (constraint.enforced() ? "" : ", NOT ENFORCED");
    if (check.type() != null && !constraint.type().equals(String.valueOf(check.type().code()))) {
      return bad(found, what + " is a " + type + ", not a " + check.type().words());
    }
    if (!constraint.enforced()) {
      return bad(found, what + " is NOT ENFORCED, so rows may break it");
    }
    if (!constraint.validated()) {
      return bad(
          found,
          what
              + " is NOT VALID, so old rows may break it; ALTER TABLE … VALIDATE CONSTRAINT checks"
              + " them");
    }
    return good(found, what + " exists and is validated");
  }

  private Finding type(Check.EnumType check, List<CatalogFacts.Type> facts) {
    String schema = schema(check);
    String what = "enum " + check.name();
    Optional<CatalogFacts.Type> there =
        facts.stream()
            .filter(t -> t.schema().equals(schema) && t.name().equals(check.name()))
            .findFirst();
    if (there.isEmpty()) {
      return missing(
          what,
          schema,
          facts.stream().filter(t -> t.kind().equals("e") && like(t.name(), check.name())).toList(),
          t -> "enum " + t.schema() + "." + t.name());
    }
    if (!there.get().kind().equals("e")) {
      return bad("a type that is no enum", check.name() + " is a type, but no enum");
    }
    List<String> labels = there.get().labels();
    Set<String> missing = new LinkedHashSet<>(check.labels());
    labels.forEach(missing::remove);
    Set<String> additional = new LinkedHashSet<>(labels);
    check.labels().forEach(additional::remove);
    String found = "the labels " + String.join(", ", labels);
    List<String> wrong = new ArrayList<>();
    if (!missing.isEmpty()) {
      wrong.add("lacks " + String.join(", ", missing));
    }
    if (!additional.isEmpty()) {
      wrong.add("also has " + String.join(", ", additional));
    }
    if (wrong.isEmpty() && check.ordered() && !labels.equals(check.labels())) {
      wrong.add("has its labels in another order: " + String.join(", ", labels));
    }
    return wrong.isEmpty()
        ? good(found, what + " has exactly these labels")
        : bad(found, what + " " + String.join(" and ", wrong));
  }
}
