package dev.schemaward.engine.shadow;

import dev.schemaward.engine.connect.ServerErrors;
import dev.schemaward.engine.connect.SqlStateClass;
import java.sql.SQLException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What it means that a statement failed on the shadow. The shadow is a bare server that was built
 * from the bundle: some things fail only there, and must not be told as the file's fault.
 */
sealed interface Setback {
  /** The file is wrong: it fails on the target too. */
  record File(String sqlState, String message, boolean missesObject) implements Setback {}

  /** A role that the target surely has is missing; with it the statement can be tried again. */
  record MissingRole(String role) implements Setback {}

  /**
   * It fails here and says nothing about the target.
   *
   * @param reason one sentence
   */
  record OnlyHere(String reason) implements Setback {}

  /** The server is gone. */
  record Died(String message) implements Setback {}

  Pattern ROLE = Pattern.compile("role \"(?<name>.+)\" does not exist");

  /** Kinds of objects that a server has or has not, whatever the migrations do. */
  Pattern OF_THE_SERVER =
      Pattern.compile(
          "^(role|tablespace|collation|access method|language|extension|foreign-data wrapper|server"
              + "|text search|publication|subscription|conversion|encoding|locale|parameter)\\b.*");

  String BARE = "the shadow is a bare server";

  /**
   * Judges an error.
   *
   * @param incomplete true when something before it could not run here, so that what it needs may
   *     be missing only here
   */
  static Setback of(SQLException e, boolean incomplete) {
    String state = e.getSQLState();
    String message = ServerErrors.message(e);
    if (SqlStateClass.of(state) == SqlStateClass.CONNECTION_LOST) {
      return new Died(message);
    }
    Matcher role = ROLE.matcher(message);
    if (state.equals("42704") && role.find()) {
      return new MissingRole(role.group("name"));
    }
    String said = message + " (SQLSTATE " + state + ")";
    return environment(state, message)
        .<Setback>map(why -> new OnlyHere(why + ": " + said))
        .orElseGet(
            () ->
                incomplete && (missesObject(state) || findsObject(state))
                    ? new OnlyHere("it needs what could not run on the shadow before it: " + said)
                    : new File(state, message, missesObject(state)));
  }

  private static Optional<String> environment(String state, String message) {
    String why =
        switch (state) {
          case "42501" -> "migrations have fewer rights on the shadow";
          case "57014" -> "it did not end in time on the shadow";
          case "3D000", "58P01", "55000", "0LP01", "25006" -> "the shadow is another server";
          case "42704" -> OF_THE_SERVER.matcher(message).matches() ? BARE : null;
          case "0A000" ->
              message.contains("is not available")
                      || message.contains("not supported by this build")
                  ? BARE
                  : null;
          // Rows cannot cause these: an enum label used too early, a table in use by its own
          // session.
          case "55P04", "55006" -> null;
          default ->
              switch (state.substring(0, 2)) {
                case "53", "54", "58", "40", "55" -> "the shadow has narrow limits";
                case "28", "38", "39", "F0", "HV", "XX" -> "the shadow is another server";
                case "21", "22", "23", "02", "P0", "44" ->
                    "it failed on the shadow, which has no rows";
                default -> null;
              };
        };
    return Optional.ofNullable(why);
  }

  /** Undefined table, column, function, schema, type … */
  private static boolean missesObject(String state) {
    return switch (state) {
      case "42P01", "42703", "42883", "42704", "3F000" -> true;
      default -> false;
    };
  }

  /** Table, column, function, other object that exists already: its DROP may not have run. */
  private static boolean findsObject(String state) {
    return switch (state) {
      case "42P07", "42701", "42710", "42723", "42P06" -> true;
      default -> false;
    };
  }
}
