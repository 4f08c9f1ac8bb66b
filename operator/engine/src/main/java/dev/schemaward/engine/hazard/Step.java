package dev.schemaward.engine.hazard;

import dev.schemaward.engine.bundle.Migration;
import dev.schemaward.engine.shadow.StatementEffects;
import dev.schemaward.engine.sql.Name;
import dev.schemaward.engine.sql.Statement;
import dev.schemaward.engine.sql.command.Command;
import java.util.List;
import java.util.Locale;

/**
 * A statement of the plan, and everything that is known when it is judged.
 *
 * @param file what all statements of the file ask for, in order
 * @param schema as it is just before the statement
 * @param transaction in which it runs; what ran before it is in there, it itself is not yet
 * @param effects what a shadow database showed; null when none was asked
 * @param major of the server, for example 18
 */
record Step(
    Migration migration,
    Statement statement,
    Command command,
    List<Command> file,
    PlanSchema schema,
    Transaction transaction,
    StatementEffects effects,
    int major) {
  private static final long MEGABYTE = 1_000_000;

  /** What the statements behind this one in its file ask for. */
  List<Command> later() {
    return file.subList(statement.index(), file.size());
  }

  /** True when the shadow showed what it does. */
  boolean measured() {
    return effects != null && effects.measured();
  }

  /** The table for a message, with its size where known: {@code orders (48 GB)}. */
  String named(Name table) {
    long bytes = schema.bytes(table);
    return bytes < MEGABYTE ? table.toString() : table + " (" + size(bytes) + ")";
  }

  /** How long this takes on this table, for the end of a message; empty when nobody knows. */
  String time(Name table, Harm harm) {
    double seconds = seconds(table, harm);
    if (seconds < 0) {
      return "";
    }
    if (seconds < 1) {
      return ", less than a second";
    }
    if (seconds < 90) {
      return ", about " + Math.round(seconds) + " s";
    }
    return seconds < 5400
        ? ", about " + Math.round(seconds / 60) + " min"
        : ", about " + Math.round(seconds / 3600) + " h";
  }

  /** Seconds that this takes on this table, roughly; -1 when nobody knows. */
  double seconds(Name table, Harm harm) {
    long bytes = schema.bytes(table);
    return bytes < 0 ? -1 : harm.seconds(bytes);
  }

  /** For example {@code 48 GB}. */
  static String size(long bytes) {
    String[] units = {"MB", "GB", "TB", "PB"};
    double value = (double) bytes / MEGABYTE;
    int unit = 0;
    while (value >= 1000 && unit < units.length - 1) {
      value /= 1000;
      unit++;
    }
    return value < 10
        ? String.format(Locale.ROOT, "%.1f %s", value, units[unit])
        : String.format(Locale.ROOT, "%.0f %s", value, units[unit]);
  }
}
