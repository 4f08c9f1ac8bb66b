package dev.schemaward.engine.sql;

import dev.schemaward.engine.sql.Lexer.Token;
import java.util.ArrayList;
import java.util.List;

/**
 * Splits a script into statements as psql does: at semicolons outside strings, comments,
 * parentheses and the {@code BEGIN ATOMIC … END} body of an SQL function. Exactly one statement is
 * sent to the server at a time; the driver's own splitter swallows what follows such a body.
 */
public final class StatementSplitter {
  private StatementSplitter() {}

  /**
   * The statements of a script, in order; empty for a script of comments.
   *
   * @throws ScriptFault for what psql alone understands (COPY data, meta commands) and for what
   *     does not end
   */
  public static List<Statement> split(String script) throws ScriptFault {
    List<Lexer.Found> directives = new ArrayList<>();
    List<Token> tokens = Lexer.tokens(script, directives);
    List<Integer> ends = new ArrayList<>();
    List<Statement> statements = new ArrayList<>();
    int first = 0;
    int parentheses = 0;
    int atomicDepth = 0;
    for (int i = 0; i < tokens.size(); i++) {
      Token token = tokens.get(i);
      if (token.is(script, '(')) {
        parentheses++;
      } else if (token.is(script, ')')) {
        parentheses = Math.max(0, parentheses - 1);
      } else if (token.type() == Lexer.Type.WORD) {
        atomicDepth = atomicDepth(script, tokens, first, i, atomicDepth);
      } else if (token.is(script, ';') && parentheses == 0 && atomicDepth == 0) {
        add(script, tokens.subList(first, i), statements);
        if (statements.size() > ends.size()) {
          ends.add(token.end());
        }
        first = i + 1;
      }
    }
    add(script, tokens.subList(first, tokens.size()), statements);
    give(directives, ends, script, statements);
    if (!tokens.isEmpty() && BatchStatement.isMarked(script, tokens.getFirst().start())) {
      BatchStatement.check(statements);
      Statement only = statements.getFirst();
      return List.of(
          new Statement(
              only.index(),
              only.line(),
              only.text(),
              only.kind().as(StatementKind.Execution.BATCH),
              only.directives()));
    }
    return statements;
  }

  /**
   * Follows BEGIN ATOMIC, and CASE … END inside it, in statements that create a function or a
   * procedure.
   */
  private static int atomicDepth(String script, List<Token> tokens, int first, int at, int depth) {
    Token token = tokens.get(at);
    if (depth == 0) {
      boolean begins =
          token.isWord(script, "atomic")
              && at > first
              && tokens.get(at - 1).isWord(script, "begin")
              && tokens.get(first).isWord(script, "create");
      return begins ? 1 : 0;
    }
    if (token.isWord(script, "case")) {
      return depth + 1;
    }
    return token.isWord(script, "end") ? depth - 1 : depth;
  }

  private static void add(String script, List<Token> tokens, List<Statement> statements)
      throws ScriptFault {
    if (tokens.isEmpty()) {
      return;
    }
    Token first = tokens.getFirst();
    String text = script.substring(first.start(), tokens.getLast().end());
    StatementKind kind = Classifier.classify(script, tokens);
    if (kind.command().equals("COPY") && readsStandardInput(script, tokens)) {
      throw new ScriptFault(
          first.line(),
          "COPY … FROM STDIN takes its data from psql, and the server alone executes migrations",
          "write the rows as INSERT INTO … VALUES (pg_dump --inserts does)");
    }
    statements.add(new Statement(statements.size() + 1, first.line(), text, kind));
  }

  /**
   * Gives each directive to the statement before whose end it stands, or behind whose end it stands
   * on the same line; what follows the last statement belongs to it.
   *
   * @param ends offset behind the semicolon of each statement; the last one may have none
   */
  private static void give(
      List<Lexer.Found> directives, List<Integer> ends, String script, List<Statement> statements) {
    int at = 0;
    List<List<Directive>> given = new ArrayList<>();
    statements.forEach(statement -> given.add(new ArrayList<>()));
    for (Lexer.Found found : directives) {
      while (at < ends.size()
          && ends.get(at) <= found.start()
          && script.substring(ends.get(at), found.start()).indexOf('\n') >= 0) {
        at++;
      }
      if (!statements.isEmpty()) {
        given.get(Math.min(at, statements.size() - 1)).add(found.directive());
      }
    }
    for (int i = 0; i < given.size(); i++) {
      if (!given.get(i).isEmpty()) {
        statements.set(i, statements.get(i).with(given.get(i)));
      }
    }
  }

  private static boolean readsStandardInput(String script, List<Token> tokens) {
    for (int i = 0; i + 1 < tokens.size(); i++) {
      if (tokens.get(i).isWord(script, "from")
          && (tokens.get(i + 1).isWord(script, "stdin")
              || tokens.get(i + 1).isWord(script, "pstdin"))) {
        return true;
      }
    }
    return false;
  }
}
