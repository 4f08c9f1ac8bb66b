package dev.schemaward.engine.sql;

import dev.schemaward.engine.sql.Lexer.Token;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Walks over a statement's tokens, for code that reads the shape of a statement: keywords, names
 * and lists, not expressions.
 */
public final class TokenCursor {
  private final String text;
  private final List<Token> tokens;
  private int at;

  private TokenCursor(String text, List<Token> tokens) {
    this.text = text;
    this.tokens = tokens;
  }

  /** At the first token of one statement that {@link StatementSplitter} gave. */
  public static TokenCursor of(Statement statement) {
    try {
      return new TokenCursor(statement.text(), Lexer.tokens(statement.text()));
    } catch (ScriptFault e) {
      throw new IllegalArgumentException("not a statement: " + e.getMessage(), e);
    }
  }

  /** True behind the last token. */
  public boolean atEnd() {
    return at >= tokens.size();
  }

  /** True, and behind them, when these keywords come next; else false, and where it was. */
  public boolean accept(String... words) {
    for (int i = 0; i < words.length; i++) {
      if (at + i >= tokens.size() || !isNext(tokens.get(at + i), words[i])) {
        return false;
      }
    }
    at += words.length;
    return true;
  }

  private boolean isNext(Token token, String word) {
    return token.isWord(text, word) || (word.length() == 1 && token.is(text, word.charAt(0)));
  }

  /** True when this keyword or symbol comes next. */
  public boolean sees(String word) {
    return !atEnd() && isNext(tokens.get(at), word);
  }

  /**
   * A name as it is written, qualified where it is written so, parts joined by dots; null, and
   * where it was, when no name comes next.
   */
  public String name() {
    String first = part();
    if (first == null) {
      return null;
    }
    StringBuilder name = new StringBuilder(first);
    while (sees(".") && at + 1 < tokens.size() && isName(tokens.get(at + 1))) {
      at++;
      name.append('.').append(part());
    }
    return name.toString();
  }

  private String part() {
    return !atEnd() && isName(tokens.get(at)) ? tokens.get(at++).text(text) : null;
  }

  private static boolean isName(Token token) {
    return token.type() == Lexer.Type.WORD || token.type() == Lexer.Type.QUOTED_NAME;
  }

  /** A string constant as it is written; null, and where it was, when none comes next. */
  public String string() {
    return !atEnd() && tokens.get(at).type() == Lexer.Type.STRING
        ? tokens.get(at++).text(text)
        : null;
  }

  /** Steps over one token. */
  public void skip() {
    at++;
  }

  /** Steps to the next token {@code symbol} that stands in no parentheses; false at the end. */
  public boolean skipTo(String symbol) {
    int depth = 0;
    for (; at < tokens.size(); at++) {
      Token token = tokens.get(at);
      if (depth == 0 && isNext(token, symbol)) {
        return true;
      }
      if (token.is(text, '(') || token.is(text, '[')) {
        depth++;
      } else if (token.is(text, ')') || token.is(text, ']')) {
        depth--;
      }
    }
    return false;
  }

  /** The rest, cut at the commas that stand in no parentheses; each part a cursor of its own. */
  public List<TokenCursor> parts() {
    List<TokenCursor> parts = new ArrayList<>();
    while (!atEnd()) {
      int begin = at;
      skipTo(",");
      parts.add(new TokenCursor(text, tokens.subList(begin, at)));
      at++;
    }
    return parts;
  }

  /** What PostgreSQL makes of a written, unqualified name: case folded unless quoted. */
  public static String fold(String written) {
    return written.startsWith("\"")
        ? written.substring(1, written.length() - 1).replace("\"\"", "\"")
        : written.toLowerCase(Locale.ROOT);
  }

  /** The last part of a written name. */
  public static String last(String written) {
    boolean quoted = false;
    int dot = -1;
    for (int i = 0; i < written.length(); i++) {
      char c = written.charAt(i);
      quoted ^= c == '"';
      if (c == '.' && !quoted) {
        dot = i;
      }
    }
    return written.substring(dot + 1);
  }
}
