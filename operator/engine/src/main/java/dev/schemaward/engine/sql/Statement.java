package dev.schemaward.engine.sql;

/**
 * One statement of a script, as psql would send it.
 *
 * @param index number in the file, from 1
 * @param line line of its first character in the file, from 1
 * @param text its text without leading comments and white space and without the closing semicolon
 * @param kind what it is, and how it must be run
 */
public record Statement(int index, int line, String text, StatementKind kind) {}
