package dev.schemaward.engine.sql;

import dev.schemaward.engine.sql.Lexer.Token;
import java.util.Locale;

/**
 * A statement's text for pattern matching: tokens separated by one space, without comments, words
 * in upper case, quoted names as written, every string constant as {@code ''}. A pattern can then
 * not be fooled by what stands in a string or a comment.
 */
public final class NormalizedText {
  private NormalizedText() {}

  /** The normal form of one statement that {@link StatementSplitter} gave. */
  public static String of(Statement statement) {
    String text = statement.text();
    StringBuilder normal = new StringBuilder(text.length());
    try {
      for (Token token : Lexer.tokens(text)) {
        if (!normal.isEmpty()) {
          normal.append(' ');
        }
        switch (token.type()) {
          case STRING -> normal.append("''");
          case WORD -> normal.append(token.text(text).toUpperCase(Locale.ROOT));
          case QUOTED_NAME, NUMBER, SYMBOL -> normal.append(token.text(text));
        }
      }
    } catch (ScriptFault e) {
      throw new IllegalArgumentException("not a statement: " + e.getMessage(), e);
    }
    return normal.toString();
  }
}
