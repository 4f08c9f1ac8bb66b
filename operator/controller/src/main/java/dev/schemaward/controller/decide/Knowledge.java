package dev.schemaward.controller.decide;

import dev.schemaward.api.run.RunResult;
import dev.schemaward.api.run.VerificationDocument;
import dev.schemaward.api.v1alpha1.DatabaseMigrationStatus.DriftStatus;
import dev.schemaward.api.v1alpha1.DatabaseMigrationStatus.VerificationStatus;
import java.util.List;
import java.util.Optional;

/**
 * What the last check that could be made said. A later one that could not be made does not make it
 * unsaid.
 *
 * @param after id of the run after which it was said
 * @param good true when nothing differs, or everything holds
 * @param lines what does not, a line each
 */
public record Knowledge(String after, boolean good, List<String> lines) {
  /** Whether the schema is what its migrations make; empty when nobody knows. */
  public static Optional<Knowledge> drift(World world) {
    Optional<Check> check = Check.newest(world);
    Optional<RunResult.Drift> said = check.flatMap(Check::result).map(RunResult::drift);
    if (said.isPresent()) {
      RunResult.Drift drift = said.get();
      return Optional.of(
          new Knowledge(
              check.get().after(),
              !drift.drifted(),
              drift.objects() == null ? List.of() : drift.objects()));
    }
    DriftStatus known = world.status().drift();
    return Optional.ofNullable(known)
        .map(
            drift ->
                new Knowledge(
                    drift.after(),
                    !drift.drifted(),
                    drift.objects().stream().map(object -> object.difference()).toList()));
  }

  /** What does not hold, a line each. */
  public static List<String> failures(VerificationDocument document) {
    return document.checks().stream()
        .filter(check -> !check.ok())
        .map(VerificationDocument.Check::message)
        .toList();
  }

  /** Whether what spec.verify asks for holds; empty when nobody knows. */
  public static Optional<Knowledge> verification(World world) {
    Optional<Check> check = Check.newest(world);
    Optional<VerificationDocument> said = check.flatMap(Check::result).map(RunResult::verification);
    if (said.isPresent()) {
      return Optional.of(new Knowledge(check.get().after(), said.get().ok(), failures(said.get())));
    }
    VerificationStatus known = world.status().verification();
    return Optional.ofNullable(known)
        .map(status -> new Knowledge(status.after(), status.ok(), status.failures()));
  }
}
