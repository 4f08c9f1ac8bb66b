package dev.schemaward.engine.sql;

import dev.schemaward.engine.sql.Lexer.Token;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Reads one statement token by token: words, names, parts in parentheses. Knows no grammar; those
 * who do ({@code sql.command}) read with it. Comments and white space are never seen. Not safe for
 * use by several threads.
 */
public final class TokenReader {
  private final String text;
  private final List<Token> tokens;
  private int at;

  /**
   * A reader at the start of this text.
   *
   * @throws IllegalArgumentException when the text is no statement that {@link StatementSplitter}
   *     could have given: a string or comment in it does not end
   */
  public TokenReader(String text) {
    this.text = text;
    try {
      this.tokens = Lexer.tokens(text);
    } catch (ScriptFault e) {
      throw new IllegalArgumentException("not a statement: " + e.getMessage(), e);
    }
  }

  /** True when everything was read. */
  public boolean atEnd() {
    return at >= tokens.size();
  }

  /** Where the reader stands; for {@link #reset} and {@link #textSince}. */
  public int mark() {
    return at;
  }

  /** Goes back to a mark. */
  public void reset(int mark) {
    at = mark;
  }

  /** True when these words come next, in this order, in any case, unquoted. */
  public boolean sees(String... words) {
    for (int i = 0; i < words.length; i++) {
      if (at + i >= tokens.size() || !tokens.get(at + i).isWord(text, words[i])) {
        return false;
      }
    }
    return true;
  }

  /** Reads these words when they come next; reads nothing otherwise. */
  public boolean take(String... words) {
    if (!sees(words)) {
      return false;
    }
    at += words.length;
    return true;
  }

  /** True when one of these words comes next. */
  public boolean seesAny(String... words) {
    for (String word : words) {
      if (sees(word)) {
        return true;
      }
    }
    return false;
  }

  /** True when this symbol comes next. */
  public boolean seesSymbol(char symbol) {
    return at < tokens.size() && tokens.get(at).is(text, symbol);
  }

  /** Reads this symbol when it comes next. */
  public boolean takeSymbol(char symbol) {
    if (!seesSymbol(symbol)) {
      return false;
    }
    at++;
    return true;
  }

  /** The next word in upper case, not read; empty when something else comes, or nothing. */
  public String peekWord() {
    return at < tokens.size() && tokens.get(at).type() == Lexer.Type.WORD
        ? tokens.get(at).text(text).toUpperCase(Locale.ROOT)
        : "";
  }

  /** Reads the next token, whatever it is. */
  public void skip() {
    if (!atEnd()) {
      at++;
    }
  }

  /** Reads the next token and says how it is written; empty at the end. */
  public String next() {
    return atEnd() ? "" : tokens.get(at++).text(text);
  }

  /** True when a string constant comes next. */
  public boolean seesString() {
    return !atEnd() && tokens.get(at).type() == Lexer.Type.STRING;
  }

  /** True when a quoted name comes next. */
  public boolean seesQuotedName() {
    return !atEnd() && tokens.get(at).type() == Lexer.Type.QUOTED_NAME;
  }

  /**
   * Reads an identifier as the catalogue would call it: lower case unless quoted; null, and nothing
   * is read, when none comes next.
   */
  public String identifier() {
    if (atEnd()) {
      return null;
    }
    Token token = tokens.get(at);
    String written = token.text(text);
    if (token.type() == Lexer.Type.WORD) {
      at++;
      return written.toLowerCase(Locale.ROOT);
    }
    if (token.type() == Lexer.Type.QUOTED_NAME) {
      at++;
      int quote = written.indexOf('"');
      return written.substring(quote + 1, written.length() - 1).replace("\"\"", "\"");
    }
    return null;
  }

  /** Reads a name, qualified or not; null, and nothing is read, when none comes next. */
  public Name name() {
    String first = identifier();
    if (first == null) {
      return null;
    }
    List<String> parts = new ArrayList<>(List.of(first));
    while (seesSymbol('.')) {
      int dot = at++;
      String part = identifier();
      if (part == null) {
        at = dot;
        break;
      }
      parts.add(part);
    }
    // database.schema.table: the database can only be the current one
    return parts.size() == 1
        ? new Name(null, first)
        : new Name(parts.get(parts.size() - 2), parts.getLast());
  }

  /** Reads names separated by commas; each may have ONLY before it and {@code *} behind it. */
  public List<Name> names() {
    List<Name> names = new ArrayList<>();
    do {
      take("ONLY");
      Name name = name();
      if (name == null) {
        break;
      }
      takeSymbol('*');
      names.add(name);
    } while (takeSymbol(','));
    return names;
  }

  /**
   * Reads identifiers in parentheses; empty, and nothing is read, when no parenthesis comes next.
   * What is not a plain identifier (an expression) is the empty string.
   */
  public List<String> identifiers() {
    List<String> identifiers = new ArrayList<>();
    if (!seesSymbol('(')) {
      return identifiers;
    }
    at++;
    while (!atEnd() && !seesSymbol(')')) {
      int mark = at;
      String identifier = identifier();
      boolean expression = identifier == null || seesSymbol('(') || seesSymbol('.');
      at = mark;
      element();
      identifiers.add(expression ? "" : identifier);
      takeSymbol(',');
    }
    takeSymbol(')');
    return identifiers;
  }

  /**
   * Reads a part in parentheses; its text without them, as written. Null, and nothing is read, when
   * no parenthesis comes next.
   */
  public String parenthesised() {
    if (!seesSymbol('(')) {
      return null;
    }
    int open = at;
    skipParenthesised();
    int close = at - 1;
    return close > open + 1 ? slice(open + 1, close) : "";
  }

  /** Reads what comes next: a token, or a whole part in parentheses or brackets. */
  public void skipBalanced() {
    if (seesSymbol('(') || seesSymbol('[')) {
      skipParenthesised();
    } else {
      skip();
    }
  }

  /**
   * Reads up to, and not including, a comma, a closing parenthesis, one of these words, or the end,
   * none of them inside parentheses; the text as written.
   */
  public String element(String... stops) {
    int from = at;
    while (!atEnd() && !seesSymbol(',') && !seesSymbol(')') && !seesSymbol(']')) {
      if (seesAny(stops)) {
        break;
      }
      skipBalanced();
    }
    return slice(from, at);
  }

  /** The text between a mark and where the reader stands, as written. */
  public String textSince(int mark) {
    return slice(mark, at);
  }

  /** Everything that was not read yet, as written. */
  public String rest() {
    int from = at;
    at = tokens.size();
    return slice(from, at);
  }

  /** True when this word comes anywhere later. Reads nothing. */
  public boolean hasLater(String word) {
    for (int i = at; i < tokens.size(); i++) {
      if (tokens.get(i).isWord(text, word)) {
        return true;
      }
    }
    return false;
  }

  /** True when this word comes later outside parentheses. Reads nothing. */
  public boolean hasLaterOutside(String word) {
    int mark = at;
    boolean found = false;
    while (!atEnd() && !found) {
      found = sees(word);
      skipBalanced();
    }
    at = mark;
    return found;
  }

  private void skipParenthesised() {
    int depth = 0;
    do {
      if (seesSymbol('(') || seesSymbol('[')) {
        depth++;
      } else if (seesSymbol(')') || seesSymbol(']')) {
        depth--;
      }
      at++;
    } while (depth > 0 && !atEnd());
  }

  private String slice(int from, int to) {
    return from >= to || from >= tokens.size()
        ? ""
        : text.substring(tokens.get(from).start(), tokens.get(to - 1).end());
  }
}
