package dev.schemaward.engine.execute;

import dev.schemaward.engine.EngineException;
import dev.schemaward.engine.FailureReason;
import dev.schemaward.engine.assess.Assessor;
import dev.schemaward.engine.bundle.Bundle;
import dev.schemaward.engine.bundle.Migration;
import dev.schemaward.engine.connect.ServerErrors;
import dev.schemaward.engine.connect.Session;
import dev.schemaward.engine.diagnose.Diagnosis;
import dev.schemaward.engine.drift.SchemaFingerprint;
import dev.schemaward.engine.history.HistoryStore;
import dev.schemaward.engine.ledger.Ledger;
import dev.schemaward.engine.ledger.LedgerMark;
import dev.schemaward.engine.ledger.LedgerState;
import dev.schemaward.engine.plan.Plan;
import dev.schemaward.engine.plan.Planner;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * The protocol: connect, take the lock, look again, compare with what was approved, execute,
 * record. One session does all of it. After a lost connection it begins from the start: the ledger,
 * not memory, says what took effect.
 */
public final class Applier {
  /** How often a run connects again before it leaves the rest to the next run. */
  private static final int RECONNECTS = 3;

  private final ApplyRequest request;
  private final Progress progress;
  private final Cancellation cancellation;
  private final RandomGenerator random;
  private final List<String> applied = new ArrayList<>();
  private final long deadline;
  private boolean resumed;
  private Plan plan;
  private String planHash;
  private Session.Backend lost;
  private LedgerMark ledger;
  private EarlyStart early;

  public Applier(
      ApplyRequest request, Progress progress, Cancellation cancellation, RandomGenerator random) {
    this(request, null, progress, cancellation, random);
  }

  /**
   * @param early what was begun of the same request; null for nothing
   */
  public Applier(
      ApplyRequest request,
      EarlyStart early,
      Progress progress,
      Cancellation cancellation,
      RandomGenerator random) {
    this.request = request;
    this.early = early;
    this.progress = progress;
    this.cancellation = cancellation;
    this.random = random;
    this.deadline = System.nanoTime() + request.policy().deadline().toNanos();
  }

  /** True when a migration takes effect as a whole or not at all. */
  public static boolean isAtomic(Migration migration) {
    return MigrationRun.isAtomic(migration);
  }

  /** Applies; never throws for what can go wrong with a database. */
  public ApplyOutcome apply() {
    for (int reconnects = 0; ; reconnects++) {
      try {
        return attempt();
      } catch (EngineException e) {
        // Contact once made and then lost is worth another try here; a database that is away is the
        // operator's to wait for.
        boolean again =
            e.reason() == FailureReason.TargetUnreachable
                && lost != null
                && reconnects < RECONNECTS
                && System.nanoTime() < deadline
                && !cancellation.requested();
        if (!again) {
          return outcome(false, e.reason() == FailureReason.TargetUnreachable ? told(e) : e);
        }
        progress.on(new Progress.Reconnecting(e.getMessage()));
        resumed |= planHash != null;
        cancellation.pause(Duration.ofMillis(300L << reconnects));
      }
    }
  }

  /** A connection that was given up because of a request to stop is no news about the server. */
  private EngineException told(EngineException unreachable) {
    return cancellation.requested()
        ? new EngineException(
            FailureReason.Interrupted,
            "told to stop; meanwhile: " + unreachable.getMessage(),
            unreachable.failure(),
            unreachable.blockers(),
            unreachable)
        : unreachable;
  }

