package dev.schemaward.engine.hazard;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What to write instead, as SQL: one or more migrations. As text, the migrations stand one after
 * the other with {@link #NEXT} between them; SQL always ends with a semicolon, and advice that is
 * no SQL never does.
 */
final class SaferWay {
  /** Stands between two migrations: each is a transaction of its own. */
  static final String NEXT = "-- in the next migration:";

  private SaferWay() {}

  /** The text of these migrations, each of one or more statements; empty ones are left out. */
  static String of(String... migrations) {
    return String.join(
        "\n" + NEXT + "\n",
        Arrays.stream(migrations).filter(migration -> !migration.isEmpty()).toList());
  }

  /** The migrations of such a text; empty when it is advice and not SQL. */
  static List<String> migrations(String saferWay) {
    if (saferWay == null || !saferWay.endsWith(";")) {
      return List.of();
    }
    return new ArrayList<>(Arrays.asList(saferWay.split("\n" + NEXT + "\n", -1)));
  }
}
