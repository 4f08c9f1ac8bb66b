package dev.schemaward.engine.execute;

import dev.schemaward.engine.EngineException;
import dev.schemaward.engine.EngineException.Blocker;
import dev.schemaward.engine.EngineException.StatementFailure;
import dev.schemaward.engine.FailureReason;
import dev.schemaward.engine.bundle.Migration;
import dev.schemaward.engine.connect.ServerErrors;
import dev.schemaward.engine.connect.Session;
import dev.schemaward.engine.connect.Sql;
import dev.schemaward.engine.connect.SqlStateClass;
import dev.schemaward.engine.diagnose.Diagnosis.OpenAttempt;
import dev.schemaward.engine.history.HistoryStore;
import dev.schemaward.engine.ledger.Ledger;
import dev.schemaward.engine.sql.NormalizedText;
import dev.schemaward.engine.sql.Statement;
import dev.schemaward.engine.sql.StatementKind.Execution;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;

/**
 * Executes one migration on the session that holds the lock. A file takes effect segment by
 * segment; a segment as a whole or not at all, and its bookkeeping with it. Decides nothing about
 * what to execute.
 */
final class MigrationRun {
  /** In characters; a longer statement is not worth a copy. */
  private static final int LONGEST_SHARED = 100_000;

  private final RunContext context;
  private final Migration migration;
  private final List<Segment> segments;
  private final Session session;
  private final HistoryStore store;
  private String historyId;
  private int lastDone;
  private boolean finished;

  /** True when all of it, its rows included, takes effect in one transaction of ours. */
  private boolean whole;

  /** True when the first segment's transaction is open already. */
  private boolean opened;

  /** Whose transaction begins in the message that ends this one's; null for nobody. */
  private Migration next;

  /** True when the next one's transaction is open. */
  private boolean nextOpened;

  MigrationRun(RunContext context, Migration migration) {
    this.context = context;
    this.migration = migration;
    this.segments = Segment.of(migration.statements());
    this.session = context.session();
    this.store = context.store();
  }

  /** True when the whole file takes effect in one transaction. */
  static boolean isAtomic(Migration migration) {
    List<Segment> segments = Segment.of(migration.statements());
    return segments.isEmpty()
        || (segments.size() == 1
            && (segments.getFirst().kind() == Segment.Kind.TRANSACTION
                || segments.getFirst().kind() == Segment.Kind.OWN_BLOCK));
  }

  /** True when all of the file and its rows can share one transaction of ours. */
  private static boolean isWhole(List<Segment> segments) {
    return segments.size() == 1 && segments.getFirst().kind() == Segment.Kind.TRANSACTION;
  }

  /**
   * Runs what of the file is not done.
   *
   * @param open what is known of an earlier attempt
   * @param begun what this method returned for the migration before: true when the session is set
   *     up and in a new transaction, the lock proved
   * @param following the migration after this one, of which there is no earlier attempt; null for
   *     none
   * @return true when the transaction of {@code following} has begun
   * @throws EngineException when it did not get to the end; history and ledger say how far it came
   */
  boolean execute(Optional<OpenAttempt> open, boolean begun, Migration following)
      throws EngineException {
    whole = open.isEmpty() && isWhole(segments);
    opened = begun;
    next = following != null && isWhole(Segment.of(following.statements())) ? following : null;
    try {
      if (!begun) {
        session.reset();
      }
      start(open);
      for (int i = 0; i < segments.size(); i++) {
        if (segments.get(i).last().index() <= lastDone) {
          continue;
        }
        Segment segment = segments.get(i).behind(lastDone);
        boolean lastSegment = i == segments.size() - 1;
        replaySession(segment);
        switch (segment.kind()) {
          case TRANSACTION, OWN_BLOCK -> transaction(segment, lastSegment);
          case ALONE -> alone(segment.first(), lastSegment);
          case BATCH -> batches(segment, lastSegment);
        }
        lastDone = segment.last().index();
        finished = lastSegment;
      }
      if (!finished) {
        // An empty file, or one whose last statement turned out to be done already.
        session.execute(
            "BEGIN; " + MigrationLock.proof(context.epoch()) + "; " + finishing() + "; COMMIT");
      }
      return nextOpened;
    } catch (SQLException e) {
      throw ServerErrors.whileWorking(e, "recording migration " + migration.name());
    }
  }

