package dev.schemaward.engine.sql;

import dev.schemaward.engine.sql.Lexer.Token;
import dev.schemaward.engine.sql.StatementKind.Execution;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Says what a statement is and how it must be run, from its words alone. Which statements refuse a
 * transaction block was measured on PostgreSQL 13 to 18. Not a parser: the server is one.
 */
final class Classifier {
  /** Second words that make up a command tag with CREATE, ALTER, DROP, after noise words. */
  private static final Set<String> NOISE =
      Set.of(
          "OR",
          "REPLACE",
          "TEMP",
          "TEMPORARY",
          "UNLOGGED",
          "GLOBAL",
          "LOCAL",
          "UNIQUE",
          "RECURSIVE",
          "TRUSTED",
          "PROCEDURAL",
          "CONSTRAINT",
          "DEFAULT");

  private static final Set<String> TWO_WORD_OBJECTS =
      Set.of(
          "MATERIALIZED VIEW",
          "FOREIGN TABLE",
          "EVENT TRIGGER",
          "ACCESS METHOD",
          "TEXT SEARCH",
          "FOREIGN DATA",
          "USER MAPPING",
          "LARGE OBJECT",
          "OPERATOR CLASS",
          "OPERATOR FAMILY",
          "DEFAULT PRIVILEGES",
          "OWNED BY");

  private final String script;
  private final List<Token> tokens;

  private Classifier(String script, List<Token> tokens) {
    this.script = script;
    this.tokens = tokens;
  }

  static StatementKind classify(String script, List<Token> tokens) {
    return new Classifier(script, tokens).classify();
  }

  private StatementKind classify() {
    String first = word(0);
    switch (first) {
      case "BEGIN" -> {
        return kind("BEGIN", Execution.BEGIN);
      }
      case "START" -> {
        return kind("BEGIN", Execution.BEGIN);
      }
      case "COMMIT", "END" -> {
        return word(1).equals("PREPARED")
            ? kind("COMMIT PREPARED", Execution.NON_TRANSACTIONAL)
            : kind("COMMIT", Execution.COMMIT);
      }
      case "ROLLBACK", "ABORT" -> {
        if (word(1).equals("PREPARED")) {
          return kind("ROLLBACK PREPARED", Execution.NON_TRANSACTIONAL);
        }
        return has("TO")
            ? kind("ROLLBACK TO SAVEPOINT", Execution.SAVEPOINT)
            : kind("ROLLBACK", Execution.ROLLBACK);
      }
      case "PREPARE" -> {
        return word(1).equals("TRANSACTION")
            ? kind("PREPARE TRANSACTION", Execution.COMMIT)
            : kind("PREPARE", Execution.TRANSACTIONAL);
      }
      case "SAVEPOINT", "RELEASE" -> {
        return kind(first, Execution.SAVEPOINT);
      }
      case "SET" -> {
        boolean local = Set.of("LOCAL", "CONSTRAINTS", "TRANSACTION").contains(word(1));
        return kind("SET", local ? Execution.TRANSACTIONAL : Execution.SESSION);
      }
      case "RESET" -> {
        return kind("RESET", Execution.SESSION);
      }
      case "DISCARD" -> {
        return kind(
            "DISCARD", word(1).equals("ALL") ? Execution.NON_TRANSACTIONAL : Execution.SESSION);
      }
      case "VACUUM" -> {
        return kind("VACUUM", Execution.NON_TRANSACTIONAL, nameAfter("VACUUM"));
      }
      case "CHECKPOINT" -> {
        return kind("CHECKPOINT", Execution.TRANSACTIONAL);
      }
      case "CLUSTER" -> {
        boolean bare = tokens.size() == 1 || (tokens.size() == 2 && word(1).equals("VERBOSE"));
        return kind("CLUSTER", bare ? Execution.NON_TRANSACTIONAL : Execution.TRANSACTIONAL);
      }
      case "REINDEX" -> {
        boolean alone = has("CONCURRENTLY") || has("SCHEMA") || has("DATABASE") || has("SYSTEM");
        // REINDEX of a partitioned relation refuses a block too (14+), and only the server knows
        // what is partitioned.
        return kind("REINDEX", alone ? Execution.NON_TRANSACTIONAL : Execution.TRANSACTIONAL);
      }
      case "SELECT" -> {
        return kind(
            "SELECT",
            has("SET_CONFIG") || has("PG_ADVISORY_LOCK")
                ? Execution.SESSION
                : Execution.TRANSACTIONAL);
      }
      case "CREATE", "ALTER", "DROP" -> {
        return definition(first);
      }
      case "REFRESH" -> {
        return kind("REFRESH MATERIALIZED VIEW", Execution.TRANSACTIONAL, nameAfter("VIEW"));
      }
      case "TRUNCATE" -> {
        return kind("TRUNCATE", Execution.TRANSACTIONAL, nameAfter("TRUNCATE"));
      }
      case "DELETE" -> {
        return kind("DELETE", Execution.TRANSACTIONAL, nameAfter("FROM"));
      }
      case "UPDATE" -> {
        return kind("UPDATE", Execution.TRANSACTIONAL, nameAfter("UPDATE"));
      }
      case "INSERT" -> {
        return kind("INSERT", Execution.TRANSACTIONAL, nameAfter("INTO"));
      }
      default -> {
        return kind(first.isEmpty() ? "?" : first, Execution.TRANSACTIONAL);
      }
    }
  }

