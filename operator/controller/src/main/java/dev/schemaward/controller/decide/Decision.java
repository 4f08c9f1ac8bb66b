package dev.schemaward.controller.decide;

import dev.schemaward.api.v1alpha1.DatabaseMigrationStatus.ApprovalStatus;
import dev.schemaward.api.v1alpha1.DatabaseMigrationStatus.RunStatus;
import dev.schemaward.api.v1alpha1.Reason;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The next thing to do, or why nothing is to be done. Data; whoever acts switches exhaustively. */
public sealed interface Decision {
  /** Write into status that this run is about to start; then look again. */
  record RecordIntent(RunStatus run) implements Decision {}

  /** Create the Job of the run that status names. */
  record StartJob(RunStatus run) implements Decision {}

  /**
   * The API server did not take the Job of the run that status names. No decision of {@link
   * Decider}: it is what became of {@link StartJob}.
   */
  record NotStarted(RunStatus run, Reason reason, String message, Instant recheckAt)
      implements Decision {}

  /** Write the plan into status; then look again. */
  record ShowPlan(Plan plan) implements Decision {}

  /** Store the plan document; then look again. */
  record StorePlan(Plan plan, World.PlanBytes document) implements Decision {}

  /** Write into status that the plan was approved or rejected; then look again. */
  record RecordApproval(ApprovalStatus approval) implements Decision {}

  /** A Job goes on. */
  record AwaitJob(Run run, Reason reason, String message, Optional<Instant> recheckAt)
      implements Decision {}

  /** Something that time or others heal is missing. */
  record Hold(Reason reason, String message, Optional<Instant> recheckAt) implements Decision {}

  /** The last run could not do its work; another one starts then. */
  record BackOff(Reason reason, String message, Instant until) implements Decision {}

  /** A person must change something. */
  record Stall(Reason reason, String message, Optional<Instant> recheckAt) implements Decision {}

  /** Everything that is asked for is in the database. */
  record UpToDate(String message) implements Decision {}

  /**
   * Delete Jobs; then look again.
   *
   * @param then what holds besides
   */
  record CleanUp(List<String> jobs, Decision then) implements Decision {}

  /**
   * Take our finalizer off.
   *
   * @param then what holds besides
   */
  record Release(Decision then) implements Decision {}

  /** Nothing until then. */
  record Wait(Instant until) implements Decision {}

  /**
   * A check beside everything else.
   *
   * @param check what is to be done about it: {@link RecordIntent}, {@link StartJob}, {@link
   *     NotStarted}, {@link AwaitJob} or {@link Wait}
   * @param standing how things stand meanwhile
   */
  record Checking(Decision check, Decision standing) implements Decision {}

  /** The object is being deleted and nothing of ours keeps it. */
  record Gone() implements Decision {}
}
