package dev.schemaward.engine.sql.command;

import dev.schemaward.engine.sql.Name;
import java.util.List;

/**
 * What a statement asks for, as far as it matters for judging it. Read by {@link CommandReader}.
 */
public sealed interface Command {
  /**
   * CREATE TABLE.
   *
   * @param partitionOf parent; null when it is no partition
   * @param columns empty with AS, OF and PARTITION OF without a list
   * @param constraints of the table; those of a column are with the column
   * @param filled true for AS SELECT: it is not empty afterwards
   */
  record CreateTable(
      Name name,
      boolean ifNotExists,
      boolean temporary,
      Name partitionOf,
      String bounds,
      List<ColumnDefinition> columns,
      List<ConstraintDefinition> constraints,
      List<Name> inherits,
      boolean partitioned,
      boolean filled)
      implements Command {}

  /**
   * ALTER TABLE, and the same actions on an index, view, sequence or foreign table.
   *
   * @param kind {@code TABLE}, {@code INDEX}, {@code VIEW}, {@code MATERIALIZED VIEW}, {@code
   *     SEQUENCE}, {@code FOREIGN TABLE}
   */
  record AlterTable(
      String kind, Name name, boolean ifExists, boolean only, List<TableChange> changes)
      implements Command {}

  /**
   * CREATE INDEX.
   *
   * @param name null when PostgreSQL chooses it
   * @param method for example {@code btree}; null when not written
   * @param columns key columns; an expression is an empty string
   * @param definition what follows ON table, as written
   */
  record CreateIndex(
      Name name,
      Name table,
      boolean unique,
      boolean concurrently,
      boolean ifNotExists,
      boolean only,
      String method,
      List<String> columns,
      boolean partial,
      String definition)
      implements Command {}

  /**
   * DROP of anything.
   *
   * @param kind for example {@code TABLE}, {@code MATERIALIZED VIEW}, {@code INDEX}
   * @param on table of a trigger, policy or rule; null otherwise
   */
  record Drop(
      String kind,
      List<Name> names,
      boolean ifExists,
      boolean cascade,
      boolean concurrently,
      Name on)
      implements Command {}

  /** TRUNCATE. */
  record Truncate(List<Name> tables, boolean restartIdentity, boolean cascade) implements Command {}

  /**
   * INSERT, UPDATE, DELETE, MERGE, also behind WITH.
   *
   * @param verb in upper case
   * @param where true when the rows are chosen: a WHERE of its own (always true for INSERT and
   *     MERGE)
   */
  record Write(String verb, Name table, boolean where) implements Command {}

  /**
   * CREATE TRIGGER.
   *
   * @param table null for an event trigger
   */
  record CreateTrigger(String name, Name table) implements Command {}

  /** CREATE RULE. */
  record CreateRule(String name, Name table) implements Command {}

  /** CREATE [OR REPLACE] VIEW, CREATE MATERIALIZED VIEW. */
  record CreateView(Name name, boolean replace, boolean materialized) implements Command {}

  /** REFRESH MATERIALIZED VIEW. */
  record Refresh(Name view, boolean concurrently) implements Command {}

  /**
   * REINDEX.
   *
   * @param kind {@code INDEX}, {@code TABLE}, {@code SCHEMA}, {@code DATABASE}, {@code SYSTEM}
   * @param name null when not written
   */
  record Reindex(String kind, Name name, boolean concurrently) implements Command {}

  /** CLUSTER; table null for all. */
  record Cluster(Name table) implements Command {}

  /** VACUUM; tables empty for all. */
  record Vacuum(List<Name> tables, boolean full) implements Command {}

  /**
   * LOCK TABLE.
   *
   * @param mode in upper case, {@code ACCESS EXCLUSIVE} when not written
   */
  record Lock(List<Name> tables, String mode, boolean nowait) implements Command {}

  /**
   * CREATE DOMAIN.
   *
   * @param constrained true when it has NOT NULL or CHECK
   */
  record CreateDomain(Name name, TypeName base, boolean constrained) implements Command {}

  /**
   * ALTER DOMAIN.
   *
   * @param action {@code ADD CHECK}, {@code ADD CHECK NOT VALID}, {@code SET NOT NULL}, {@code
   *     VALIDATE}, {@code ADD NOT NULL} or {@code OTHER}
   */
  record AlterDomain(Name name, String action, String text) implements Command {}

  /** CREATE TYPE. */
  record CreateType(Name name) implements Command {}

  /**
   * ALTER TYPE.
   *
   * @param action {@code ADD VALUE}, {@code RENAME VALUE}, {@code RENAME TO}, {@code ATTRIBUTE},
   *     {@code SET SCHEMA}, {@code OWNER TO} or {@code OTHER}
   */
  record AlterType(Name name, String action, boolean cascade) implements Command {}

  /** CREATE SEQUENCE. */
  record CreateSequence(Name name) implements Command {}

  /**
   * ALTER SEQUENCE.
   *
   * @param resets true for RESTART, AS, OWNED BY: it blocks nextval, or changes what it gives
   */
  record AlterSequence(Name name, boolean resets, String text) implements Command {}

  /**
   * CREATE FUNCTION, CREATE PROCEDURE, and ALTER of their rights.
   *
   * @param created false for ALTER
   * @param securityDefiner runs with its owner's rights
   * @param searchPath true when it fixes its search_path
   */
  record CreateFunction(
      Name name, boolean created, boolean replace, boolean securityDefiner, boolean searchPath)
      implements Command {}

  /**
   * CREATE SCHEMA.
   *
   * @param name of AUTHORIZATION alone, the role's name
   */
  record CreateSchema(String name, boolean ifNotExists) implements Command {}

  /**
   * GRANT, REVOKE, policies, roles, default privileges, ownership of anything but a table.
   *
   * @param what for a message: {@code GRANT}, {@code CREATE POLICY} …
   * @param on table of a policy; null otherwise
   */
  record Security(String what, Name on) implements Command {}

  /** ALTER SCHEMA … RENAME TO. */
  record RenameSchema(String schema, String newName) implements Command {}

  /**
   * DO, CALL, EXECUTE: code of which the text says little.
   *
   * @param what the first word
   * @param body of DO; null otherwise
   */
  record Code(String what, String body) implements Command {}

  /**
   * SELECT, VALUES, TABLE, WITH … SELECT.
   *
   * @param functions names that are called, lower case, in order, without schema
   */
  record Query(List<String> functions) implements Command {}

  /**
   * SET, RESET, DISCARD.
   *
   * @param parameter lower case; {@code all} for RESET ALL and DISCARD ALL; {@code role} for SET
   *     ROLE
   * @param value as written; null for RESET
   * @param local true for SET LOCAL
   */
  record SetParameter(String parameter, String value, boolean local) implements Command {}

  /** A statement that takes no lock that matters, and destroys nothing: COMMENT, ANALYZE … */
  record Harmless(String what) implements Command {}

  /** What this reader does not know. */
  record Unknown(String what) implements Command {}
}
