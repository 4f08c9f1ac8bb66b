package dev.schemaward.engine.sql;

import dev.schemaward.engine.sql.Lexer.Token;
import java.util.List;

/**
 * An UPDATE or DELETE that is run a range of keys at a time: where its table stands, and where a
 * further condition goes.
 */
public final class BatchStatement {
  /** The comment that marks a file; on a line of its own before the statement. */
  public static final String DIRECTIVE = "-- schemaward: batch";

  private static final String ADVICE =
      "a file marked '"
          + DIRECTIVE
          + "' holds one UPDATE … SET … or DELETE FROM …, without WITH"
          + " and RETURNING; put other statements into files of their own";

  private final String text;
  private final String table;
  private final String alias;
  private final int where;
  private final int condition;

  private BatchStatement(String text, String table, String alias, int where, int condition) {
    this.text = text;
    this.table = table;
    this.alias = alias;
    this.where = where;
    this.condition = condition;
  }

  /** True when the comments before the first statement mark the script. */
  static boolean isMarked(String script, int firstStatement) {
    return script
        .substring(0, firstStatement)
        .lines()
        .anyMatch(line -> line.strip().equalsIgnoreCase(DIRECTIVE));
  }

  /** Checks that the only statement of a marked script can be run in batches. */
  static void check(List<Statement> statements) throws ScriptFault {
    if (statements.size() != 1) {
      throw new ScriptFault(
          statements.get(1).line(), "a second statement in a file that is run in batches", ADVICE);
    }
    Statement only = statements.getFirst();
    try {
      of(only);
    } catch (IllegalArgumentException e) {
      throw new ScriptFault(only.line(), e.getMessage() + " cannot be run in batches", ADVICE);
    }
  }

  /**
   * Reads a statement.
   *
   * @throws IllegalArgumentException when it is none that can be run in batches; says what it is
   */
  public static BatchStatement of(Statement statement) {
    String text = statement.text();
    List<Token> tokens;
    try {
      tokens = Lexer.tokens(text);
    } catch (ScriptFault e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
    int at;
    if (tokens.getFirst().isWord(text, "update")) {
      at = 1;
    } else if (tokens.getFirst().isWord(text, "delete")
        && tokens.size() > 1
        && tokens.get(1).isWord(text, "from")) {
      at = 2;
    } else {
      throw new IllegalArgumentException(statement.kind().command());
    }
    if (at < tokens.size() && tokens.get(at).isWord(text, "only")) {
      at++;
    }
    int first = at;
    while (at + 2 < tokens.size() && tokens.get(at + 1).is(text, '.')) {
      at += 2;
    }
    String table = text.substring(tokens.get(first).start(), tokens.get(at).end());
    at++;
    if (at < tokens.size() && tokens.get(at).is(text, '*')) {
      at++;
    }
    String alias = table;
    if (at < tokens.size() && tokens.get(at).isWord(text, "as")) {
      at++;
    }
    if (at < tokens.size()
        && !tokens.get(at).isWord(text, "set")
        && !tokens.get(at).isWord(text, "using")
        && !tokens.get(at).isWord(text, "where")) {
      alias = tokens.get(at).text(text);
    }
    int where = -1;
    int depth = 0;
    for (int i = at; i < tokens.size(); i++) {
      Token token = tokens.get(i);
      if (token.is(text, '(')) {
        depth++;
      } else if (token.is(text, ')')) {
        depth--;
      } else if (depth == 0 && token.isWord(text, "where")) {
        where = i;
      } else if (depth == 0 && token.isWord(text, "returning")) {
        throw new IllegalArgumentException(statement.kind().command() + " … RETURNING");
      } else if (depth == 0 && where >= 0 && token.isWord(text, "current")) {
        throw new IllegalArgumentException("WHERE CURRENT OF");
      }
    }
    return new BatchStatement(
        text,
        table,
        alias,
        where < 0 ? text.length() : tokens.get(where).start(),
        where < 0 ? -1 : tokens.get(where).end());
  }

  /** The table as it is written. */
  public String table() {
    return table;
  }

  /** What a column of the table is qualified with. */
  public String alias() {
    return alias;
  }

  /** The statement with this further condition. */
  public String with(String predicate) {
    String head = text.substring(0, where);
    return condition < 0
        ? head + "\nWHERE " + predicate
        : head + "WHERE (" + text.substring(condition) + "\n) AND " + predicate;
  }
}