  private static int lastDoneBefore(Optional<OpenAttempt> open) {
    return open.map(attempt -> attempt.done().stream().mapToInt(Integer::intValue).max().orElse(0))
        .orElse(-1);
  }

  /**
   * Records the beginning in a commit of its own, so that a crash is visible to the tool itself;
   * not for what a crash leaves nothing of.
   */
  private void start(Optional<OpenAttempt> open) throws SQLException, EngineException {
    historyId = UUID.randomUUID().toString();
    if (whole) {
      return;
    }
    StringBuilder sql = new StringBuilder("BEGIN; ");
    sql.append(MigrationLock.proof(context.epoch())).append("; ");
    if (open.isPresent()) {
      String old = open.get().row().id();
      sql.append(store.rolledBack(old)).append("; ");
      sql.append(Ledger.journalMoved(old, historyId)).append("; ");
    }
    sql.append(started());
    sql.append("; COMMIT");
    if (open.isEmpty()
        && !segments.isEmpty()
        && segments.getFirst().kind() == Segment.Kind.TRANSACTION) {
      // One message less, and what the first transaction has proved holds in the second.
      sql.append("; BEGIN; ").append(bounds(0));
      opened = true;
    }
    session.execute(sql.toString());
    if (open.isPresent()) {
      lastDone = Math.max(0, lastDoneBefore(open));
      if (open.get().unsettled() > 0) {
        settle(migration.statements().get(open.get().unsettled() - 1));
      }
    }
  }

  private String started() {
    return store.started(historyId, migration, isAtomic(migration))
        + "; "
        + Ledger.attemptStarted(
            historyId, session.schema(), migration, context.runId(), context.planHash());
  }

  private void settle(Statement statement) throws SQLException, EngineException {
    switch (Verifier.settle(session, statement)) {
      case DONE -> {
        session.execute(Ledger.journalDone(historyId, statement.index()));
        lastDone = statement.index();
      }
      case NOT_DONE -> {
        if (statement.kind().execution() != Execution.BATCH) {
          session.execute(Ledger.journalUndone(historyId, statement.index()));
        }
      }
      case UNKNOWN ->
          throw failure(
              FailureReason.NeedsAttention,
              statement,
              null,
              "it was interrupted, and the catalogue cannot tell whether "
                  + statement.kind().command()
                  + " took effect",
              tookEffect(statement),
              "look whether it is there, then choose the way on: `schemaward recover --show`",
              List.of(),
              null);
    }
  }

  /** A later segment counts on what earlier statements of its file did to the session. */
  private void replaySession(Segment segment) throws SQLException {
    if (segment.first().index() == lastDone + 1 && segment.first().index() == 1) {
      return;
    }
    List<String> settings =
        migration.statements().stream()
            .filter(statement -> statement.index() < segment.first().index())
            .filter(statement -> statement.kind().execution() == Execution.SESSION)
            .map(Statement::text)
            .toList();
    if (!settings.isEmpty()) {
      session.execute(String.join("; ", settings));
    }
  }

