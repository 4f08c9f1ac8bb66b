package dev.schemaward.engine.shadow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.schemaward.engine.bundle.Migration;
import dev.schemaward.engine.execute.Segment;
import dev.schemaward.engine.sql.StatementKind.Execution;
import dev.schemaward.engine.sql.StatementSplitter;
import dev.schemaward.testkit.postgres.PostgresServer;
import dev.schemaward.testkit.postgres.SharedPostgres;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the shadow measures on an empty schema is what an observer sees where there are rows: for
 * every form, every lock, scan, rewrite and index build. The figures in docs/benchmarks.md are what
 * this test prints.
 */
class StatementFormsTest {
  @TempDir static Path scratch;

  private final List<String> misses = new ArrayList<>();
  private final List<String> weakMisses = new ArrayList<>();
  private final List<String> falseAlarms = new ArrayList<>();
  private int facts;

  @ParameterizedTest
  @ValueSource(ints = {14, 16, 18})
  void theEmptyShadowShowsWhatHappensWhereThereAreRows(int major) throws Exception {
    List<StatementForm> forms = StatementForm.of(major);
    assertThat(forms).hasSizeGreaterThan(150);
    Map<StatementForm, PopulatedDatabase.Seen> shadow = onShadow(major, forms);
    PopulatedDatabase populated = new PopulatedDatabase(SharedPostgres.of(major));
    for (StatementForm form : forms) {
      boolean alone = isAlone(form);
      compare(
          form,
          alone,
          alone ? populated.alone(form) : populated.inTransaction(form),
          shadow.get(form));
    }
    System.out.printf(
        "PostgreSQL %d: %d forms, %d facts on the populated database; missed: %d, and %d weak"
            + " locks; false alarms: %d%n",
        major, forms.size(), facts, misses.size(), weakMisses.size(), falseAlarms.size());
    misses.forEach(line -> System.out.println("missed: " + line));
    falseAlarms.forEach(line -> System.out.println("false alarm: " + line));
    assertThat(misses).isEmpty();
    assertThat(weakMisses).hasSizeLessThan(25);
    assertThat(falseAlarms).isEmpty();
  }

  private void compare(
      StatementForm form,
      boolean sampled,
      PopulatedDatabase.Seen truth,
      PopulatedDatabase.Seen shadow) {
    truth
        .locks()
        .forEach(
            (relation, mode) -> {
              facts++;
              String measured = shadow.locks().get(relation);
              if (measured == null || LockMode.strength(measured) < LockMode.strength(mode)) {
                // Locks that readers and writers take too, on what only a row's own trigger or
                // default
                // touches; VACUUM's on indexes.
                (isWeak(mode) ? weakMisses : misses)
                    .add(
                        form.statements()
                            + ": "
                            + mode
                            + " on "
                            + relation
                            + ", measured "
                            + measured);
              }
            });
    shadow
        .locks()
        .forEach(
            (relation, mode) -> {
              String seen = truth.locks().get(relation);
              // A sampled truth can have missed something brief.
              boolean more = seen == null || LockMode.strength(seen) < LockMode.strength(mode);
              if (more && !sampled) {
                falseAlarms.add(
                    form.statements() + ": " + mode + " on " + relation + ", is " + seen);
              }
            });
    compare(form, "rewrite", truth.rewrites(), shadow.rewrites());
    compare(form, "index build", truth.indexBuilds(), shadow.indexBuilds());
    if (!sampled) {
      compare(form, "scan", truth.scans(), shadow.scans());
    }
  }

  private void compare(StatementForm form, String what, Set<String> truth, Set<String> measured) {
    facts += truth.size();
    truth.stream()
        .filter(name -> !measured.contains(name))
        .forEach(name -> misses.add(form.statements() + ": " + what + " of " + name));
    measured.stream()
        .filter(name -> !truth.contains(name))
        .forEach(name -> falseAlarms.add(form.statements() + ": " + what + " of " + name));
  }

  private static boolean isWeak(String mode) {
    return LockMode.strength(mode) < LockMode.strength("ShareUpdateExclusiveLock");
  }

  private static boolean isAlone(StatementForm form) throws Exception {
    Segment first = Segment.of(StatementSplitter.split(form.sql())).getFirst();
    return first.kind() == Segment.Kind.ALONE
        && first.first().kind().execution() != Execution.ENUM_VALUE;
  }

  /** All forms that can be rolled back in one run; each of the others on a database of its own. */
  private Map<StatementForm, PopulatedDatabase.Seen> onShadow(int major, List<StatementForm> forms)
      throws Exception {
    Migration schema = migration("schema", StatementForm.schema());
    Map<StatementForm, PopulatedDatabase.Seen> seen = new HashMap<>();
    try (ShadowServer server = ShadowServer.start(PostgresServer.installation(major), scratch)) {
      List<Migration> together = new ArrayList<>();
      List<StatementForm> inTransaction = new ArrayList<>();
      for (StatementForm form : forms) {
        if (isAlone(form)) {
          String name = "form_" + seen.size();
          ShadowOutcome outcome =
              ShadowRun.run(
                  server.createDatabase(new ShadowDatabase.Names(name, name, "public")),
                  ShadowRun.Request.of(List.of(schema), List.of(migration("f", form.sql()))));
          seen.put(form, union(outcome, "f", 1, form));
        } else {
          inTransaction.add(form);
          together.add(migration("f" + together.size(), "BEGIN;\n" + form.sql() + ";\nROLLBACK;"));
        }
      }
      ShadowOutcome outcome =
          ShadowRun.run(
              server.createDatabase(new ShadowDatabase.Names("forms", "forms", "public")),
              ShadowRun.Request.of(List.of(schema), together));
      assertThat(outcome.baseFaults()).isEmpty();
      assertThat(outcome.failure()).isEmpty();
      for (int i = 0; i < inTransaction.size(); i++) {
        seen.put(inTransaction.get(i), union(outcome, "f" + i, 2, inTransaction.get(i)));
      }
    }
    return seen;
  }

  private static Migration migration(String name, String sql) throws Exception {
    return new Migration(name, name, "0", List.of(), StatementSplitter.split(sql));
  }

  /** The statements of a form together, as the other witness sees them. */
  private static PopulatedDatabase.Seen union(
      ShadowOutcome outcome, String migration, int first, StatementForm form) {
    PopulatedDatabase.Seen seen =
        new PopulatedDatabase.Seen(
            new TreeMap<>(), new TreeSet<>(), new TreeSet<>(), new TreeSet<>());
    for (int i = 0; i < form.statements().size(); i++) {
      StatementEffects effects = outcome.effects().get(new StatementKey(migration, first + i));
      assertThat(effects.notMeasured()).describedAs(form.sql()).isNull();
      effects
          .locks()
          .forEach(
              lock ->
                  seen.locks()
                      .merge(
                          lock.relation(),
                          lock.mode(),
                          (a, b) -> LockMode.strength(a) > LockMode.strength(b) ? a : b));
      seen.rewrites().addAll(effects.rewrites());
      seen.scans().addAll(effects.scans());
      seen.indexBuilds().addAll(effects.indexBuilds());
    }
    return seen;
  }
}
