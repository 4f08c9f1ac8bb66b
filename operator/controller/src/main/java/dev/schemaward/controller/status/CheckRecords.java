package dev.schemaward.controller.status;

import dev.schemaward.api.run.RunReason;
import dev.schemaward.api.run.RunResult;
import dev.schemaward.api.run.VerificationDocument;
import dev.schemaward.api.v1alpha1.DatabaseMigrationStatus.CheckStatus;
import dev.schemaward.api.v1alpha1.DatabaseMigrationStatus.DocumentReference;
import dev.schemaward.api.v1alpha1.DatabaseMigrationStatus.DriftObject;
import dev.schemaward.api.v1alpha1.DatabaseMigrationStatus.DriftStatus;
import dev.schemaward.api.v1alpha1.DatabaseMigrationStatus.VerificationStatus;
import dev.schemaward.controller.decide.Check;
import dev.schemaward.controller.decide.Knowledge;
import dev.schemaward.controller.decide.World;
import dev.schemaward.controller.run.Bytes;
import dev.schemaward.controller.run.JobMarks;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What status says about checks: the last attempt, and what the last good one found. */
final class CheckRecords {
  private static final int MAX_OBJECTS = 20;
  private static final int MAX_FAILURES = 10;
  private static final int MAX_TEXT_BYTES = 512;

  private CheckRecords() {}

  static CheckStatus last(World world) {
    Optional<Check> check = Check.newest(world);
    if (check.isEmpty() || isRecorded(world, check.get())) {
      return world.status().lastCheck();
    }
    Check c = check.get();
    return new CheckStatus(
        c.runId(),
        c.after(),
        c.requestedAt(),
        c.basis(),
        c.attempt(),
        c.reason().map(RunReason::name).orElse(null),
        Bytes.atMost(c.message(), 2 * MAX_TEXT_BYTES),
        time(c));
  }

  private static boolean isRecorded(World world, Check check) {
    return world.status().lastCheck() != null
        && check.runId().equals(world.status().lastCheck().id());
  }

  private static String time(Check check) {
    return check.at().truncatedTo(ChronoUnit.SECONDS).toString();
  }

  static DriftStatus drift(World world) {
    if (world.subject().spec().drift() == null) {
      return null;
    }
    DriftStatus before = world.status().drift();
    Optional<Check> check = Check.newest(world).filter(c -> !isRecorded(world, c));
    RunResult.Drift found = check.flatMap(Check::result).map(RunResult::drift).orElse(null);
    if (found == null) {
      return before;
    }
    String at = time(check.get());
    boolean stored =
        world.report().filter(report -> report.runId().equals(check.get().runId())).isPresent();
    return new DriftStatus(
        found.drifted(),
        found.high(),
        found.medium(),
        found.low(),
        found.drifted() ? (before != null && before.drifted() ? before.since() : at) : null,
        found.fingerprint(),
        objects(found, before, at),
        found.revert() == null ? null : Bytes.atMost(found.revert(), MAX_TEXT_BYTES),
        found.adopt() == null ? null : Bytes.atMost(found.adopt(), MAX_TEXT_BYTES),
        found.drifted() && stored
            ? new DocumentReference(JobMarks.driftReport(world.subject().name()))
            : null,
        check.get().after(),
        at);
  }

  /** Each with the time of the check that saw it first. */
  private static List<DriftObject> objects(RunResult.Drift found, DriftStatus before, String at) {
    Map<String, String> known = new HashMap<>();
    if (before != null) {
      before.objects().forEach(object -> known.put(object.difference(), object.since()));
    }
    return found.objects() == null
        ? List.of()
        : found.objects().stream()
            .limit(MAX_OBJECTS)
            .map(line -> Bytes.atMost(line, MAX_TEXT_BYTES))
            .map(line -> new DriftObject(line, known.getOrDefault(line, at)))
            .toList();
  }

  static VerificationStatus verification(World world) {
    if (world.subject().spec().verify() == null) {
      return null;
    }
    Optional<Check> check = Check.newest(world).filter(c -> !isRecorded(world, c));
    VerificationDocument found =
        check.flatMap(Check::result).map(RunResult::verification).orElse(null);
    if (found == null) {
      return world.status().verification();
    }
    return new VerificationStatus(
        found.ok(),
        found.total(),
        found.failed(),
        Knowledge.failures(found).stream()
            .limit(MAX_FAILURES)
            .map(line -> Bytes.atMost(line, MAX_TEXT_BYTES))
            .toList(),
        check.get().after(),
        time(check.get()));
  }
}
