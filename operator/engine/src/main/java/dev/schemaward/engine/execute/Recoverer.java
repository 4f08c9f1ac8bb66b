package dev.schemaward.engine.execute;

import dev.schemaward.engine.EngineException;
import dev.schemaward.engine.FailureReason;
import dev.schemaward.engine.bundle.Migration;
import dev.schemaward.engine.connect.ServerErrors;
import dev.schemaward.engine.connect.Session;
import dev.schemaward.engine.connect.Sql;
import dev.schemaward.engine.diagnose.Diagnoser;
import dev.schemaward.engine.diagnose.Diagnosis;
import dev.schemaward.engine.history.HistoryStore;
import dev.schemaward.engine.ledger.Ledger;
import dev.schemaward.engine.plan.Planner;
import dev.schemaward.engine.recover.Effect;
import dev.schemaward.engine.recover.EffectReader;
import dev.schemaward.engine.recover.Recovery;
import dev.schemaward.engine.recover.RecoveryAction;
import dev.schemaward.engine.recover.RecoveryOption;
import dev.schemaward.engine.recover.RecoveryPlanner;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Shows the ways out of a situation that needs a person, and performs the one that was chosen:
 * under the migration lock, in one transaction, recorded in the ledger, and only if it is still the
 * very way that was shown. Writes bookkeeping only.
 */
public final class Recoverer {
  private static final Duration STATEMENT_TIMEOUT = Duration.ofMinutes(2);

  private final RecoverRequest request;
  private final Progress progress;
  private final Cancellation cancellation;
  private final RandomGenerator random;

  public Recoverer(
      RecoverRequest request,
      Progress progress,
      Cancellation cancellation,
      RandomGenerator random) {
    this.request = request;
    this.progress = progress;
    this.cancellation = cancellation;
    this.random = random;
  }

  /**
   * The situation and its ways out. Reads only.
   *
   * @throws EngineException for every trouble with the server
   */
  public Recovery show() throws EngineException {
    try (Session session = open()) {
      HistoryStore store = HistoryStore.of(request.bundle(), session.schema());
      return recovery(session, store, Planner.observe(session, store));
    }
  }

  /**
   * Performs the way out with this hash.
   *
   * @return what was done
   * @throws EngineException PlanChanged when no way out has this hash (any more); LockContention,
   *     TargetBusy and what a server may say; nothing was written then
   */
  public RecoveryOption apply(String expectedHash) throws EngineException {
    try (Session session = open()) {
      cancellation.watch(session);
      MigrationLock.acquire(session, request.lockWait(), random, progress, cancellation);
      HistoryStore store = HistoryStore.of(request.bundle(), session.schema());
      ToolLock.acquire(
          session,
          store.lockKeys(request.credentials().database()),
          request.lockWait(),
          random,
          progress,
          cancellation);
      Planner.Observation seen = Planner.observe(session, store);
      Applier.requireOwnership(seen, request.owner(), request.takeOverFrom());
      Recovery recovery = recovery(session, store, seen);
      RecoveryOption chosen =
          recovery.options().stream()
              .filter(option -> option.hash().equals(expectedHash))
              .findFirst()
              .orElseThrow(() -> changed(recovery, expectedHash));
      write(session, store, seen, chosen);
      return chosen;
    } finally {
      cancellation.watch(null);
    }
  }

  private Session open() throws EngineException {
    String name = "schemaward-recover/" + request.runId();
    return Session.open(
        request.credentials(),
        new Session.Settings(
            name.substring(0, Math.min(name.length(), 63)), request.schema(), STATEMENT_TIMEOUT),
        request.roundTrip());
  }

