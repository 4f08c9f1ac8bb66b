package dev.schemaward.engine.ledger;

import dev.schemaward.engine.EngineException;
import dev.schemaward.engine.FailureReason;
import dev.schemaward.engine.bundle.Migration;
import dev.schemaward.engine.connect.Session;
import dev.schemaward.engine.connect.Sql;
import dev.schemaward.engine.sql.Statement;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * Schemaward's own tables in the target database, in a schema of their own (a foreign table in the
 * application's schema would be drift for Prisma): who owns a target, the fencing epoch, runs with
 * what was approved, the statement journal. It never replaces the tool's history. Writing methods
 * return SQL, so that it can share a transaction with what it records.
 */
public final class Ledger {
  /** Layout version that this build reads and writes. */
  public static final int VERSION = 1;

  private Ledger() {}

  /** Reads what concerns this schema; writes nothing. */
  public static LedgerState read(Session session, String schema) throws SQLException {
    if (session.row("SELECT to_regclass('schemaward.meta')::text")[0] == null) {
      return LedgerState.ABSENT;
    }
    Optional<String[]> meta =
        session.firstRow("SELECT version::text, id::text, epoch::text FROM schemaward.meta");
    if (meta.isEmpty()) {
      return new LedgerState(true, -1, null, 0, null, List.of(), List.of(), List.of());
    }
    int version = Integer.parseInt(meta.get()[0]);
    if (version > VERSION) {
      return new LedgerState(
          true, version, meta.get()[1], 0, null, List.of(), List.of(), List.of());
    }
    String where = " WHERE schema_name = " + Sql.literal(schema);
    String owner =
        session
            .firstRow("SELECT owner FROM schemaward.target" + where)
            .map(row -> row[0])
            .orElse(null);
    List<LedgerState.Run> runs = new ArrayList<>();
    for (String[] row :
        session.rows(
            "SELECT id, plan_hash, base, base_fingerprint, end_fingerprint, finished_at IS NOT NULL"
                + " FROM schemaward.run"
                + where
                + " ORDER BY epoch DESC LIMIT 20")) {
      runs.add(new LedgerState.Run(row[0], row[1], row[2], row[3], row[4], row[5].equals("t")));
    }
    List<LedgerState.Attempt> attempts = new ArrayList<>();
    for (String[] row :
        session.rows(
            "SELECT history_id, migration, checksum, run_id, plan_hash, finished_at IS NOT NULL"
                + " FROM schemaward.attempt"
                + where
                + " ORDER BY started_at")) {
      attempts.add(
          new LedgerState.Attempt(row[0], row[1], row[2], row[3], row[4], row[5].equals("t")));
    }
    List<LedgerState.JournalEntry> journal = new ArrayList<>();
    for (String[] row :
        session.rows(
            "SELECT j.history_id, j.idx::text, j.text_sha256, j.done_at IS NOT NULL"
                + " FROM schemaward.statement j JOIN schemaward.attempt a USING (history_id)"
                + " WHERE a.finished_at IS NULL AND a.schema_name = "
                + Sql.literal(schema)
                + " ORDER BY a.started_at, j.idx")) {
      journal.add(
          new LedgerState.JournalEntry(
              row[0], Integer.parseInt(row[1]), row[2], row[3].equals("t")));
    }
    return new LedgerState(
        true,
        version,
        meta.get()[1],
        Long.parseLong(meta.get()[2]),
        owner,
        runs,
        attempts,
        journal);
  }

  /**
   * Refuses a ledger that this build must not write to.
   *
   * @throws EngineException LedgerMismatch
   */
  public static void requireWritable(LedgerState state) throws EngineException {
    if (state.version() > VERSION) {
      throw new EngineException(
          FailureReason.LedgerMismatch,
          "the ledger in this database was written by a newer Schemaward (layout "
              + state.version()
              + ", this build knows "
              + VERSION
              + "); nothing was executed. Run a newer runner");
    }
    if (state.version() < 0) {
      throw new EngineException(
          FailureReason.LedgerMismatch,
          "table schemaward.meta exists but is empty: the ledger was tampered with; nothing was"
              + " executed. Restore it, or drop schema schemaward if it may be lost");
    }
  }

  /**
   * Refuses a database whose ledger is not the known one or has come less far: it was dropped, the
   * database was restored to an earlier point, or another one stands behind the address.
   *
   * @param known as it was last seen; null when nobody saw one
   * @throws EngineException LedgerMismatch
   */
  public static void requireKnown(LedgerState state, LedgerMark known) throws EngineException {
    String mismatch = mismatch(state, known);
    if (mismatch != null) {
      throw new EngineException(
          FailureReason.LedgerMismatch,
          mismatch
              + "; nothing was executed. If this is the database that is meant, say so:"
              + " `schemaward recover --show`");
    }
  }

