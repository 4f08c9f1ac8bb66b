package dev.schemaward.engine.shadow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.schemaward.engine.bundle.Migration;
import dev.schemaward.engine.catalog.LiveCatalog;
import dev.schemaward.engine.catalog.LiveCatalog.Relation;
import dev.schemaward.engine.catalog.LiveCatalogReader;
import dev.schemaward.engine.connect.RoundTrip;
import dev.schemaward.engine.connect.SecretDirectory;
import dev.schemaward.engine.connect.Session;
import dev.schemaward.engine.execute.Segment;
import dev.schemaward.engine.hazard.Finding;
import dev.schemaward.engine.hazard.HazardClass;
import dev.schemaward.engine.hazard.Hazards;
import dev.schemaward.engine.hazard.Severity;
import dev.schemaward.engine.shadow.StatementEffects.RelationLock;
import dev.schemaward.engine.sql.StatementKind.Execution;
import dev.schemaward.engine.sql.StatementSplitter;
import dev.schemaward.testkit.postgres.PostgresServer;
import dev.schemaward.testkit.postgres.SharedPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The rules against what an observer sees on a populated database, for every form: a form that
 * reads, builds or writes a whole table while others wait must have a finding, and one that does
 * not must have none that says so. With less knowledge, less is asked: the figures in
 * docs/benchmarks.md are what this test prints.
 */
class RuleVerdictTest {
  private static final long LARGE = 48_000_000_000L;

  /** A materialised view: nobody but REFRESH writes to it, so only its readers can wait. */
  private static final String VIEW = "public.totals";

  /** Rules of class LOCK that say that an index is built. */
  private static final Set<String> BUILDS =
      Set.of(
          "index-blocking",
          "add-unique",
          "add-pk",
          "add-exclude",
          "add-column-unique",
          "reindex-blocking",
          "pk-on-partitioned");

  private record Score(List<String> missed, List<String> falseAlarms) {
    Score() {
      this(new ArrayList<>(), new ArrayList<>());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {14, 16, 18})
  void aFormThatMakesOthersWaitHasAFindingAndNoOtherHas(int major) throws Exception {
    PostgresServer server = SharedPostgres.of(major);
    PopulatedDatabase populated = new PopulatedDatabase(server);
    LiveCatalog live = catalog(server);
    Score text = new Score();
    Score catalogue = new Score();
    Score measured = new Score();
    List<String> generic = new ArrayList<>();
    StringBuilder truth = new StringBuilder();
    int harmful = 0;
    List<StatementForm> forms = StatementForm.of(major);
    for (StatementForm form : forms) {
      PopulatedDatabase.Seen seen =
          isAlone(form) ? populated.alone(form) : populated.inTransaction(form);
      boolean harm = harm(seen);
      harmful += harm ? 1 : 0;
      truth.append(harm ? "harm " : "none ").append(form.sql().replace('\n', ' ')).append('\n');
      count(form, harm, judge(form, LiveCatalog.UNKNOWN, Map.of(), major), text);
      count(form, harm, judge(form, live, Map.of(), major), catalogue);
      if (form.statements().size() == 1) {
        Map<StatementKey, StatementEffects> effects =
            Map.of(new StatementKey("f", 1), effects(seen));
        List<Finding> findings = judge(form, live, effects, major);
        count(form, harm, findings, measured);
        findings.stream()
            .filter(f -> f.rule().startsWith("measured-") && !form.sql().startsWith("DO "))
            .forEach(f -> generic.add(form.sql() + " " + f.rule()));
      }
    }
    if (System.getProperty("schemaward.truth") != null) {
      // for src/test/squawk/compare.py
      Files.writeString(Path.of(System.getProperty("schemaward.truth") + "-" + major), truth);
    }
    System.out.printf(
        "PostgreSQL %d: %d forms, %d make others wait for a whole table; missed/false alarms:"
            + " text alone %d/%d, with the live catalogue %d/%d, measured %d/%d%n",
        major,
        forms.size(),
        harmful,
        text.missed.size(),
        text.falseAlarms.size(),
        catalogue.missed.size(),
        catalogue.falseAlarms.size(),
        measured.missed.size(),
        measured.falseAlarms.size());
    print("text, missed", text.missed);
    print("text, false", text.falseAlarms);
    print("catalogue, missed", catalogue.missed);
    print("catalogue, false", catalogue.falseAlarms);
    print("measured, missed", measured.missed);
    print("measured, false", measured.falseAlarms);
    assertThat(generic).isEmpty();
    assertThat(measured.missed).isEmpty();
    assertThat(measured.falseAlarms).isEmpty();
    assertThat(catalogue.missed).isEmpty();
    assertThat(catalogue.falseAlarms).hasSizeLessThan(5);
    assertThat(text.missed).isEmpty();
    assertThat(text.falseAlarms).hasSizeLessThan(16);
  }

