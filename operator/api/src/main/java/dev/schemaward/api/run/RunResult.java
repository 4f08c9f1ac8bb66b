package dev.schemaward.api.run;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;

/**
 * How a run ended; at most {@link JobContract#MAX_RESULT_BYTES} bytes of JSON in the termination
 * message. Contains no SQL text, no row data and no secret. Every field but {@code kind}, {@code
 * reason} and {@code message} may be null.
 *
 * @param kind the subcommand, for example {@code plan}
 * @param runId the id that the operator gave with {@code --run}, or one that the runner made
 * @param reason why the run ended
 * @param message one or two sentences for a person, at most 1024 bytes: what, where, what took
 *     effect, what to do
 * @param runnerBuild build id of the runner
 * @param target the database that was reached; null when none was
 * @param planHash {@code sha256:<64 hex>} of the plan that was made or executed
 * @param plan counts and names of the plan; null when none was made
 * @param history state of the tool's history after the run; null when it was not read
 * @param applied names of migrations that this run applied, first 20
 * @param appliedCount how many migrations this run applied
 * @param resumed true when the run continued one that had been interrupted
 * @param failure what failed; null when nothing did
 * @param waitingFor who holds the lock that the run waited for; null or empty when nobody
 * @param recovery the ways on, when the situation needs a person; null or empty when it does not
 * @param ledger the ledger after the run; null when there is none or it was not read
 * @param document length and digest of the framed plan document in the log; null when there is none
 * @param verification what {@code verify} found, failed checks first and no more of them than fit;
 *     null when nothing was verified
 * @param drift how the schema stands against its migrations; null when it was not compared
 * @param durationMillis wall-clock time of the run, in milliseconds
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record RunResult(
    String kind,
    String runId,
    RunReason reason,
    String message,
    String runnerBuild,
    Target target,
    String planHash,
    PlanSummary plan,
    History history,
    List<String> applied,
    int appliedCount,
    boolean resumed,
    Failure failure,
    List<Blocker> waitingFor,
    List<RecoveryChoice> recovery,
    Ledger ledger,
    Document document,
    VerificationDocument verification,
    Drift drift,
    long durationMillis) {

  /** Of a run that verified and compared nothing. */
  public RunResult(
      String kind,
      String runId,
      RunReason reason,
      String message,
      String runnerBuild,
      Target target,
      String planHash,
      PlanSummary plan,
      History history,
      List<String> applied,
      int appliedCount,
      boolean resumed,
      Failure failure,
      List<Blocker> waitingFor,
      List<RecoveryChoice> recovery,
      Ledger ledger,
      Document document,
      long durationMillis) {
    this(
        kind,
        runId,
        reason,
        message,
        runnerBuild,
        target,
        planHash,
        plan,
        history,
        applied,
        appliedCount,
        resumed,
        failure,
        waitingFor,
        recovery,
        ledger,
        document,
        null,
        null,
        durationMillis);
  }

  /** Of a run that says why it ended, and no more; so far. */
  public static RunResult bare(
      String kind,
      String runId,
      RunReason reason,
      String message,
      String runnerBuild,
      long durationMillis) {
    return new RunResult(
        kind,
        runId,
        reason,
        message,
        runnerBuild,
        null,
        null,
        null,
        null,
        null,
        0,
        false,
        null,
        null,
        null,
        null,
        null,
        durationMillis);
  }

  /** The same with what a verification found. */
  public RunResult with(VerificationDocument found) {
    return new RunResult(
        kind,
        runId,
        reason,
        message,
        runnerBuild,
        target,
        planHash,
        plan,
        history,
        applied,
        appliedCount,
        resumed,
        failure,
        waitingFor,
        recovery,
        ledger,
        document,
        found,
        drift,
        durationMillis);
  }

  /** The same with what a comparison found. */
  public RunResult with(Drift found) {
    return new RunResult(
        kind,
        runId,
        reason,
        message,
        runnerBuild,
        target,
        planHash,
        plan,
        history,
        applied,
        appliedCount,
        resumed,
        failure,
        waitingFor,
        recovery,
        ledger,
        document,
        verification,
        found,
        durationMillis);
  }

  /**
   * The database that a run reached.
   *
   * @param serverVersion for example {@code 18.6}
   * @param systemIdentifier {@code pg_control_system().system_identifier}, or the ledger's UUID
   *     where that function is not permitted, or null
   * @param database name of the database
   * @param schema the resolved target schema
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Target(
      String serverVersion, String systemIdentifier, String database, String schema) {}

  /**
   * A plan in numbers.
   *
   * @param bundleDigest {@code sha256:<64 hex>} over the bundle's content
   * @param format for example {@code Prisma}
   * @param pendingCount how many migrations are pending
   * @param pending names of the first 20 pending migrations
   * @param block number of findings of severity block that no waiver covers
   * @param warn number of findings of severity warn
   * @param inform number of findings of severity inform
   * @param destructive number of findings of class destructive
   * @param headline one sentence, for example {@code 2 migrations, 1 destructive: drop-column
   *     orders.phone}
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record PlanSummary(
      String bundleDigest,
      String format,
      int pendingCount,
      List<String> pending,
      int block,
      int warn,
      int inform,
      int destructive,
      String headline) {}

  /**
   * The tool's history after the run.
   *
   * @param version name of the newest applied migration of the bundle; null when none is applied
   * @param appliedCount how many migrations are applied
   * @param pendingCount how many are not
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record History(String version, int appliedCount, int pendingCount) {}

  /**
   * What failed.
   *
   * @param migration name of the migration
   * @param statement number of the statement in its file, from 1; 0 when it is not about one
   *     statement
   * @param line line in the file, from 1; 0 when unknown
   * @param sqlState five characters; null when the server did not say
   * @param error the server's message, first line, without row data
   * @param tookEffect what of the migration is in the database now, in words
   * @param advice what to do next, in words
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Failure(
      String migration,
      int statement,
      int line,
      String sqlState,
      String error,
      String tookEffect,
      String advice) {}

  /**
   * A session that is in the way.
   *
   * @param pid its process id on the server
   * @param application its {@code application_name}
   * @param state its state in {@code pg_stat_activity}
   * @param ageSeconds age of its transaction, in seconds
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Blocker(int pid, String application, String state, long ageSeconds) {}

  /**
   * A way on that a person can choose.
   *
   * @param hash {@code sha256:<64 hex>}: what one approves, or gives to {@code recover --expect}
   * @param action {@code ContinueAfter}, {@code MarkApplied}, {@code MarkRolledBack}, {@code
   *     Baseline}, {@code AdoptEdited} or {@code RestoreLedger}
   * @param title one line: what it does
   * @param recommended true when what was seen in the database speaks for this one
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record RecoveryChoice(String hash, String action, String title, boolean recommended) {}

  /**
   * Which ledger, and how far it has come: what tells a database that was restored to an earlier
   * point, or lost its ledger.
   *
   * @param id its UUID
   * @param epoch number of runs that it has seen
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Ledger(String id, long epoch) {}

  /**
   * How the live schema stands against the one that the applied migrations make, in numbers.
   *
   * @param drifted true when something differs that may not
   * @param high objects that differ so that data may be wrong, lost or exposed, or a query fails or
   *     becomes slow
   * @param medium objects that differ in behaviour
   * @param low objects of which only people notice that they differ
   * @param ignored differences that a pattern allows
   * @param fingerprint {@code sha256:<64 hex>} over the differences; equal for equal ones
   * @param objects the first differences, a line each
   * @param revert verdict on the SQL that makes the schema what it should be; null when none
   * @param adopt verdict on the migration that says what the schema is; null when none
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Drift(
      boolean drifted,
      int high,
      int medium,
      int low,
      int ignored,
      String fingerprint,
      List<String> objects,
      String revert,
      String adopt) {}

  /**
   * A framed document in the log.
   *
   * @param bytes length of the JSON in bytes
   * @param sha256 its lower-case hex digest
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Document(int bytes, String sha256) {}
}