  private void transaction(Segment segment, boolean lastSegment)
      throws SQLException, EngineException {
    long begun = System.nanoTime();
    for (int attempt = 0; ; attempt++) {
      Statement at = segment.first();
      BlockerWatch.Watch watch = null;
      boolean ending = false;
      try {
        context.checkTime(migration);
        boolean own = segment.kind() == Segment.Kind.OWN_BLOCK;
        if (!opened) {
          session.execute(begin(own ? segment.first().text() : "BEGIN", attempt));
        }
        opened = false;
        boolean closedByFile =
            own && segment.statements().size() > 1 && isEnd(segment.last().kind().execution());
        for (Statement statement : segment.statements()) {
          boolean framing =
              own
                  && (statement.index() == segment.first().index()
                      || (closedByFile && statement.index() == segment.last().index()));
          if (framing) {
            continue;
          }
          at = statement;
          announce(statement);
          watch = context.blockers().begin(session.pid());
          ending = statement.index() == segment.last().index() && mayShareItsMessage(segment);
          session.execute(
              ending
                  ? statement.text() + "\n; " + ending(segment, lastSegment, "COMMIT")
                  : statement.text());
          ended(watch);
          watch = null;
        }
        if (ending) {
          nextOpened = lastSegment && next != null;
          return;
        }
        if (own && !closedByFile) {
          throw leftOpen(segment);
        }
        at = segment.last();
        boolean rollback = own && segment.last().kind().execution() == Execution.ROLLBACK;
        if (rollback) {
          session.execute(segment.last().text());
          session.execute(bookkeeping(segment, lastSegment));
        } else {
          ending = true;
          session.execute(ending(segment, lastSegment, own ? segment.last().text() : "COMMIT"));
          nextOpened = lastSegment && next != null;
        }
        return;
      } catch (EngineException e) {
        session.execute("ROLLBACK");
        if (e.reason() == FailureReason.Interrupted || e.reason() == FailureReason.TimedOut) {
          recordFailure(segment, null, e.reason().name());
        }
        throw e;
      } catch (SQLException e) {
        List<Blocker> blockers = ended(watch);
        boolean again =
            SqlStateClass.of(e.getSQLState()) == SqlStateClass.CONTENTION
                && !context.cancellation().requested()
                && System.nanoTime() - begun < context.policy().lockWait().toNanos();
        if (SqlStateClass.of(e.getSQLState()) != SqlStateClass.CONNECTION_LOST) {
          session.execute("ROLLBACK");
          if (ending && lastSegment && isRecorded()) {
            // What failed is the beginning of the next one, which will find out by itself.
            return;
          }
        }
        if (!again) {
          throw failed(e, at, segment, blockers);
        }
        context
            .progress()
            .on(
                new Progress.SteppingBack(
                    migration.name(), at.index(), attempt + 1, e.getSQLState(), blockers));
        context.cancellation().pause(context.ladder().pause(attempt));
      }
    }
  }

  /** Ends a watch, tells whom it ended, and returns who was in the way. */
  private List<Blocker> ended(BlockerWatch.Watch watch) {
    if (watch == null) {
      return List.of();
    }
    List<Blocker> seen = watch.end();
    watch.ended().forEach(context.progress()::on);
    return seen;
  }

  private String bounds(int attempt) {
    return "SET LOCAL lock_timeout = "
        + context.ladder().lockTimeout(attempt).toMillis()
        + "; SET LOCAL statement_timeout = "
        + context.statementTimeoutMillis();
  }

  private static boolean isEnd(Execution execution) {
    return execution == Execution.COMMIT || execution == Execution.ROLLBACK;
  }

  private EngineException leftOpen(Segment segment) throws SQLException {
    session.execute("ROLLBACK");
    String error =
        "the file leaves a transaction open: BEGIN in line "
            + segment.first().line()
            + " has no COMMIT";
    recordFailure(segment, null, error);
    return failure(
        FailureReason.MigrationFailed,
        segment.first(),
        null,
        error,
        tookEffect(segment.first()),
        "add the COMMIT, or remove the BEGIN: a file is one transaction by itself",
        List.of(),
        null);
  }