  private static void print(String what, List<String> forms) {
    forms.forEach(form -> System.out.println(what + ": " + form));
  }

  /** True when a whole table is read, built on or written while writes to it wait. */
  private static boolean harm(PopulatedDatabase.Seen seen) {
    boolean blocking =
        seen.locks().entrySet().stream()
            .filter(lock -> !seen.indexBuilds().contains(lock.getKey()))
            .anyMatch(lock -> blocks(lock.getValue()));
    return (!seen.indexBuilds().isEmpty() && blocking)
        || seen.rewrites().stream().anyMatch(r -> blocks(seen.locks().get(r)))
        || seen.scans().stream()
            .filter(r -> !r.equals(VIEW) || "AccessExclusiveLock".equals(seen.locks().get(r)))
            .anyMatch(r -> blocks(seen.locks().get(r)));
  }

  private static boolean blocks(String mode) {
    return mode != null && LockMode.strength(mode) >= LockMode.strength("ShareLock");
  }

  private static void count(StatementForm form, boolean harm, List<Finding> findings, Score score) {
    boolean warned =
        findings.stream()
            .anyMatch(
                f ->
                    f.severity() != Severity.INFORM
                        && f.hazardClass() != HazardClass.TRANSACTION
                        && f.hazardClass() != HazardClass.SECURITY);
    boolean claims =
        findings.stream()
            .anyMatch(
                f ->
                    f.severity() != Severity.INFORM
                        && (EnumSet.of(HazardClass.SCAN, HazardClass.REWRITE)
                                .contains(f.hazardClass())
                            || BUILDS.contains(f.rule())));
    if (harm && !warned) {
      score.missed.add(form.sql());
    } else if (!harm && claims) {
      score.falseAlarms.add(form.sql() + " " + findings.stream().map(Finding::rule).toList());
    }
  }

  private static List<Finding> judge(
      StatementForm form, LiveCatalog live, Map<StatementKey, StatementEffects> effects, int major)
      throws Exception {
    return Hazards.judge(
        List.of(new Migration("f", "f", "0", List.of(), StatementSplitter.split(form.sql()))),
        effects,
        live,
        major);
  }

  private static StatementEffects effects(PopulatedDatabase.Seen seen) {
    return new StatementEffects(
        seen.locks().entrySet().stream()
            .map(lock -> new RelationLock(lock.getKey(), lock.getValue()))
            .toList(),
        List.copyOf(seen.rewrites()),
        List.copyOf(seen.scans()),
        List.copyOf(seen.indexBuilds()),
        1,
        null);
  }

  private static boolean isAlone(StatementForm form) throws Exception {
    Segment first = Segment.of(StatementSplitter.split(form.sql())).getFirst();
    return first.kind() == Segment.Kind.ALONE
        && first.first().kind().execution() != Execution.ENUM_VALUE;
  }

  /** The catalogue of the forms' schema, with every table large. */
  private static LiveCatalog catalog(PostgresServer server) throws Exception {
    String database = server.createDatabase();
    server.execute(database, StatementForm.schema());
    try (Session session =
        Session.open(
            SecretDirectory.parseUrl(server.url(database) + "?schema=public", "test"),
            new Session.Settings("test", "public", Duration.ofSeconds(30)),
            RoundTrip.UNWATCHED)) {
      LiveCatalog live = LiveCatalogReader.read(session, Duration.ofSeconds(10));
      Map<String, Relation> relations = new HashMap<>();
      live.relations().forEach((name, r) -> relations.put(name, large(r)));
      return new LiveCatalog(
          live.serverVersion(), relations, live.schemas(), 0, Duration.ZERO, null, 0);
    }
  }

  private static Relation large(Relation r) {
    return new Relation(
        r.name(),
        r.kind(),
        LARGE,
        LARGE / 100,
        r.table(),
        r.columns(),
        r.constraints(),
        r.indexes(),
        r.partitionOf(),
        r.triggers(),
        r.publications(),
        r.writesPerHour());
  }
}