  private Recovery recovery(Session session, HistoryStore store, Planner.Observation seen)
      throws EngineException {
    if (seen.ledger().version() < 0) {
      return RecoveryPlanner.brokenLedger(request.bundle(), seen, store);
    }
    Ledger.requireWritable(seen.ledger());
    String mismatch = Ledger.mismatch(seen.ledger(), request.known());
    if (mismatch != null) {
      return RecoveryPlanner.otherLedger(request.bundle(), seen, store, request.known(), mismatch);
    }
    if (request.upTo() != null) {
      requireInBundle(request.upTo());
    }
    Diagnosis diagnosis = Diagnoser.diagnose(request.bundle(), seen.history(), seen.ledger());
    Map<Migration, List<Effect>> effects = new HashMap<>();
    try {
      for (Migration migration : asked(diagnosis)) {
        effects.put(migration, EffectReader.read(session, migration.statements()));
      }
    } catch (SQLException e) {
      throw ServerErrors.whileWorking(e, "looking what of the migrations is in the database");
    }
    return RecoveryPlanner.of(
        request.bundle(),
        seen,
        store,
        diagnosis,
        unsettled(diagnosis),
        effects::get,
        request.upTo());
  }

  private void requireInBundle(String name) throws EngineException {
    if (request.bundle().migrations().stream().noneMatch(m -> m.name().equals(name))) {
      throw new EngineException(
          FailureReason.InvalidRequest, "migration " + name + " is not in the bundle");
    }
  }

  private List<Migration> asked(Diagnosis diagnosis) {
    return switch (diagnosis) {
      case Diagnosis.NotBaselined notBaselined -> request.bundle().migrations();
      case Diagnosis.Failed failed -> named(failed.row().name());
      case Diagnosis.Behind behind ->
          unsettled(diagnosis).map(attempt -> named(attempt.row().name())).orElse(List.of());
      case Diagnosis.UpToDate upToDate -> List.of();
      case Diagnosis.Edited edited -> List.of();
    };
  }

  private List<Migration> named(String name) {
    return request.bundle().migrations().stream().filter(m -> m.name().equals(name)).toList();
  }

  /** An attempt of ours at a statement whose end nobody can find out. */
  private Optional<Diagnosis.OpenAttempt> unsettled(Diagnosis diagnosis) {
    if (!(diagnosis instanceof Diagnosis.Behind behind)) {
      return Optional.empty();
    }
    return behind.open().stream()
        .filter(attempt -> attempt.unsettled() > 0)
        .filter(
            attempt ->
                named(attempt.row().name()).stream()
                    .map(migration -> migration.statements().get(attempt.unsettled() - 1))
                    .noneMatch(Verifier::canSettle))
        .findFirst();
  }

  private static EngineException changed(Recovery recovery, String expected) {
    String now =
        recovery.nothingToDo()
            ? recovery.situation()
            : "the situation is another one now: " + recovery.situation();
    return new EngineException(
        FailureReason.PlanChanged,
        "no recovery plan has the hash "
            + expected.substring(0, Math.min(13, expected.length()))
            + "… (any more); nothing was written. "
            + Character.toUpperCase(now.charAt(0))
            + now.substring(1)
            + ". Look again with `schemaward recover --show`");
  }

  private void write(
      Session session, HistoryStore store, Planner.Observation seen, RecoveryOption chosen)
      throws EngineException {
    try {
      StringBuilder sql = new StringBuilder("BEGIN; ");
      boolean restore = chosen.action() instanceof RecoveryAction.RestoreLedger;
      if (!restore) {
        sql.append(RunRecord.prepare(session, store, seen, request.owner()));
      }
      for (String statement : chosen.sql()) {
        sql.append(statement).append("; ");
      }
      String run =
          RunRecord.insert(
              session,
              seen,
              request.runId(),
              request.owner(),
              chosen.hash(),
              request.runnerBuild(),
              request.approval());
      sql.append(run);
      sql.append("; UPDATE schemaward.run SET finished_at = clock_timestamp(), outcome = ")
          .append(Sql.literal("Recovered: " + chosen.title()))
          .append(" WHERE epoch = (SELECT epoch FROM schemaward.meta); COMMIT");
      session.execute(sql.toString());
    } catch (SQLException e) {
      throw "42501".equals(e.getSQLState())
          ? new EngineException(
              FailureReason.PrivilegeMissing,
              "the role may not write the history or the ledger: "
                  + ServerErrors.message(e)
                  + ". Nothing was written",
              e)
          : ServerErrors.whileWorking(e, "writing the recovery (nothing of it is there)");
    }
  }
}