  private void alone(Statement statement, boolean lastSegment)
      throws SQLException, EngineException {
    long begun = System.nanoTime();
    for (int attempt = 0; ; attempt++) {
      context.checkTime(migration);
      session.execute(
          MigrationLock.proof(context.epoch())
              + "; "
              + Ledger.journal(historyId, List.of(statement), false));
      // It queues behind nobody whom the application waits for, so it may wait as long as policy
      // allows.
      session.execute(
          "SET lock_timeout = "
              + context.policy().lockWait().toMillis()
              + "; SET statement_timeout = "
              + context.statementTimeoutMillis());
      announce(statement);
      BlockerWatch.Watch watch = context.blockers().begin(session.pid());
      boolean yields = waitsForSnapshots(statement);
      try {
        if (yields) {
          MigrationLock.letGo(session);
        }
        session.execute(statement.text());
        ended(watch);
        retake(statement, yields);
      } catch (SQLException e) {
        List<Blocker> blockers = ended(watch);
        if (SqlStateClass.of(e.getSQLState()) != SqlStateClass.CONNECTION_LOST) {
          retake(statement, yields);
        }
        if (SqlStateClass.of(e.getSQLState()) == SqlStateClass.CONNECTION_LOST) {
          throw failed(e, statement, null, blockers);
        }
        Verifier.Outcome outcome;
        try {
          outcome = Verifier.settle(session, statement);
        } catch (SQLException settling) {
          // What it left could not be cleared away now; the journal lets the next run do it.
          settling.addSuppressed(e);
          throw failed(settling, statement, null, blockers);
        }
        if (outcome == Verifier.Outcome.NOT_DONE || refusedOutright(e)) {
          session.execute(Ledger.journalUndone(historyId, statement.index()));
          boolean again =
              SqlStateClass.of(e.getSQLState()) == SqlStateClass.CONTENTION
                  && !context.cancellation().requested()
                  && System.nanoTime() - begun < context.policy().lockWait().toNanos();
          if (again) {
            context
                .progress()
                .on(
                    new Progress.SteppingBack(
                        migration.name(),
                        statement.index(),
                        attempt + 1,
                        e.getSQLState(),
                        blockers));
            context.cancellation().pause(context.ladder().pause(attempt));
            continue;
          }
        }
        throw failed(e, statement, null, blockers);
      }
      session.execute(
          "BEGIN; "
              + asOurselves()
              + Ledger.journalDone(historyId, statement.index())
              + (lastSegment ? "; " + finishing() : "")
              + "; COMMIT");
      return;
    }
  }

  private static boolean waitsForSnapshots(Statement statement) {
    return NormalizedText.of(statement).contains("CONCURRENTLY");
  }

  private void retake(Statement statement, boolean yielded) throws SQLException, EngineException {
    if (yielded && !MigrationLock.retake(session, context.policy().lockWait(), context.random())) {
      List<Blocker> holders = MigrationLock.holders(session);
      throw failure(
          FailureReason.LockContention,
          statement,
          null,
          "another session took the migration lock while this statement ran"
              + MigrationLock.describe(holders),
          "the next run finds out whether this statement took effect",
          "nothing to do: trying again later",
          holders,
          null);
    }
  }

  private void batches(Segment segment, boolean lastSegment) throws SQLException, EngineException {
    Statement statement = segment.first();
    BatchRun run =
        BatchRun.prepare(session, historyId, statement)
            .orElseThrow(
                () ->
                    failure(
                        FailureReason.MigrationFailed,
                        statement,
                        null,
                        "its table has no primary key to walk along",
                        tookEffect(statement),
                        "give the table a primary key, or take the batch mark off the file",
                        List.of(),
                        null));
    String finishing =
        Ledger.journalDone(historyId, statement.index()) + (lastSegment ? "; " + finishing() : "");
    long progressed = System.nanoTime();
    for (int attempt = 0, more = 1; more == 1; ) {
      BlockerWatch.Watch watch = null;
      try {
        context.checkTime(migration);
        announceRange(run, statement);
        letStandbysCatchUp(run, statement);
        watch = context.blockers().begin(session.pid());
        more = run.step(begin("BEGIN", attempt), finishing) ? 1 : 0;
        ended(watch);
        attempt = 0;
        Duration took = since(progressed);
        progressed = System.nanoTime();
        context
            .progress()
            .on(
                new Progress.RangeDone(
                    migration.name(), run.visited(), run.changed(), run.estimatedRows()));
        if (more == 1) {
          // A fifth of the time belongs to the others.
          context.cancellation().pause(took.dividedBy(5));
        }
      } catch (SQLException e) {
        List<Blocker> blockers = ended(watch);
        SqlStateClass kind = SqlStateClass.of(e.getSQLState());
        if (kind != SqlStateClass.CONNECTION_LOST) {
          session.execute("ROLLBACK");
        }
        boolean again =
            kind == SqlStateClass.CONTENTION
                && !context.cancellation().requested()
                && since(progressed).compareTo(context.policy().lockWait()) < 0;
        if (!again) {
          throw failedRange(e, statement, run, blockers);
        }
        run.shrink();
        attempt++;
        context
            .progress()
            .on(
                new Progress.SteppingBack(
                    migration.name(), statement.index(), attempt, e.getSQLState(), blockers));
        context.cancellation().pause(context.ladder().pause(attempt));
      }
    }
  }

