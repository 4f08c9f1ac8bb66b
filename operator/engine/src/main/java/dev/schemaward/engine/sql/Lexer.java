package dev.schemaward.engine.sql;

import java.util.ArrayList;
import java.util.List;

/**
 * Cuts SQL text into tokens by the rules of PostgreSQL's scanner ({@code
 * src/backend/parser/scan.l}, {@code src/fe_utils/psqlscan.l}): enough to know where strings, names
 * and comments begin and end, and nothing more. Linear time.
 */
final class Lexer {
  /** What a token is. */
  enum Type {
    /** A keyword or an unquoted name. */
    WORD,
    /** {@code "name"}. */
    QUOTED_NAME,
    /** Any kind of string constant. */
    STRING,
    NUMBER,
    /** One character of punctuation, or an operator character. */
    SYMBOL
  }

  /**
   * A token.
   *
   * @param type what it is
   * @param start offset of its first character
   * @param end offset behind its last one
   * @param line line of its first character, from 1
   */
  record Token(Type type, int start, int end, int line) {
    String text(String script) {
      return script.substring(start, end);
    }

    boolean is(String script, char symbol) {
      return type == Type.SYMBOL && script.charAt(start) == symbol;
    }

    boolean isWord(String script, String word) {
      return type == Type.WORD
          && end - start == word.length()
          && script.regionMatches(true, start, word, 0, word.length());
    }
  }

  /** A directive and the offset at which its comment begins. */
  record Found(int start, Directive directive) {}

  private final String script;
  private final List<Found> directives;
  private int at;
  private int line = 1;

  private Lexer(String script, List<Found> directives) {
    this.script = script;
    this.directives = directives;
  }

  /**
   * All tokens; comments and white space are left out.
   *
   * @throws ScriptFault for a string, name or comment that does not end, for psql's meta commands,
   *     for NUL
   */
  static List<Token> tokens(String script) throws ScriptFault {
    return tokens(script, new ArrayList<>());
  }

  /**
   * As {@link #tokens(String)}.
   *
   * @param directives gets the directives among the comments, in order
   */
  static List<Token> tokens(String script, List<Found> directives) throws ScriptFault {
    Lexer lexer = new Lexer(script, directives);
    List<Token> tokens = new ArrayList<>(script.length() / 6 + 8);
    for (Token token = lexer.next(); token != null; token = lexer.next()) {
      tokens.add(token);
    }
    return tokens;
  }

  private Token next() throws ScriptFault {
    skipBlanksAndComments();
    if (at >= script.length()) {
      return null;
    }
    int start = at;
    int startLine = line;
    char c = script.charAt(at);
    Type type;
    if (c == '\'') {
      at++;
      string(false, startLine);
      type = Type.STRING;
    } else if (c == '"') {
      at++;
      quotedName(startLine);
      type = Type.QUOTED_NAME;
    } else if (c == '$' && dollarTag() != null) {
      dollarString(dollarTag(), startLine);
      type = Type.STRING;
    } else if ((c == 'e' || c == 'E') && peek(1) == '\'') {
      at += 2;
      string(true, startLine);
      type = Type.STRING;
    } else if ((c == 'b' || c == 'B' || c == 'x' || c == 'X' || c == 'n' || c == 'N')
        && peek(1) == '\'') {
      at += 2;
      string(false, startLine);
      type = Type.STRING;
    } else if ((c == 'u' || c == 'U') && peek(1) == '&' && (peek(2) == '\'' || peek(2) == '"')) {
      boolean isString = peek(2) == '\'';
      at += 3;
      if (isString) {
        string(false, startLine);
      } else {
        quotedName(startLine);
      }
      type = isString ? Type.STRING : Type.QUOTED_NAME;
    } else if (isWordStart(c)) {
      while (at < script.length() && isWordPart(script.charAt(at))) {
        at++;
      }
      type = Type.WORD;
    } else if (c >= '0' && c <= '9') {
      while (at < script.length() && (isWordPart(script.charAt(at)) || script.charAt(at) == '.')) {
        at++;
      }
      type = Type.NUMBER;
    } else if (c == '\\') {
      throw new ScriptFault(
          line,
          "a psql meta command (" + lineOf(start) + ") is not SQL",
          "migrations are sent to the server as they are; remove it, or write it as SQL");
    } else if (c == 0) {
      throw new ScriptFault(line, "a NUL character", "save the file as UTF-8 text");
    } else {
      at++;
      type = Type.SYMBOL;
    }
    return new Token(type, start, at, startLine);
  }

