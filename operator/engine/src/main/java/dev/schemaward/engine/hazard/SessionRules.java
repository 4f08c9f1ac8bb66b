package dev.schemaward.engine.hazard;

import dev.schemaward.engine.sql.command.Command;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a file does to the session in which it and later files run. */
final class SessionRules {
  /** PostgreSQL's default deadlock_timeout, in milliseconds. */
  private static final double DEADLOCK_TIMEOUT = 1000;

  private static final Pattern DURATION =
      Pattern.compile("'?\\s*(\\d+(?:\\.\\d+)?)\\s*(us|ms|s|min|h|d)?\\s*'?");

  static final List<Rule> RULES =
      List.of(
          Rule.on(
              "no-lock-timeout",
              Severity.BLOCK,
              HazardClass.LOCK,
              Command.SetParameter.class,
              SessionRules::noTimeout),
          Rule.on(
              "lock-timeout-below-deadlock-timeout",
              Severity.WARN,
              HazardClass.LOCK,
              Command.SetParameter.class,
              SessionRules::shortTimeout),
          Rule.on(
              "session-leak",
              Severity.WARN,
              HazardClass.TRANSACTION,
              Command.SetParameter.class,
              SessionRules::leak),
          Rule.on(
              "advisory-lock-wait-vs-cic",
              Severity.BLOCK,
              HazardClass.LOCK,
              Command.Query.class,
              SessionRules::advisoryLock));

  private SessionRules() {}

  /** Milliseconds of a lock_timeout; 0 when it is switched off; -1 when it is not a number. */
  private static double milliseconds(String value) {
    Matcher matcher = DURATION.matcher(value.strip());
    if (!matcher.matches()) {
      return -1;
    }
    double number = Double.parseDouble(matcher.group(1));
    String unit = matcher.group(2) == null ? "ms" : matcher.group(2);
    return switch (unit) {
      case "us" -> number / 1000;
      case "s" -> number * 1000;
      case "min" -> number * 60_000;
      case "h" -> number * 3_600_000;
      case "d" -> number * 86_400_000;
      default -> number;
    };
  }

  private static void noTimeout(Step step, Command.SetParameter set, Report report) {
    boolean own = set.parameter().equals("lock_timeout");
    boolean off =
        set.parameter().equals("all")
            || (own
                && (set.value() == null
                    || set.value().toUpperCase(Locale.ROOT).equals("DEFAULT")
                    || milliseconds(set.value()) == 0));
    if (off) {
      report.add(
          null,
          "switches lock_timeout off: a statement that then waits for a lock makes every later"
              + " query on that table wait behind it",
          "leave it out: the runner sets lock_timeout, in steps, and tries again");
    }
  }

  private static void shortTimeout(Step step, Command.SetParameter set, Report report) {
    if (!set.parameter().equals("lock_timeout") || set.value() == null) {
      return;
    }
    double wait = milliseconds(set.value());
    if (wait > 0 && wait <= DEADLOCK_TIMEOUT) {
      report.add(
          null,
          "waits for a lock no longer than deadlock_timeout (1 s), and autovacuum gives way only"
              + " after that: on a table that is being vacuumed it never gets in",
          "SET LOCAL lock_timeout = '2s';");
    }
  }

  private static void leak(Step step, Command.SetParameter set, Report report) {
    if (set.local() || set.value() == null) {
      return;
    }
    boolean harmful =
        Set.of("search_path", "role", "session_replication_role").contains(set.parameter());
    report.add(
        harmful ? Severity.WARN : Severity.INFORM,
        null,
        "sets " + set.parameter() + " for the whole session: later files run with it too",
        set.parameter().equals("role")
            ? "SET LOCAL ROLE " + set.value() + ";"
            : "SET LOCAL " + set.parameter() + " = " + set.value() + ";");
  }

  private static void advisoryLock(Step step, Command.Query query, Report report) {
    for (String function : query.functions()) {
      if (function.equals("pg_advisory_lock") || function.equals("pg_advisory_xact_lock")) {
        report.add(
            null,
            "waits for an advisory lock with a snapshot open: CREATE INDEX CONCURRENTLY of"
                + " another run waits for it, and one of them is killed (40P01)",
            "leave it out: the runner holds a lock of its own; or ask again and again with"
                + " pg_try_advisory_lock");
      }
    }
  }
}