  private String begin(String how, int attempt) {
    return how + "; " + MigrationLock.proof(context.epoch()) + "; " + bounds(attempt);
  }

  /**
   * SQL behind a COMMIT that sets the session up for the next migration and begins its transaction:
   * one message less for each. The settings have a transaction of their own, which no failure of
   * that migration takes back.
   */
  private String beginNext() {
    return next == null
        ? ""
        : "; BEGIN; "
            + session.resetting()
            + "; COMMIT; BEGIN; "
            + MigrationLock.stillHeld()
            + "; "
            + bounds(0);
  }

  /** True when the ledger says that all of this migration is in the database. */
  private boolean isRecorded() throws SQLException {
    return session
        .firstRow(
            "SELECT 1 FROM schemaward.attempt WHERE finished_at IS NOT NULL AND history_id = "
                + Sql.literal(historyId))
        .isPresent();
  }

  private void announceRange(BatchRun run, Statement statement) throws EngineException {
    if (run.visited() == 0) {
      announce(statement);
    } else if (context.cancellation().requested()) {
      throw failure(
          FailureReason.Interrupted,
          statement,
          null,
          "told to stop between two ranges",
          tookEffectInRanges(run),
          "it goes on behind the last range at the next run",
          List.of(),
          null);
    }
  }

  private void letStandbysCatchUp(BatchRun run, Statement statement)
      throws SQLException, EngineException {
    for (Duration lag = run.lag(); BatchRun.isTooFarBehind(lag); lag = run.lag()) {
      context.progress().on(new Progress.WaitingForStandbys(migration.name(), lag));
      context.cancellation().pause(Duration.ofSeconds(1));
      context.checkTime(migration);
      announceRange(run, statement);
    }
  }

  private EngineException failedRange(
      SQLException e, Statement statement, BatchRun run, List<Blocker> blockers)
      throws SQLException {
    EngineException failed = failed(e, statement, null, blockers);
    StatementFailure detail = failed.failure();
    if (detail == null || failed.reason() == FailureReason.TargetUnreachable) {
      return failed;
    }
    return failure(
        failed.reason(),
        statement,
        detail.sqlState(),
        detail.error(),
        tookEffectInRanges(run),
        failed.reason() == FailureReason.MigrationFailed
            ? "mend the rows that do not fit, then ask for a retry: it goes on behind the last"
                + " range; or edit the file and start it over with `schemaward recover`"
            : "it goes on behind the last range",
        blockers,
        e);
  }

  private static String tookEffectInRanges(BatchRun run) {
    return run.changed()
        + " rows were changed in ranges that are committed and stay; the range that was under way"
        + " was rolled back";
  }

  /**
   * Errors that the server raises before a statement does anything: syntax, unknown names,
   * privileges.
   */
  private static boolean refusedOutright(SQLException e) {
    return e.getSQLState() != null && e.getSQLState().startsWith("42");
  }