  private ApplyOutcome attempt() throws EngineException {
    HistoryStore store;
    EarlyStart.Started started = started();
    try (Session session = started == null ? connect(request, "schemaward") : started.session()) {
      cancellation.watch(session);
      endPredecessor(session);
      if (started == null) {
        MigrationLock.acquire(session, request.policy().lockWait(), random, progress, cancellation);
      }
      store = HistoryStore.of(request.bundle(), session.schema());
      ToolLock.acquire(
          session,
          store.lockKeys(request.credentials().database()),
          request.policy().lockWait(),
          random,
          progress,
          cancellation);
      Planner.Observation seen =
          started == null || !store.lockKeys(request.credentials().database()).isEmpty()
              // The tool itself might have changed the schema before we had its lock.
              ? Planner.observe(session, store)
              : Planner.observe(session, store, started.fingerprint());
      requireOwnership(seen, request.owner(), request.takeOverFrom());
      plan =
          Planner.plan(
              seen,
              request.bundle(),
              request.policy(),
              request.runnerBuild(),
              session.majorVersion(),
              request.known());
      Optional<ApplyOutcome> decided = decide(seen, session);
      if (decided.isPresent()) {
        return decided.get();
      }
      execute(session, store, seen);
      return outcome(false, null);
    } finally {
      cancellation.watch(null);
    }
  }

  /** What was begun before this run's first attempt; null for nothing. */
  private EarlyStart.Started started() throws EngineException {
    EarlyStart start = early;
    early = null;
    try {
      return start == null ? null : start.await();
    } catch (EngineException e) {
      lost = start.backend();
      throw e;
    }
  }

  static Session connect(ApplyRequest request, String prefix) throws EngineException {
    return Session.open(request.credentials(), settings(request, prefix), request.roundTrip());
  }

  /**
   * The session that this run lost may not know yet that nobody listens to it any more, and still
   * hold the lock.
   */
  private void endPredecessor(Session session) throws EngineException {
    if (lost != null) {
      try {
        session.terminate(lost);
      } catch (SQLException e) {
        throw ServerErrors.whileWorking(e, "ending the session whose connection was lost");
      }
    }
    lost = session.backend();
  }

  private Session.Settings settings(String prefix) {
    return settings(request, prefix);
  }

  private static Session.Settings settings(ApplyRequest request, String prefix) {
    String name =
        prefix
            + "/"
            + (request.owner() == null ? "cli" : shortOwner(request.owner()))
            + "/"
            + request.runId();
    return new Session.Settings(
        name.substring(0, Math.min(name.length(), 63)),
        request.schema(),
        request.policy().statementTimeout());
  }

  /** The owner without its cluster: what people call it. */
  private static String shortOwner(String owner) {
    String[] parts = owner.split("/", 2);
    return parts[parts.length - 1];
  }

  /** Refuses a target that somebody else owns; a null owner claims nothing. */
  static void requireOwnership(Planner.Observation seen, String asking, String takeOverFrom)
      throws EngineException {
    String owner = seen.ledger().owner();
    if (asking == null || owner == null || owner.equals(asking) || owner.equals(takeOverFrom)) {
      return;
    }
    throw targetBusy(owner, seen.target().schema());
  }

  /** Somebody else owns the target. */
  public static EngineException targetBusy(String owner, String schema) {
    String[] parts = owner.split("/", 2);
    return new EngineException(
        FailureReason.TargetBusy,
        "schema "
            + schema
            + " of this database belongs to DatabaseMigration "
            + parts[parts.length - 1]
            + "; nothing was executed. If that one is gone for good, take it over: annotate this"
            + " one with schemaward.dev/take-over-from="
            + owner);
  }

