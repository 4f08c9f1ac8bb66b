package dev.schemaward.engine.sql;

import java.util.List;

/**
 * What the classifier knows about a statement without a database.
 *
 * @param command the command tag in upper case, for example {@code CREATE TABLE}, {@code ALTER
 *     TYPE}, {@code SELECT}
 * @param execution how it must be run
 * @param objects names of the objects it is about, as written but unquoted and lower-cased where
 *     unquoted, qualified where written so; may be empty
 */
public record StatementKind(String command, Execution execution, List<String> objects) {
  /** The same statement, run in another way. */
  StatementKind as(Execution other) {
    return new StatementKind(command, other, objects);
  }

  public StatementKind {
    objects = List.copyOf(objects);
  }

  /** How a statement must be run. */
  public enum Execution {
    /** May run inside a transaction block. */
    TRANSACTIONAL,
    /**
     * Refuses a transaction block (CONCURRENTLY, VACUUM, CREATE DATABASE, ALTER SYSTEM …), measured
     * per version in reference/hazards.md §1.9.
     */
    NON_TRANSACTIONAL,
    /**
     * {@code ALTER TYPE … ADD VALUE}: may run in a block, but the label cannot be used before
     * commit.
     */
    ENUM_VALUE,
    /** An UPDATE or DELETE that its file marks to be run in ranges of keys, a commit each. */
    BATCH,
    /** BEGIN, START TRANSACTION. */
    BEGIN,
    /** COMMIT, END. */
    COMMIT,
    /** ROLLBACK, ABORT. */
    ROLLBACK,
    /** SAVEPOINT, RELEASE, ROLLBACK TO: inside a block only. */
    SAVEPOINT,
    /** SET (not LOCAL), SET ROLE, set_config(…, false), RESET, DISCARD: changes the session. */
    SESSION
  }
}