  private void announce(Statement statement) throws EngineException {
    if (context.cancellation().requested()) {
      throw failure(
          FailureReason.Interrupted,
          statement,
          null,
          "told to stop before this statement",
          tookEffect(statement),
          "it goes on from there at the next run",
          List.of(),
          null);
    }
    context
        .progress()
        .on(
            new Progress.StatementStarted(
                migration.name(),
                statement.index(),
                migration.statements().size(),
                statement.line(),
                statement.kind().command()));
  }

  /** SQL that ends a segment: its bookkeeping, its end, the beginning of what follows. */
  private String ending(Segment segment, boolean lastSegment, String end) {
    return bookkeeping(segment, lastSegment) + "; " + end + (lastSegment ? beginNext() : "");
  }

  /**
   * True when the segment's last statement may be sent in one message with what ends the segment:
   * if it fails, the server does not look at the rest. Not where there could be two opinions about
   * its end (a script that sets things could have made a backslash escape a quote), and not COPY,
   * whose failure on this side the server would not hear of.
   */
  private boolean mayShareItsMessage(Segment segment) {
    Statement last = segment.last();
    return segment.kind() == Segment.Kind.TRANSACTION
        && last.text().length() <= LONGEST_SHARED
        && last.text().indexOf('\\') < 0
        && !last.kind().command().startsWith("COPY")
        && !touchesSession();
  }

  private boolean touchesSession() {
    return migration.statements().stream()
        .anyMatch(statement -> statement.kind().execution() == Execution.SESSION);
  }

  /** What shares the segment's transaction. */
  private String bookkeeping(Segment segment, boolean lastSegment) {
    StringBuilder sql = new StringBuilder(asOurselves());
    if (segments.size() > 1) {
      sql.append(Ledger.journal(historyId, segment.statements(), true));
    }
    if (lastSegment) {
      sql.append(segments.size() > 1 ? "; " : "").append(finishing());
    }
    return sql.toString();
  }

  /** A script may have become another role, which may not write our tables. */
  private String asOurselves() {
    return touchesSession() ? "RESET SESSION AUTHORIZATION; RESET ROLE; " : "";
  }

  private String finishing() {
    if (whole) {
      return Ledger.attemptRan(
              historyId,
              session.schema(),
              migration,
              context.runId(),
              context.planHash(),
              context.epoch())
          + "; "
          + store.ran(historyId, migration);
    }
    return store.finished(historyId, migration) + "; " + Ledger.attemptFinished(historyId);
  }

  private EngineException failed(
      SQLException e, Statement at, Segment segment, List<Blocker> blockers) throws SQLException {
    String state = e.getSQLState();
    SqlStateClass kind = SqlStateClass.of(state);
    String error = ServerErrors.message(e);
    if ("22012".equals(state)
        && segment != null
        && !MigrationLock.isProved(session, context.epoch())) {
      return failure(
          FailureReason.TargetUnreachable,
          at,
          state,
          "this session no longer holds the migration lock",
          tookEffect(at),
          "the next run takes the lock anew and asks the ledger",
          List.of(),
          e);
    }
    if (kind == SqlStateClass.CONNECTION_LOST) {
      return failure(
          FailureReason.TargetUnreachable,
          at,
          state,
          "the connection was lost: " + error,
          "unknown until the ledger is read again",
          "nothing to do: the next run asks the ledger what took effect",
          blockers,
          e);
    }
    FailureReason reason =
        switch (kind) {
          case CONTENTION -> FailureReason.LockContention;
          case CANCELLED ->
              context.cancellation().requested()
                  ? FailureReason.Interrupted
                  : FailureReason.TimedOut;
          case RESOURCES -> FailureReason.TargetOutOfResources;
          case PRIVILEGE -> FailureReason.PrivilegeMissing;
          case READ_ONLY -> FailureReason.TargetReadOnly;
          case CREDENTIALS -> FailureReason.CredentialsRejected;
          case CONNECTION_LOST, DETERMINISTIC -> FailureReason.MigrationFailed;
        };
    recordFailure(segment, state, error);
    return failure(
        reason, at, state, error, tookEffect(at), advice(reason, state, blockers), blockers, e);
  }