  /** What the gate says to the plan that was made under the lock; empty: execute it. */
  private Optional<ApplyOutcome> decide(Planner.Observation seen, Session session)
      throws EngineException {
    switch (request.gate()) {
      case ApplyRequest.Gate.Expected(String expected) -> {
        planHash = expected;
        if (plan.hash().equals(expected)) {
          break;
        }
        if (!continues(seen, session, expected)) {
          throw new EngineException(
              FailureReason.PlanChanged,
              "the plan is not the approved one any more; nothing was executed. Approved: "
                  + expected.substring(0, Math.min(13, expected.length()))
                  + "…, now: "
                  + plan.hash().substring(0, 13)
                  + "… ("
                  + plan.headline()
                  + "). The bundle, the history, the live schema, the database, the policy or the"
                  + " runner's build changed in between; a new plan asks for a new approval");
        }
        resumed = true;
      }
      case ApplyRequest.Gate.UnlessHazardous(Assessor assessor) -> {
        planHash = plan.hash();
        plan = assessor.assess(session, plan);
        if (plan.hazardous() || !request.policy().lint().blocked(plan.findings()).isEmpty()) {
          return Optional.of(outcome(true, null));
        }
      }
      case ApplyRequest.Gate.Always() -> planHash = plan.hash();
    }
    return plan.pending().isEmpty() ? Optional.of(outcome(false, null)) : Optional.empty();
  }

  /**
   * True when what is left is the rest of the expected plan, which a run of ours began: everything
   * else is as it was approved, and the history is what it was plus that run's own migrations.
   */
  private boolean continues(Planner.Observation seen, Session session, String expected) {
    Optional<LedgerState.Run> begun =
        seen.ledger().runs().stream()
            .filter(run -> Objects.equals(run.planHash(), expected))
            .reduce((newer, older) -> older);
    if (begun.isEmpty()) {
      return false;
    }
    LedgerState.Run newest =
        seen.ledger().runs().stream()
            .filter(run -> Objects.equals(run.planHash(), expected))
            .findFirst()
            .orElseThrow();
    boolean ours =
        Planner.hashBefore(
                begun.get(),
                seen,
                request.bundle(),
                request.policy(),
                request.runnerBuild(),
                session.majorVersion())
            .equals(expected);
    List<LedgerState.Attempt> sinceThen =
        seen.ledger().attempts().stream()
            .filter(LedgerState.Attempt::finished)
            .filter(attempt -> attempt.planHash().equals(expected))
            .toList();
    boolean historyContinues =
        Planner.sameRows(
            seen.appliedLines(),
            begun.get().base() + Planner.appliedLines(request.bundle(), sinceThen));
    boolean schemaUntouched =
        newest.endFingerprint() == null || newest.endFingerprint().equals(seen.fingerprint());
    return ours && historyContinues && schemaUntouched;
  }

  private void execute(Session session, HistoryStore store, Planner.Observation seen)
      throws EngineException {
    Diagnosis.Behind behind = (Diagnosis.Behind) plan.diagnosis();
    // A run that died in a migration of one transaction leaves nothing behind but its own record.
    resumed |= seen.ledger().runs().stream().findFirst().filter(run -> !run.finished()).isPresent();
    long epoch = begin(session, store, seen);
    try (BlockerWatch blockers =
        new BlockerWatch(
            request.credentials(),
            settings("schemaward-watch"),
            session,
            request.policy().blockers(),
            progress)) {
      RunContext context =
          new RunContext(
              session,
              store,
              epoch,
              request.runId(),
              planHash,
              request.policy(),
              new LockLadder(deadlockTimeout(session), random),
              random,
              blockers,
              progress,
              cancellation,
              deadline);
      List<Migration> pending = plan.pending();
      boolean handedOver = false;
      for (int i = 0; i < pending.size(); i++) {
        Migration migration = pending.get(i);
        Optional<Diagnosis.OpenAttempt> open = behind.openAttempt(migration);
        stopIfAsked(migration);
        long begun = System.nanoTime();
        progress.on(
            new Progress.MigrationStarted(
                migration.name(), i + 1, pending.size(), open.isPresent()));
        resumed |= open.isPresent();
        Migration next = i + 1 < pending.size() ? pending.get(i + 1) : null;
        if (next != null && behind.openAttempt(next).isPresent()) {
          next = null;
        }
        handedOver = new MigrationRun(context, migration).execute(open, handedOver, next);
        applied.add(migration.name());
        progress.on(
            new Progress.MigrationApplied(
                migration.name(), i + 1, pending.size(), MigrationRun.since(begun)));
      }
      end(session, store, epoch, "Applied");
    } catch (EngineException e) {
      if (e.reason() != FailureReason.TargetUnreachable) {
        endAfter(e, session, store, epoch);
      }
      throw e;
    }
  }

