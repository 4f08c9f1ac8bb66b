package dev.schemaward.controller.decide;

import dev.schemaward.api.v1alpha1.Annotations;
import dev.schemaward.api.v1alpha1.DatabaseMigrationSpec;
import dev.schemaward.api.v1alpha1.DatabaseMigrationStatus;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Everything that a decision may depend on, at one moment. Immutable, without a client, without a
 * clock; made by package {@code observe} alone.
 *
 * @param now the operator's clock
 * @param subject the DatabaseMigration
 * @param status its status; {@link DatabaseMigrationStatus#EMPTY} when it has none
 * @param production true when the namespace is labelled as production, or its labels are not known
 * @param bundle digest of the bundle ConfigMap's content; empty when there is no such ConfigMap
 * @param runs our Jobs, in any order
 * @param document the plan document of the plan in question
 * @param report the report of a check that is not stored yet
 * @param enforcement whether approvals by people without the right are refused; empty when nobody
 *     asked
 * @param settings the operator's settings that matter here
 */
public record World(
    Instant now,
    Subject subject,
    DatabaseMigrationStatus status,
    boolean production,
    Optional<String> bundle,
    List<Run> runs,
    Document document,
    Optional<CheckReport> report,
    Optional<Enforcement> enforcement,
    Settings settings) {

  public World {
    runs = List.copyOf(runs);
  }

  /**
   * The DatabaseMigration without its status.
   *
   * @param deleting true when it is marked for deletion
   * @param finalizer true when it carries our finalizer
   */
  public record Subject(
      String namespace,
      String name,
      String uid,
      long generation,
      DatabaseMigrationSpec spec,
      Map<String, String> annotations,
      boolean deleting,
      boolean finalizer) {

    /** Value of an annotation; empty when it is absent or blank. */
    public Optional<String> annotation(String key) {
      return Optional.ofNullable(annotations.get(key)).filter(value -> !value.isBlank());
    }
  }

  /** Where a plan document is. */
  public sealed interface Document {}

  /** Nobody looked, because no decision depends on it. */
  public record NotNeeded() implements Document {}

  /** In a ConfigMap. */
  public record Stored(String configMap) implements Document {}

  /** Still in the Job's log, verified. */
  public record Fetched(PlanBytes bytes) implements Document {}

  /** Nowhere; the plan must be made again. */
  public record Lost(String why) implements Document {}

  /** A document as the runner wrote it. */
  @SuppressWarnings("ArrayRecordComponent") // never compared, only passed on
  public record PlanBytes(byte[] json) {}

  /**
   * What a check wrote into its log, verified.
   *
   * @param runId of the check
   */
  public record CheckReport(String runId, PlanBytes bytes) {}

  /**
   * Whether admission refuses an approval by somebody without the right.
   *
   * @param active true when an attempt was refused
   * @param why what speaks against it; null when active
   */
  public record Enforcement(boolean active, String why) {}

  /**
   * Settings of the operator.
   *
   * @param runnerImage image that new Jobs get
   * @param bestEffort true: approvals count although nobody enforces who gives them
   * @param productionLintBlock rules and classes of findings that block in production
   */
  public record Settings(String runnerImage, boolean bestEffort, Set<String> productionLintBlock) {
    public Settings {
      productionLintBlock = Set.copyOf(productionLintBlock);
    }
  }

  /** What keeps a plan from running: the author's choice, and in production the operator's too. */
  public DatabaseMigrationSpec.Lint lint() {
    DatabaseMigrationSpec.Lint asked = subject.spec.lint();
    if (!production) {
      return asked;
    }
    Set<String> block = new LinkedHashSet<>(asked.block());
    block.addAll(new TreeSet<>(settings.productionLintBlock()));
    return new DatabaseMigrationSpec.Lint(List.copyOf(block), asked.waive());
  }

  /** What is asked for, in one digest: a change of it means a new plan. */
  public String basis() {
    return sha256(
        subject.uid,
        Long.toString(subject.generation),
        bundle.orElse(""),
        subject.annotation(Annotations.RECONCILE_REQUESTED_AT).orElse(""),
        subject.annotation(Annotations.RETRY_REQUESTED_AT).orElse(""),
        subject.annotation(Annotations.TAKE_OVER_FROM).orElse(""));
  }

  /** The Job that checks and has not ended. */
  public Optional<Run> activeCheck() {
    return runs.stream()
        .filter(run -> run.kind() == RunKind.Check && run.active().isPresent())
        .max(Comparator.comparing(Run::createdAt));
  }

  /** The Job that has not ended; of several, the one that may do most, then the newest. */
  public Optional<Run> activeRun() {
    return runs.stream()
        .filter(run -> run.kind() != RunKind.Check && run.active().isPresent())
        .max(
            Comparator.comparing((Run run) -> run.kind().executes()).thenComparing(Run::createdAt));
  }

  /** How the last run ended, whatever it was made for. */
  public Optional<Outcome> newestOutcome() {
    Optional<Outcome> ofJob =
        outcomes().max(Comparator.comparing(Outcome::at).thenComparing(Outcome::sequence));
    Optional<Outcome> recorded = Outcome.of(status);
    if (ofJob.isPresent() && recorded.isPresent()) {
      return recorded.get().at().isAfter(ofJob.get().at()) ? recorded : ofJob;
    }
    return ofJob.or(() -> recorded);
  }

  /** How the last run ended that was made for what is asked for now. */
  public Optional<Outcome> currentOutcome() {
    String basis = basis();
    return Stream.concat(outcomes(), Outcome.of(status).stream())
        .filter(outcome -> outcome.basis().equals(basis))
        .max(
            Comparator.comparing(Outcome::sequence)
                .thenComparing(outcome -> outcome.plan().isPresent()));
  }

  /** The plan of {@code hash} that was made for what is asked for now. */
  public Optional<Plan> plan(String hash) {
    String basis = basis();
    Optional<Plan> ofJob =
        outcomes()
            .filter(outcome -> outcome.basis().equals(basis))
            .flatMap(outcome -> outcome.plan().stream())
            .filter(plan -> plan.hash().equals(hash))
            .findFirst();
    return ofJob.or(
        () ->
            Outcome.of(status)
                .filter(outcome -> outcome.basis().equals(basis))
                .flatMap(Outcome::plan)
                .filter(plan -> plan.hash().equals(hash)));
  }

  /** Number of the next Job. */
  public int nextSequence() {
    String basis = basis();
    int ofJobs =
        runs.stream()
            .filter(run -> run.basis().equals(basis))
            .mapToInt(Run::sequence)
            .max()
            .orElse(0);
    int recorded =
        Outcome.of(status)
            .filter(outcome -> outcome.basis().equals(basis))
            .map(Outcome::sequence)
            .orElse(0);
    return Math.max(ofJobs, recorded) + 1;
  }

  private Stream<Outcome> outcomes() {
    return runs.stream()
        .filter(run -> run.kind() != RunKind.Check)
        .flatMap(run -> run.finished().map(end -> Outcome.of(run, end)).stream());
  }

  private static String sha256(String... parts) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (String part : parts) {
        byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
        digest.update((bytes.length + ":").getBytes(StandardCharsets.UTF_8));
        digest.update(bytes);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every JDK has it
    }
  }
}