  private void recordFailure(Segment segment, String state, String error) throws SQLException {
    String log =
        "Schemaward: migration "
            + migration.name()
            + " failed.\n\n"
            + (state == null ? "" : "Database error code: " + state + "\n\n")
            + "Database error:\n"
            + error
            + "\n\n"
            + (lastDone == 0
                ? "Nothing of it took effect."
                : "Statements 1 to " + lastDone + " took effect.");
    session.execute(
        "BEGIN; RESET SESSION AUTHORIZATION; RESET ROLE; "
            + (whole ? started() + "; " : "")
            + store.failed(
                historyId, migration, log, lastDone == 0 && (segment != null || !unsettled()))
            + "; COMMIT");
  }

  /** True when a statement of this attempt was begun and the journal does not know its end. */
  private boolean unsettled() throws SQLException {
    return session
        .firstRow(
            "SELECT 1 FROM schemaward.statement WHERE done_at IS NULL AND history_id = "
                + Sql.literal(historyId))
        .isPresent();
  }

  private String tookEffect(Statement at) {
    if (lastDone == 0) {
      return isAtomic(migration)
          ? "nothing of this migration (it is one transaction, rolled back)"
          : "nothing of this migration";
    }
    return "statements 1 to "
        + lastDone
        + " of "
        + migration.statements().size()
        + " of this migration took effect and stay; statement "
        + at.index()
        + " did not";
  }

  private String advice(FailureReason reason, String state, List<Blocker> blockers) {
    return switch (reason) {
      case LockContention ->
          "in the way"
              + (blockers.isEmpty() ? ": nobody seen" : MigrationLock.describe(blockers))
              + "; trying again later";
      case Interrupted -> "it goes on from there at the next run";
      case TimedOut ->
          "raise spec.execution.statementTimeout (now "
              + context.policy().statementTimeout().toSeconds()
              + " s) or make the statement cheaper";
      case TargetOutOfResources -> "trying again later; look at disk, memory and connections";
      case PrivilegeMissing ->
          "grant the role what it lacks, or give the migration its owner's role";
      case TargetReadOnly -> "trying again when the database accepts writes";
      default ->
          "55P04".equals(state)
              ? "put ALTER TYPE … ADD VALUE into a migration of its own, before the one that uses"
                  + " the label"
              : lastDone == 0
                  ? "correct the file; the corrected file simply runs"
                  : "correct the file from there on; what took effect is not run again";
    };
  }

  private EngineException failure(
      FailureReason reason,
      Statement at,
      String state,
      String error,
      String tookEffect,
      String advice,
      List<Blocker> blockers,
      SQLException cause) {
    int line =
        at.line() + (cause == null ? 0 : linesBefore(at.text(), ServerErrors.position(cause)));
    StatementFailure detail =
        new StatementFailure(migration.name(), at.index(), line, state, error, tookEffect, advice);
    return new EngineException(
        reason,
        migration.path()
            + " line "
            + line
            + ", statement "
            + at.index()
            + " ("
            + at.kind().command()
            + ")"
            + (state == null ? "" : ", SQLSTATE " + state)
            + ": "
            + error
            + ". Took effect: "
            + tookEffect
            + ". Next: "
            + advice,
        detail,
        blockers,
        cause);
  }

  private static int linesBefore(String text, int position) {
    int end = Math.min(Math.max(position - 1, 0), text.length());
    return (int) IntStream.range(0, end).filter(i -> text.charAt(i) == '\n').count();
  }

  /** Names of the migrations, for messages. */
  static List<String> names(List<Migration> migrations) {
    List<String> names = new ArrayList<>();
    migrations.forEach(migration -> names.add(migration.name()));
    return names;
  }

  static Duration since(long nanoTime) {
    return Duration.ofNanos(System.nanoTime() - nanoTime);
  }
}
