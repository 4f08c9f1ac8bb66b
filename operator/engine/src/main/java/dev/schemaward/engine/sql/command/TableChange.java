package dev.schemaward.engine.sql.command;

import dev.schemaward.engine.sql.Name;

/** One action of an ALTER TABLE. */
public sealed interface TableChange {
  /** ADD [COLUMN]. */
  record AddColumn(ColumnDefinition column, boolean ifNotExists) implements TableChange {}

  /** DROP [COLUMN]. */
  record DropColumn(String column, boolean ifExists, boolean cascade) implements TableChange {}

  /**
   * ALTER COLUMN … TYPE.
   *
   * @param collation as written; null for none
   * @param using expression as written; null for none
   */
  record AlterType(String column, TypeName type, String typeText, String collation, String using)
      implements TableChange {}

  /** SET DEFAULT. */
  record SetDefault(String column, String expression) implements TableChange {}

  /** DROP DEFAULT. */
  record DropDefault(String column) implements TableChange {}

  /** SET NOT NULL. */
  record SetNotNull(String column) implements TableChange {}

  /** DROP NOT NULL. */
  record DropNotNull(String column) implements TableChange {}

  /** SET EXPRESSION AS (17+). */
  record SetExpression(String column, String expression) implements TableChange {}

  /** ADD a table constraint. */
  record AddConstraint(ConstraintDefinition constraint) implements TableChange {}

  /** VALIDATE CONSTRAINT. */
  record ValidateConstraint(String constraint) implements TableChange {}

  /**
   * ALTER CONSTRAINT.
   *
   * @param enforced true for ENFORCED (18): the rows are checked
   */
  record AlterConstraint(String constraint, boolean enforced) implements TableChange {}

  /** DROP CONSTRAINT. */
  record DropConstraint(String constraint, boolean ifExists, boolean cascade)
      implements TableChange {}

  /** RENAME TO. */
  record RenameTo(String newName) implements TableChange {}

  /** RENAME [COLUMN] … TO. */
  record RenameColumn(String column, String newName) implements TableChange {}

  /** SET SCHEMA. */
  record SetSchema(String schema) implements TableChange {}

  /** OWNER TO. */
  record OwnerTo(String role) implements TableChange {}

  /** SET TABLESPACE. */
  record SetTablespace(String tablespace) implements TableChange {}

  /** SET ACCESS METHOD (15+). */
  record SetAccessMethod(String method) implements TableChange {}

  /** SET LOGGED, SET UNLOGGED. */
  record SetLogged(boolean logged) implements TableChange {}

  /**
   * ENABLE, DISABLE, FORCE, NO FORCE ROW LEVEL SECURITY.
   *
   * @param form as written, upper case
   */
  record RowSecurity(String form) implements TableChange {}

  /**
   * ENABLE, DISABLE a trigger or a rule.
   *
   * @param rule true for a rule
   * @param enable false for DISABLE
   */
  record SwitchTrigger(String name, boolean rule, boolean enable) implements TableChange {}

  /**
   * ATTACH PARTITION.
   *
   * @param bounds what follows the name: FOR VALUES …, DEFAULT
   */
  record AttachPartition(Name partition, String bounds) implements TableChange {}

  /** DETACH PARTITION. */
  record DetachPartition(Name partition, boolean concurrently, boolean finalizing)
      implements TableChange {}

  /**
   * What changes only the catalogue, for an instant.
   *
   * @param form for example {@code SET STORAGE}
   * @param exclusive true for ACCESS EXCLUSIVE; false for SHARE UPDATE EXCLUSIVE
   */
  record Minor(String form, boolean exclusive) implements TableChange {}

  /** What this reader does not know. */
  record Unknown(String text) implements TableChange {}
}
