package dev.schemaward.engine.sql;

import java.util.List;

/**
 * One statement of a script, as psql would send it.
 *
 * @param index number in the file, from 1
 * @param line line of its first character in the file, from 1
 * @param text its text without leading comments and white space and without the closing semicolon
 * @param kind what it is, and how it must be run
 * @param directives comments meant for us that stand before it, in it, or behind it on its last
 *     line
 */
public record Statement(
    int index, int line, String text, StatementKind kind, List<Directive> directives) {
  public Statement {
    directives = List.copyOf(directives);
  }

  /** A statement without directives. */
  public Statement(int index, int line, String text, StatementKind kind) {
    this(index, line, text, kind, List.of());
  }

  Statement with(List<Directive> found) {
    return new Statement(index, line, text, kind, found);
  }
}