  private StatementKind definition(String verb) {
    int at = 1;
    boolean unique = false;
    while (NOISE.contains(word(at))
        && !(word(at) + " " + word(at + 1)).equals("DEFAULT PRIVILEGES")) {
      unique |= word(at).equals("UNIQUE");
      at++;
    }
    String object = word(at);
    if (TWO_WORD_OBJECTS.contains(object + " " + word(at + 1))) {
      object += " " + word(at + 1);
      at++;
    }
    String command = verb + " " + object;
    int nameAt = at + 1;
    while (Set.of("IF", "NOT", "EXISTS", "CONCURRENTLY", "ONLY").contains(word(nameAt))) {
      nameAt++;
    }
    String name = object.equals("INDEX") && word(nameAt).equals("ON") ? null : nameAt(nameAt);
    Execution execution =
        switch (command) {
          case "CREATE INDEX", "DROP INDEX" ->
              word(at + 1).equals("CONCURRENTLY")
                  ? Execution.NON_TRANSACTIONAL
                  : Execution.TRANSACTIONAL;
          case "CREATE DATABASE",
              "DROP DATABASE",
              "CREATE TABLESPACE",
              "DROP TABLESPACE",
              "ALTER SYSTEM",
              "CREATE SUBSCRIPTION",
              "DROP SUBSCRIPTION" ->
              Execution.NON_TRANSACTIONAL;
          case "ALTER SUBSCRIPTION" ->
              has("REFRESH") || has("PUBLICATION")
                  ? Execution.NON_TRANSACTIONAL
                  : Execution.TRANSACTIONAL;
          case "ALTER DATABASE" ->
              has("TABLESPACE") ? Execution.NON_TRANSACTIONAL : Execution.TRANSACTIONAL;
          case "ALTER TABLE" ->
              has("DETACH") && lastWord().equals("CONCURRENTLY")
                  ? Execution.NON_TRANSACTIONAL
                  : Execution.TRANSACTIONAL;
          case "ALTER TYPE" ->
              hasSequence("ADD", "VALUE") ? Execution.ENUM_VALUE : Execution.TRANSACTIONAL;
          default -> Execution.TRANSACTIONAL;
        };
    return kind(unique ? verb + " UNIQUE " + object : command, execution, name);
  }

  private StatementKind kind(String command, Execution execution) {
    return kind(command, execution, null);
  }

  private static StatementKind kind(String command, Execution execution, String object) {
    return new StatementKind(
        command.replace("CREATE UNIQUE INDEX", "CREATE INDEX"),
        execution,
        object == null ? List.of() : List.of(object));
  }

  /** The word at this place in upper case; empty where there is something else, or nothing. */
  private String word(int index) {
    return index < tokens.size() && tokens.get(index).type() == Lexer.Type.WORD
        ? tokens.get(index).text(script).toUpperCase(Locale.ROOT)
        : "";
  }

  private String lastWord() {
    return word(tokens.size() - 1);
  }

  private boolean has(String word) {
    return tokens.stream().anyMatch(token -> token.isWord(script, word));
  }

  private boolean hasSequence(String one, String two) {
    for (int i = 0; i + 1 < tokens.size(); i++) {
      if (tokens.get(i).isWord(script, one) && tokens.get(i + 1).isWord(script, two)) {
        return true;
      }
    }
    return false;
  }

  private String nameAfter(String word) {
    for (int i = 0; i < tokens.size(); i++) {
      if (tokens.get(i).isWord(script, word)) {
        int at = i + 1;
        while (Set.of("TABLE", "ONLY", "CONCURRENTLY", "FULL", "FREEZE", "VERBOSE", "ANALYZE")
            .contains(word(at))) {
          at++;
        }
        return nameAt(at);
      }
    }
    return null;
  }

  /**
   * The possibly qualified name at this place: unquoted parts lower-cased, quoted ones as they are;
   * null for none.
   */
  private String nameAt(int index) {
    StringBuilder name = new StringBuilder();
    int at = index;
    while (at < tokens.size()) {
      Token token = tokens.get(at);
      if (token.type() == Lexer.Type.WORD) {
        name.append(token.text(script).toLowerCase(Locale.ROOT));
      } else if (token.type() == Lexer.Type.QUOTED_NAME && script.charAt(token.start()) == '"') {
        name.append(script, token.start() + 1, token.end() - 1);
      } else {
        return null;
      }
      if (at + 1 < tokens.size() && tokens.get(at + 1).is(script, '.')) {
        name.append('.');
        at += 2;
      } else {
        return name.toString().replace("\"\"", "\"");
      }
    }
    return null;
  }
}
