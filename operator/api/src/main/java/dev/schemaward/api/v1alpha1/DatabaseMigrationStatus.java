package dev.schemaward.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import java.util.List;

/**
 * What the operator last saw. Output only: deleting it changes nothing that will happen, except
 * that an approval whose annotation is gone must be given again. Without SQL, without secrets, at
 * most 64 KiB.
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record DatabaseMigrationStatus(
    @JsonPropertyDescription("Generation of the spec that this status is about; -1: none yet.")
        Long observedGeneration,
    @JsonPropertyDescription(
            "Ready is the one to wait for; Reconciling and Stalled are present only while true"
                + " (kstatus). Approved and ApprovalPolicyEnforced say more.")
        List<Condition> conditions,
    @JsonPropertyDescription("The database that was reached.") TargetStatus target,
    @JsonPropertyDescription("Newest migration of the bundle that is applied.") String version,
    @JsonPropertyDescription("How many migrations of the bundle are not applied.") Integer pending,
    @JsonPropertyDescription("How many migrations of the bundle are applied.") Integer applied,
    @JsonPropertyDescription("The current plan.") PlanStatus plan,
    @JsonPropertyDescription("The approval of the current plan.") ApprovalStatus approval,
    @JsonPropertyDescription("The run that is going on or about to start.") RunStatus run,
    @JsonPropertyDescription("How the last run ended.") LastResult lastResult,
    @JsonPropertyDescription(
            "The ways on from a situation that needs a person. Approving the hash of one of them"
                + " makes the operator take it. At most ten.")
        List<RecoveryStatus> recovery,
    @JsonPropertyDescription("The ledger in the database, as it was last seen.")
        LedgerStatus ledger,
    @JsonPropertyDescription("The last ten runs, newest first.") List<HistoryEntry> history,
    @JsonPropertyDescription("How the schema stands against its migrations.") DriftStatus drift,
    @JsonPropertyDescription("Whether what spec.verify asks for holds.")
        VerificationStatus verification,
    @JsonPropertyDescription("The last check of drift and of what must hold.")
        CheckStatus lastCheck,
    @JsonPropertyDescription("Last value of schemaward.dev/reconcile-requested-at that was seen.")
        String lastHandledReconcileAt,
    @JsonPropertyDescription("Last value of schemaward.dev/retry-requested-at that was seen.")
        String lastHandledRetryAt) {

  /** A status that says nothing. */
  public static final DatabaseMigrationStatus EMPTY =
      new DatabaseMigrationStatus(
          null, null, null, null, null, null, null, null, null, null, null, null, null, null, null,
          null, null, null);

  public DatabaseMigrationStatus {
    conditions = conditions == null ? List.of() : List.copyOf(conditions);
    recovery = recovery == null ? List.of() : List.copyOf(recovery);
    history = history == null ? List.of() : List.copyOf(history);
  }

  /** The condition of this type; null when it is absent. */
  public Condition condition(String type) {
    return conditions.stream().filter(c -> c.type().equals(type)).findFirst().orElse(null);
  }

  /** A condition, as everywhere in Kubernetes. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Condition(
      @Required @JsonPropertyDescription("Name of the condition.") String type,
      @Required @JsonPropertyDescription("True, False or Unknown.") String status,
      @JsonPropertyDescription("Generation of the spec that it is about.") Long observedGeneration,
      @JsonPropertyDescription("When status last changed.") String lastTransitionTime,
      @JsonPropertyDescription("Why, in one word of a documented list.") String reason,
      @JsonPropertyDescription("Why, for people: what, since when, what to do.") String message) {
    public static final String READY = "Ready";
    public static final String RECONCILING = "Reconciling";
    public static final String STALLED = "Stalled";
    public static final String PLANNED = "Planned";
    public static final String APPROVED = "Approved";
    public static final String APPLIED = "Applied";
    public static final String DRIFTED = "Drifted";
    public static final String VERIFIED = "Verified";
    public static final String APPROVAL_POLICY_ENFORCED = "ApprovalPolicyEnforced";
  }

  /** A database, as the server itself says. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record TargetStatus(
      @JsonPropertyDescription("Version of the server.") String serverVersion,
      @JsonPropertyDescription(
              "system_identifier of the server, or the ledger's id where it may not be read.")
          String systemIdentifier,
      @JsonPropertyDescription("Name of the database.") String database,
      @JsonPropertyDescription("Name of the schema.") String schema) {}

  /** A plan in numbers. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record PlanStatus(
      @JsonPropertyDescription("sha256:<64 hex>; this is what an approval names.") String hash,
      @JsonPropertyDescription("First six digits of the hash.") String shortId,
      @JsonPropertyDescription("Digest of the bundle.") String bundleDigest,
      @JsonPropertyDescription("How many migrations are pending.") Integer pendingCount,
      @JsonPropertyDescription("Names of the first twenty of them.") List<String> pending,
      @JsonPropertyDescription("Findings by severity.") Findings findings,
      @JsonPropertyDescription("How many findings destroy something.") Integer destructive,
      @JsonPropertyDescription("The plan in one sentence.") String summary,
      @JsonPropertyDescription("ConfigMap with the whole plan: plan.txt and plan.json.")
          DocumentReference documentRef) {}

  /** Findings by severity. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Findings(
      @JsonPropertyDescription("Findings that demand an approval.") int block,
      @JsonPropertyDescription("Warnings.") int warn,
      @JsonPropertyDescription("Information.") int info) {}

  /** A ConfigMap of the same namespace. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record DocumentReference(@JsonPropertyDescription("Name of the ConfigMap.") String name) {}

  /** An approval or a rejection, as it was first seen. */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record ApprovalStatus(
      @JsonPropertyDescription("Hash of the plan that it is about.") String planHash,
      @JsonPropertyDescription("Approved or Rejected.") String decision,
      @JsonPropertyDescription("Who decided.") List<String> by,
      @JsonPropertyDescription(
              "True when admission was seen to refuse approvals by people without the right.")
          boolean verified,
      @JsonPropertyDescription("How it came: Annotation.") String channel,
      @JsonPropertyDescription("Why, in the approver's words.") String reason,
      @JsonPropertyDescription("When the operator first saw it.") String at,
      @JsonPropertyDescription("Until when it may be used.") String expiresAt) {
    public static final String APPROVED = "Approved";
    public static final String REJECTED = "Rejected";
  }

  /** A run that is going on or about to start. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record RunStatus(
      @JsonPropertyDescription("Id of the run, also in the ledger.") String id,
      @JsonPropertyDescription("Plan, Apply, ApplyIfAllowed or Recover.") String kind,
      @JsonPropertyDescription("Number of the Job for this request, from 1.") int sequence,
      @JsonPropertyDescription("How often in a row this was tried, from 1.") int attempt,
      @JsonPropertyDescription("Hash of the plan that may be executed.") String planHash,
      @JsonPropertyDescription("Digest of what is asked for: spec, bundle, requests.") String basis,
      @JsonPropertyDescription("Name of the Job.") String job,
      @JsonPropertyDescription("When it was decided to start it.") String startedAt) {}

  /** How a run ended. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record LastResult(
      @JsonPropertyDescription("Id of the run.") String id,
      @JsonPropertyDescription("Plan, Apply, ApplyIfAllowed or Recover.") String kind,
      @JsonPropertyDescription("Number of the Job for this request, from 1.") int sequence,
      @JsonPropertyDescription("How often in a row this was tried, from 1.") int attempt,
      @JsonPropertyDescription("Digest of what was asked for: spec, bundle, requests.")
          String basis,
      @JsonPropertyDescription("Image of the runner.") String image,
      @JsonPropertyDescription("Why it ended; absent when the run left no result.") String reason,
      @JsonPropertyDescription("The same in words.") String message,
      @JsonPropertyDescription("Hash of the plan that was made or executed.") String planHash,
      @JsonPropertyDescription("What failed.") FailureStatus failure,
      @JsonPropertyDescription("When it ended.") String at) {}

  /** What failed, without SQL. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record FailureStatus(
      @JsonPropertyDescription("Name of the migration.") String migration,
      @JsonPropertyDescription("Number of the statement in its file, from 1.") Integer statement,
      @JsonPropertyDescription("Line in its file, from 1.") Integer line,
      @JsonPropertyDescription("SQLSTATE.") String sqlState,
      @JsonPropertyDescription("What the server said.") String error,
      @JsonPropertyDescription("What is in the database now.") String tookEffect,
      @JsonPropertyDescription("What to do.") String advice) {}

  /** A way on. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record RecoveryStatus(
      @JsonPropertyDescription("sha256:<64 hex>; this is what an approval names.") String hash,
      @JsonPropertyDescription("First six digits of the hash.") String shortId,
      @JsonPropertyDescription(
              "ContinueAfter, MarkApplied, MarkRolledBack, Baseline, AdoptEdited, RestoreLedger or"
                  + " AcceptDatabase.")
          String action,
      @JsonPropertyDescription("What it does, in one line.") String title,
      @JsonPropertyDescription("True when what was seen in the database speaks for this one.")
          boolean recommended) {}

  /** Which ledger, and how far it has come. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record LedgerStatus(
      @JsonPropertyDescription("Its UUID.") String id,
      @JsonPropertyDescription("Number of runs that it has seen.") long epoch) {}

  /** How the live schema stands against the one that the applied migrations make. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record DriftStatus(
      @JsonPropertyDescription("True when something differs that may not.") boolean drifted,
      @JsonPropertyDescription("Objects that differ: wrong data, lost protection, slow queries.")
          Integer high,
      @JsonPropertyDescription("Objects that differ: another behaviour.") Integer medium,
      @JsonPropertyDescription("Objects that differ: only people notice.") Integer low,
      @JsonPropertyDescription("When these differences were first seen, if there are any.")
          String since,
      @JsonPropertyDescription("Names the differences, whatever the database is otherwise like.")
          String fingerprint,
      @JsonPropertyDescription("The first twenty differences.") List<DriftObject> objects,
      @JsonPropertyDescription("What is known of SQL that makes the schema what it should be.")
          String revert,
      @JsonPropertyDescription("What is known of a migration that says what the schema is.")
          String adopt,
      @JsonPropertyDescription(
              "ConfigMap with the whole report: drift.txt, revert.sql, adopt.sql, drift.json.")
          DocumentReference documentRef,
      @JsonPropertyDescription("Id of the run after which it was compared.") String after,
      @JsonPropertyDescription("When it was compared.") String at) {
    public DriftStatus {
      objects = objects == null ? List.of() : List.copyOf(objects);
    }
  }

  /** One object that differs. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record DriftObject(
      @JsonPropertyDescription("Which object, and how it differs.") String difference,
      @JsonPropertyDescription("When this difference was first seen.") String since) {}

  /** What spec.verify asks for, as it was last seen. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record VerificationStatus(
      @JsonPropertyDescription("True when everything holds.") boolean ok,
      @JsonPropertyDescription("How many checks were made.") Integer checks,
      @JsonPropertyDescription("How many of them failed.") Integer failed,
      @JsonPropertyDescription("The first ten failures, a line each.") List<String> failures,
      @JsonPropertyDescription("Id of the run after which it was checked.") String after,
      @JsonPropertyDescription("When it was checked.") String at) {
    public VerificationStatus {
      failures = failures == null ? List.of() : List.copyOf(failures);
    }
  }

  /** The last Job that checked. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record CheckStatus(
      @JsonPropertyDescription("Id of its run.") String id,
      @JsonPropertyDescription("Id of the run after which it was made.") String after,
      @JsonPropertyDescription(
              "Value of schemaward.dev/check-requested-at when it was started, if any.")
          String requestedAt,
      @JsonPropertyDescription("Digest of what was asked for.") String basis,
      @JsonPropertyDescription("How often in a row it was tried.") int attempt,
      @JsonPropertyDescription("Checked, or why it could not; absent when it left no result.")
          String reason,
      @JsonPropertyDescription("The same for people.") String message,
      @JsonPropertyDescription("When it ended.") String at) {}

  /** A run of the past. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record HistoryEntry(
      @JsonPropertyDescription("Id of the run.") String id,
      @JsonPropertyDescription("Plan, Apply, ApplyIfAllowed or Recover.") String kind,
      @JsonPropertyDescription("Why it ended; absent when the run left no result.") String reason,
      @JsonPropertyDescription("Hash of the plan.") String planHash,
      @JsonPropertyDescription("How many migrations it applied.") Integer appliedCount,
      @JsonPropertyDescription("Newest applied migration afterwards.") String version,
      @JsonPropertyDescription("Who had approved.") List<String> approvedBy,
      @JsonPropertyDescription("Whether what spec.verify asks for held after it.") Boolean verified,
      @JsonPropertyDescription("How often in a row it ended like this.") int times,
      @JsonPropertyDescription("When it last ended.") String at) {}
}