  private void stopIfAsked(Migration next) throws EngineException {
    if (cancellation.requested()) {
      throw new EngineException(
          FailureReason.Interrupted,
          "told to stop before " + next.name() + "; it goes on from there at the next run");
    }
  }

  /**
   * Creates what is missing, takes the target and a new epoch, records the run, ends orphans of
   * older epochs.
   */
  private long begin(Session session, HistoryStore store, Planner.Observation seen)
      throws EngineException {
    try {
      session.execute(
          "BEGIN; " + RunRecord.prepare(session, store, seen, request.owner()) + "COMMIT");
      String[] row =
          session.row(
              RunRecord.insert(
                  session,
                  seen,
                  request.runId(),
                  request.owner(),
                  planHash,
                  request.runnerBuild(),
                  request.approval()));
      long epoch = Long.parseLong(row[0]);
      ledger = new LedgerMark(row[1], epoch);
      session.rows(
          "SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity WHERE"
              + " datname = current_database() AND pid <> pg_backend_pid() AND usename ="
              + " session_user AND application_name ~ '^schemaward@[0-9]+/'");
      session.rename(settings("schemaward@" + epoch).applicationName());
      return epoch;
    } catch (SQLException e) {
      throw "42501".equals(e.getSQLState())
          ? new EngineException(
              FailureReason.PrivilegeMissing,
              "the role may not create the ledger or the history table: "
                  + ServerErrors.message(e)
                  + ". Grant it: GRANT CREATE ON DATABASE … TO …; GRANT CREATE ON SCHEMA "
                  + session.schema()
                  + " TO …",
              e)
          : ServerErrors.whileWorking(e, "recording the run in the ledger");
    }
  }

  private static Duration deadlockTimeout(Session session) throws EngineException {
    try {
      return Duration.ofMillis(
          Long.parseLong(
              session
                  .row(
                      "SELECT setting FROM pg_catalog.pg_settings WHERE name = 'deadlock_timeout'")[
                  0]));
    } catch (SQLException e) {
      throw ServerErrors.whileWorking(e, "reading deadlock_timeout");
    }
  }

  private void end(Session session, HistoryStore store, long epoch, String outcome)
      throws EngineException {
    try {
      if (session.inTransaction()) {
        session.execute("ROLLBACK"); // of a migration that was not begun
      }
      session.reset();
      session.execute(
          Ledger.runFinished(
              epoch, outcome, SchemaFingerprint.of(session, session.schema(), store.table())));
    } catch (SQLException e) {
      throw ServerErrors.whileWorking(e, "recording the end of the run");
    }
  }

  private void endAfter(EngineException failure, Session session, HistoryStore store, long epoch) {
    try {
      end(session, store, epoch, failure.reason().name());
    } catch (EngineException e) {
      // The failure itself is what must be told; an unrecorded end only makes the next run look
      // more closely.
      failure.addSuppressed(e);
    }
  }

  private ApplyOutcome outcome(boolean approvalRequired, EngineException failure) {
    if (plan == null) {
      return ApplyOutcome.failed(failure);
    }
    Set<String> standing = new HashSet<>(applied);
    int left = (int) plan.pending().stream().filter(m -> !standing.contains(m.name())).count();
    plan.diagnosis().applied().forEach(migration -> standing.add(migration.name()));
    String version =
        Bundle.version(
            request.bundle().migrations().stream()
                .filter(migration -> standing.contains(migration.name()))
                .toList());
    return new ApplyOutcome(
        plan,
        planHash,
        plan.target(),
        applied,
        resumed,
        approvalRequired,
        version,
        request.bundle().migrations().size() - left,
        left,
        ledger == null ? plan.ledger() : ledger,
        failure);
  }
}
