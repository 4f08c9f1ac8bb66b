package dev.schemaward.engine.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.schemaward.engine.bundle.Migration;
import dev.schemaward.engine.hazard.Finding;
import dev.schemaward.engine.hazard.HazardClass;
import dev.schemaward.engine.hazard.LintPolicy;
import dev.schemaward.engine.hazard.Severity;
import dev.schemaward.engine.hazard.Waiver;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PlanHashTest {
  private static final Migration A = migration("a", "c1");
  private static final TargetIdentity TARGET = new TargetIdentity("18.6", "7", "db", "public");
  private static final ExecutionPolicy POLICY = ExecutionPolicy.DEFAULT;

  private static Migration migration(String name, String checksum) {
    return new Migration(name, name + ".sql", checksum, List.of(), List.of());
  }

  private static Finding finding(String rule) {
    return new Finding(rule, Severity.BLOCK, HazardClass.DESTRUCTIVE, "a", 1, 1, "m", null, null);
  }

  private static String hash(
      String bundle,
      List<Migration> pending,
      String applied,
      String fingerprint,
      TargetIdentity target,
      List<Finding> findings,
      String build,
      ExecutionPolicy policy) {
    return PlanHash.of(
        new PlanHash.Inputs(
            bundle, pending, applied, fingerprint, target, findings, build, policy));
  }

  @Test
  void everyInputChangesIt() {
    List<Migration> pending = List.of(A);
    List<String> hashes =
        List.of(
            hash("d", pending, "x", "f", TARGET, List.of(), "b", POLICY),
            hash("d2", pending, "x", "f", TARGET, List.of(), "b", POLICY),
            hash("d", List.of(migration("a", "c2")), "x", "f", TARGET, List.of(), "b", POLICY),
            hash("d", List.of(migration("b", "c1")), "x", "f", TARGET, List.of(), "b", POLICY),
            hash("d", List.of(A, migration("b", "c1")), "x", "f", TARGET, List.of(), "b", POLICY),
            hash("d", List.of(migration("b", "c1"), A), "x", "f", TARGET, List.of(), "b", POLICY),
            hash("d", pending, "y", "f", TARGET, List.of(), "b", POLICY),
            hash("d", pending, "x", "g", TARGET, List.of(), "b", POLICY),
            hash(
                "d",
                pending,
                "x",
                "f",
                new TargetIdentity("18.6", "8", "db", "public"),
                List.of(),
                "b",
                POLICY),
            hash(
                "d",
                pending,
                "x",
                "f",
                new TargetIdentity("18.6", "7", "db2", "public"),
                List.of(),
                "b",
                POLICY),
            hash(
                "d",
                pending,
                "x",
                "f",
                new TargetIdentity("18.6", "7", "db", "app"),
                List.of(),
                "b",
                POLICY),
            hash("d", pending, "x", "f", TARGET, List.of(finding("drop-table")), "b", POLICY),
            hash("d", pending, "x", "f", TARGET, List.of(finding("truncate")), "b", POLICY),
            hash("d", pending, "x", "f", TARGET, List.of(), "b2", POLICY),
            hash(
                "d",
                pending,
                "x",
                "f",
                TARGET,
                List.of(),
                "b",
                new ExecutionPolicy(
                    Duration.ofSeconds(1), POLICY.statementTimeout(), POLICY.deadline())),
            hash(
                "d",
                pending,
                "x",
                "f",
                TARGET,
                List.of(),
                "b",
                with(new BlockerPolicy(null, "^report"), LintPolicy.NONE)),
            hash(
                "d",
                pending,
                "x",
                "f",
                TARGET,
                List.of(),
                "b",
                with(BlockerPolicy.NONE, new LintPolicy(List.of("destructive"), List.of()))),
            hash(
                "d",
                pending,
                "x",
                "f",
                TARGET,
                List.of(),
                "b",
                with(
                    BlockerPolicy.NONE,
                    new LintPolicy(
                        List.of(), List.of(Waiver.ofSpec("drop-column", null, "agreed"))))));
    Set<String> distinct = new HashSet<>(hashes);
    assertThat(distinct).hasSize(hashes.size());
    assertThat(distinct).allMatch(hash -> hash.matches("sha256:[0-9a-f]{64}"));
  }

  private static ExecutionPolicy with(BlockerPolicy blockers, LintPolicy lint) {
    return new ExecutionPolicy(
        POLICY.lockWait(), POLICY.statementTimeout(), POLICY.deadline(), blockers, lint);
  }

  @Test
  void theCanonicalFormIsPinned() {
    assertThat(
            PlanHash.canonicalJson(
                new PlanHash.Inputs("d\"\n", List.of(A), "", "f", TARGET, List.of(), "b", POLICY)))
        .isEqualTo(
            "{\"applied\":\"\",\"bundle\":\"d\\\"\\n"
                + "\",\"findings\":[],\"fingerprint\":\"f\","
                + "\"pending\":[{\"checksum\":\"c1\",\"name\":\"a\"}],"
                + "\"policy\":{\"blockers\":{\"application\":\"null\",\"idleInTransactionFor\":\"null\"},"
                + "\"deadline\":\"PT1H\",\"lint\":{\"block\":[],\"waive\":[]},\"lockWait\":\"PT2M\",\"statementTimeout\":\"PT15M\"},"
                + "\"runner\":\"b\",\"target\":{\"database\":\"db\",\"schema\":\"public\",\"systemIdentifier\":\"7\"}}");
  }

  /** A minor upgrade of the server between approval and run is no reason to ask again. */
  @Test
  void theServersMinorVersionDoesNotMatter() {
    assertThat(
            hash(
                "d",
                List.of(A),
                "x",
                "f",
                new TargetIdentity("18.7", "7", "db", "public"),
                List.of(),
                "b",
                POLICY))
        .isEqualTo(hash("d", List.of(A), "x", "f", TARGET, List.of(), "b", POLICY));
  }
}