  private String lineOf(int offset) {
    int end = script.indexOf('\n', offset);
    String text = script.substring(offset, end < 0 ? script.length() : end).strip();
    return text.length() > 40 ? text.substring(0, 40) + "…" : text;
  }

  private char peek(int ahead) {
    return at + ahead < script.length() ? script.charAt(at + ahead) : '\0';
  }

  private static boolean isWordStart(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 0x80;
  }

  private static boolean isWordPart(char c) {
    return isWordStart(c) || (c >= '0' && c <= '9') || c == '$';
  }

  private void advance() {
    if (script.charAt(at) == '\n') {
      line++;
    }
    at++;
  }

  private void skipBlanksAndComments() throws ScriptFault {
    while (at < script.length()) {
      char c = script.charAt(at);
      if (c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f' || c == 0x0b) {
        advance();
      } else if (c == '-' && peek(1) == '-') {
        int start = at;
        while (at < script.length() && script.charAt(at) != '\n') {
          at++;
        }
        Directive directive = Directive.in(script, start, at, line);
        if (directive != null) {
          directives.add(new Found(start, directive));
        }
      } else if (c == '/' && peek(1) == '*') {
        blockComment();
      } else {
        return;
      }
    }
  }

  private void blockComment() throws ScriptFault {
    int opened = line;
    int depth = 0;
    do {
      if (at >= script.length()) {
        throw new ScriptFault(
            opened, "a comment (/*) that begins here does not end", "close it with */");
      }
      if (script.charAt(at) == '/' && peek(1) == '*') {
        depth++;
        at += 2;
      } else if (script.charAt(at) == '*' && peek(1) == '/') {
        depth--;
        at += 2;
      } else {
        advance();
      }
    } while (depth > 0);
  }

  private void string(boolean escapes, int opened) throws ScriptFault {
    while (at < script.length()) {
      char c = script.charAt(at);
      if (escapes && c == '\\' && at + 1 < script.length()) {
        at++;
        advance();
      } else if (c == '\'') {
        at++;
        if (at < script.length() && script.charAt(at) == '\'') {
          at++;
        } else {
          return;
        }
      } else {
        advance();
      }
    }
    throw new ScriptFault(
        opened,
        "a string that begins here does not end",
        "close it with ' (a ' inside is written '')");
  }

  private void quotedName(int opened) throws ScriptFault {
    while (at < script.length()) {
      if (script.charAt(at) == '"') {
        at++;
        if (at < script.length() && script.charAt(at) == '"') {
          at++;
        } else {
          return;
        }
      } else {
        advance();
      }
    }
    throw new ScriptFault(
        opened, "a quoted name that begins here does not end", "close it with \"");
  }

  /** The tag with both dollars when a dollar-quoted string begins here; null otherwise. */
  private String dollarTag() {
    int end = at + 1;
    if (end < script.length() && script.charAt(end) >= '0' && script.charAt(end) <= '9') {
      return null; // a parameter: $1
    }
    while (end < script.length() && isWordPart(script.charAt(end)) && script.charAt(end) != '$') {
      end++;
    }
    return end < script.length() && script.charAt(end) == '$'
        ? script.substring(at, end + 1)
        : null;
  }

  private void dollarString(String tag, int opened) throws ScriptFault {
    int end = script.indexOf(tag, at + tag.length());
    if (end < 0) {
      throw new ScriptFault(
          opened,
          "a string that begins here with " + tag + " does not end",
          "close it with " + tag);
    }
    while (at < end + tag.length()) {
      advance();
    }
  }
}
