package dev.schemaward.engine.history;

import dev.schemaward.engine.bundle.Bundle;
import dev.schemaward.engine.bundle.Migration;
import dev.schemaward.engine.connect.Session;
import dev.schemaward.engine.connect.Sql;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Our own attempts as the ledger has them, for tools whose history has no row, or none of ours, for
 * a migration that was begun.
 */
final class OwnAttempts {
  private record Attempt(
      String historyId, String migration, boolean finished, String transaction, boolean journal) {}

  private final List<Attempt> attempts = new ArrayList<>();

  private OwnAttempts() {}

  /** Reads those of a schema; none when there is no ledger. */
  static OwnAttempts read(Session session, String schema) throws SQLException {
    OwnAttempts own = new OwnAttempts();
    if (session.row("SELECT to_regclass('schemaward.attempt')::text")[0] == null) {
      return own;
    }
    for (String[] row :
        session.rows(
            "SELECT history_id, migration, finished_at IS NOT NULL, xmin::text, EXISTS (SELECT FROM"
                + " schemaward.statement s WHERE s.history_id = a.history_id) FROM"
                + " schemaward.attempt a WHERE schema_name = "
                + Sql.literal(schema)
                + " ORDER BY started_at")) {
      own.attempts.add(new Attempt(row[0], row[1], row[2].equals("t"), row[3], row[4].equals("t")));
    }
    return own;
  }

  /**
   * The id of the attempt that was recorded in the same transaction as a row of the tool's history:
   * then that row is ours, and no other tool's.
   *
   * @param transaction the row's {@code xmin}
   */
  Optional<String> begunIn(String transaction) {
    return attempts.stream()
        .filter(attempt -> !attempt.finished() && attempt.transaction().equals(transaction))
        .map(Attempt::historyId)
        .findFirst();
  }

  /**
   * Open rows for what was begun, has something to go on from, and is neither applied nor open in
   * the tool's history.
   *
   * @param known names that need none
   */
  List<HistoryRow> open(Bundle bundle, Set<String> known) {
    Map<String, Attempt> newest = new HashMap<>();
    attempts.forEach(attempt -> newest.put(attempt.migration(), attempt));
    List<HistoryRow> rows = new ArrayList<>();
    for (Migration migration : bundle.migrations()) {
      Attempt attempt = newest.get(migration.name());
      if (attempt != null
          && !attempt.finished()
          && attempt.journal()
          && !known.contains(migration.name())) {
        rows.add(new HistoryRow(attempt.historyId(), migration.name(), null, false, false));
      }
    }
    return rows;
  }
}