  /** What is not as it was known, in words; null when all is. */
  public static String mismatch(LedgerState state, LedgerMark known) {
    if (known == null) {
      return null;
    }
    if (!state.present()) {
      return "the ledger that was here ("
          + known.epoch()
          + " runs) is gone: schema schemaward was dropped, or this is another database";
    }
    if (!known.id().equals(state.id())) {
      return "the ledger here is another one (id "
          + state.id()
          + ") than the known one (id "
          + known.id()
          + "): this is another database, or the ledger was made anew";
    }
    return state.epoch() < known.epoch()
        ? "the ledger has seen "
            + state.epoch()
            + " runs and "
            + known.epoch()
            + " are known: the database was restored to an earlier point"
        : null;
  }

  /** SQL that makes the ledger here the known one, with an epoch not below the known one. */
  public static String accept(LedgerMark known) {
    return "UPDATE schemaward.meta SET epoch = greatest(epoch, " + known.epoch() + ")";
  }

  /** SQL that creates the ledger where it is missing. */
  public static String create() {
    return """
    CREATE SCHEMA IF NOT EXISTS schemaward;
    CREATE TABLE IF NOT EXISTS schemaward.meta (
        singleton   boolean PRIMARY KEY DEFAULT true CHECK (singleton),
        version     integer NOT NULL,
        id          uuid NOT NULL DEFAULT gen_random_uuid(),
        epoch       bigint NOT NULL DEFAULT 0,
        created_at  timestamptz NOT NULL DEFAULT now());
    INSERT INTO schemaward.meta (version) VALUES (1) ON CONFLICT DO NOTHING;
    CREATE TABLE IF NOT EXISTS schemaward.target (
        schema_name text PRIMARY KEY,
        owner       text NOT NULL,
        taken_at    timestamptz NOT NULL DEFAULT now());
    CREATE TABLE IF NOT EXISTS schemaward.run (
        epoch             bigint PRIMARY KEY,
        id                text NOT NULL,
        schema_name       text NOT NULL,
        owner             text,
        plan_hash         text NOT NULL,
        base              text NOT NULL,
        base_fingerprint  text NOT NULL,
        end_fingerprint   text,
        runner_build      text NOT NULL,
        approved_by       text,
        approved_at       text,
        approval_channel  text,
        approval_reason   text,
        role_name         text NOT NULL DEFAULT session_user,
        client_address    text DEFAULT host(inet_client_addr()),
        started_at        timestamptz NOT NULL DEFAULT clock_timestamp(),
        finished_at       timestamptz,
        outcome           text);
    CREATE TABLE IF NOT EXISTS schemaward.attempt (
        history_id   text PRIMARY KEY,
        schema_name  text NOT NULL,
        migration    text NOT NULL,
        checksum     text NOT NULL,
        run_id       text NOT NULL,
        plan_hash    text NOT NULL,
        started_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
        finished_at  timestamptz);
    CREATE TABLE IF NOT EXISTS schemaward.statement (
        history_id   text NOT NULL,
        idx          integer NOT NULL,
        command      text NOT NULL,
        text_sha256  text NOT NULL,
        started_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
        done_at      timestamptz,
        done_key     text[],
        visited      bigint,
        changed      bigint,
        PRIMARY KEY (history_id, idx))\
    """;
  }

  /** SQL that makes {@code owner} the owner of the target. */
  public static String takeTarget(String schema, String owner) {
    return "INSERT INTO schemaward.target (schema_name, owner) VALUES ("
        + Sql.literal(schema)
        + ", "
        + Sql.literal(owner)
        + ") ON CONFLICT (schema_name) DO UPDATE SET owner = excluded.owner, taken_at = now()"
        + " WHERE target.owner <> excluded.owner";
  }

  /** SQL that records an attempt's beginning. */
  public static String attemptStarted(
      String historyId, String schema, Migration migration, String runId, String planHash) {
    return attempt(historyId, schema, migration, runId, planHash, "clock_timestamp(), NULL");
  }

  /**
   * SQL that records an attempt's beginning and end, inside the one transaction in which all of the
   * migration takes effect: it began when the transaction did. Fails with division_by_zero (22012),
   * and the migration with it, when the epoch is not {@code epoch} any more.
   */
  public static String attemptRan(
      String historyId,
      String schema,
      Migration migration,
      String runId,
      String planHash,
      long epoch) {
    return attempt(historyId, schema, migration, runId, planHash, "now(), clock_timestamp()")
        + " FROM (SELECT 1 / count(*) FROM schemaward.meta WHERE epoch = "
        + epoch
        + ") proof (one) WHERE one = 1";
  }

