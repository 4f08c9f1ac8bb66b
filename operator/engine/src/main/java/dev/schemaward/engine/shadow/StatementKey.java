package dev.schemaward.engine.shadow;

/**
 * Which statement of a bundle.
 *
 * @param migration name of the migration
 * @param index number of the statement in its file, from 1
 */
public record StatementKey(String migration, int index) {}