  private static String attempt(
      String historyId,
      String schema,
      Migration migration,
      String runId,
      String planHash,
      String startedAndFinished) {
    return "INSERT INTO schemaward.attempt (history_id, schema_name, migration, checksum, run_id,"
        + " plan_hash, started_at, finished_at) SELECT "
        + String.join(
            ", ",
            Sql.literal(historyId),
            Sql.literal(schema),
            Sql.literal(migration.name()),
            Sql.literal(migration.checksum()),
            Sql.literal(runId),
            Sql.literal(planHash),
            startedAndFinished);
  }

  /** SQL that records an attempt's end. */
  public static String attemptFinished(String historyId) {
    return "UPDATE schemaward.attempt SET finished_at = clock_timestamp() WHERE history_id = "
        + Sql.literal(historyId);
  }

  /** SQL that carries the journal of an older attempt over to the one that continues it. */
  public static String journalMoved(String fromHistoryId, String toHistoryId) {
    return "UPDATE schemaward.statement SET history_id = "
        + Sql.literal(toHistoryId)
        + " WHERE history_id = "
        + Sql.literal(fromHistoryId);
  }

  /**
   * SQL that journals statements as begun, or as done when they share their transaction with this
   * row.
   */
  public static String journal(String historyId, List<Statement> statements, boolean done) {
    StringBuilder sql =
        new StringBuilder(
            "INSERT INTO schemaward.statement (history_id, idx, command, text_sha256, done_at)"
                + " VALUES ");
    String separator = "";
    for (Statement statement : statements) {
      sql.append(separator)
          .append('(')
          .append(Sql.literal(historyId))
          .append(", ")
          .append(statement.index())
          .append(", ")
          .append(Sql.literal(statement.kind().command()))
          .append(", ")
          .append(Sql.literal(sha256(statement.text())))
          .append(done ? ", clock_timestamp())" : ", NULL)");
      separator = ", ";
    }
    return sql.append(
            " ON CONFLICT (history_id, idx) DO UPDATE SET done_at = excluded.done_at,"
                + " text_sha256 = excluded.text_sha256")
        .toString();
  }

  /** SQL that journals a statement that is run in ranges as begun; keeps how far it came before. */
  public static String journalBatches(String historyId, Statement statement) {
    return "INSERT INTO schemaward.statement (history_id, idx, command, text_sha256) VALUES ("
        + Sql.literal(historyId)
        + ", "
        + statement.index()
        + ", "
        + Sql.literal(statement.kind().command())
        + ", "
        + Sql.literal(sha256(statement.text()))
        + ") ON CONFLICT (history_id, idx) DO NOTHING";
  }

  /**
   * SQL that journals how far a statement that is run in ranges has come.
   *
   * @param key text of the last key's columns; empty when no range was ended yet
   */
  public static String journalRange(
      String historyId, int index, List<String> key, long visited, long changed) {
    return "UPDATE schemaward.statement SET done_key = "
        + (key.isEmpty()
            ? "NULL"
            : "ARRAY[" + String.join(", ", key.stream().map(Sql::literal).toList()) + "]::text[]")
        + ", visited = "
        + visited
        + ", changed = "
        + changed
        + " WHERE history_id = "
        + Sql.literal(historyId)
        + " AND idx = "
        + index;
  }

  /** SQL that journals a begun statement as done. */
  public static String journalDone(String historyId, int index) {
    return "UPDATE schemaward.statement SET done_at = clock_timestamp() WHERE history_id = "
        + Sql.literal(historyId)
        + " AND idx = "
        + index;
  }

  /** SQL that journals a begun statement as not having happened. */
  public static String journalUndone(String historyId, int index) {
    return "DELETE FROM schemaward.statement WHERE history_id = "
        + Sql.literal(historyId)
        + " AND idx = "
        + index;
  }

  /** SQL that forgets what is journalled of an attempt: a person said how it stands. */
  public static String journalForgotten(String historyId) {
    return "DELETE FROM schemaward.statement WHERE history_id = " + Sql.literal(historyId);
  }

  /** SQL that gives a ledger whose identity is gone a new one, with an epoch above all runs. */
  public static String restoreMeta() {
    return "INSERT INTO schemaward.meta (version, epoch) SELECT "
        + VERSION
        + ", coalesce(max(epoch), 0) FROM schemaward.run";
  }

  /** SQL that ends a run. */
  public static String runFinished(long epoch, String outcome, String endFingerprint) {
    return "UPDATE schemaward.run SET finished_at = clock_timestamp(), outcome = "
        + Sql.literal(outcome)
        + ", end_fingerprint = "
        + Sql.literal(endFingerprint)
        + " WHERE epoch = "
        + epoch;
  }

  /** Lower-case hex digest of a text in UTF-8. */
  public static String sha256(String text) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
