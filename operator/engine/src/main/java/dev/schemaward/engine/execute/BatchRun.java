package dev.schemaward.engine.execute;

import dev.schemaward.engine.connect.Session;
import dev.schemaward.engine.connect.Sql;
import dev.schemaward.engine.ledger.Ledger;
import dev.schemaward.engine.sql.BatchStatement;
import dev.schemaward.engine.sql.Statement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Walks an UPDATE or DELETE over a table in ranges of its primary key, each range in a transaction
 * of its own together with the ledger's note of how far it came: after a kill it goes on behind the
 * last committed range. Ranges grow and shrink so that each takes about half a second; it pauses
 * between them, and longer while standbys fall behind.
 */
final class BatchRun {
  private static final int FIRST_SIZE = 500;
  private static final int SMALLEST = 10;
  private static final int LARGEST = 50_000;
  private static final Duration QUICK = Duration.ofMillis(250);
  private static final Duration SLOW = Duration.ofSeconds(1);

  /** How far a standby may fall behind before the walk waits for it. */
  private static final Duration MAX_LAG = Duration.ofSeconds(10);

  private final Session session;
  private final BatchStatement statement;
  private final String historyId;
  private final int index;
  private final List<String> columns;
  private final List<String> types;
  private final long estimatedRows;
  private List<String> lastKey;
  private long visited;
  private long changed;
  private int size = FIRST_SIZE;

  private BatchRun(
      Session session,
      BatchStatement statement,
      String historyId,
      int index,
      List<String> columns,
      List<String> types,
      long estimatedRows) {
    this.session = session;
    this.statement = statement;
    this.historyId = historyId;
    this.index = index;
    this.columns = columns;
    this.types = types;
    this.estimatedRows = estimatedRows;
  }

  /**
   * Gets ready to go on where the ledger says.
   *
   * @return empty when the table has no primary key to walk along
   */
  static Optional<BatchRun> prepare(Session session, String historyId, Statement marked)
      throws SQLException {
    BatchStatement statement = BatchStatement.of(marked);
    List<String[]> key =
        session.rows(
            "SELECT quote_ident(a.attname), format_type(a.atttypid, a.atttypmod),"
                + " c.reltuples::bigint FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON"
                + " c.oid = i.indrelid, unnest(i.indkey::int2[]) WITH ORDINALITY k(attnum, place)"
                + " JOIN pg_catalog.pg_attribute a ON a.attnum = k.attnum WHERE a.attrelid ="
                + " i.indrelid AND i.indisprimary AND k.place <= i.indnkeyatts AND i.indrelid ="
                + " to_regclass("
                + Sql.literal(statement.table())
                + ") ORDER BY k.place");
    if (key.isEmpty()) {
      return Optional.empty();
    }
    BatchRun run =
        new BatchRun(
            session,
            statement,
            historyId,
            marked.index(),
            key.stream().map(row -> row[0]).toList(),
            key.stream().map(row -> row[1]).toList(),
            Long.parseLong(key.getFirst()[2]));
    session.execute(Ledger.journalBatches(historyId, marked));
    run.read();
    return Optional.of(run);
  }

  private void read() throws SQLException {
    List<String[]> rows =
        session.rows(
            "SELECT visited::text, changed::text, k.part FROM schemaward.statement LEFT JOIN"
                + " LATERAL unnest(done_key) WITH ORDINALITY k(part, place) ON true WHERE"
                + " history_id = "
                + Sql.literal(historyId)
                + " AND idx = "
                + index
                + " ORDER BY k.place");
    String[] first = rows.getFirst();
    visited = first[0] == null ? 0 : Long.parseLong(first[0]);
    changed = first[1] == null ? 0 : Long.parseLong(first[1]);
    lastKey = first[2] == null ? null : rows.stream().map(row -> row[2]).toList();
  }

  /** Rows that were looked at. */
  long visited() {
    return visited;
  }

  /** Rows that were changed. */
  long changed() {
    return changed;
  }

  /** About how many rows the table has; -1 when it was never analysed. */
  long estimatedRows() {
    return estimatedRows;
  }

  /** How far the farthest standby is behind; zero when there is none or it cannot be seen. */
  Duration lag() throws SQLException {
    String[] row =
        session.row(
            "SELECT coalesce(ceil(extract(epoch FROM max(replay_lag)) * 1000), 0)::bigint::text"
                + " FROM pg_catalog.pg_stat_replication");
    return Duration.ofMillis(Long.parseLong(row[0]));
  }

  /** True while standbys should be let catch up. */
  static boolean isTooFarBehind(Duration lag) {
    return lag.compareTo(MAX_LAG) > 0;
  }

  /**
   * Changes the next range of rows and commits.
   *
   * @param begin what opens the transaction
   * @param finishing what shares the last transaction
   * @return false when that was the last range
   */
  boolean step(String begin, String finishing) throws SQLException {
    long begun = System.nanoTime();
    Optional<List<String>> upper = upperKey();
    session.execute(begin);
    long rows = session.update(statement.with(range(upper)));
    long seen = upper.isPresent() ? size : rows;
    session.execute(
        upper.isPresent()
            ? Ledger.journalRange(historyId, index, upper.get(), visited + seen, changed + rows)
                + "; COMMIT"
            : Ledger.journalRange(
                    historyId,
                    index,
                    lastKey == null ? List.of() : lastKey,
                    visited + seen,
                    changed + rows)
                + "; "
                + finishing
                + "; COMMIT");
    visited += seen;
    changed += rows;
    lastKey = upper.orElse(lastKey);
    adapt(Duration.ofNanos(System.nanoTime() - begun));
    return upper.isPresent();
  }

  /** Takes smaller ranges: the last one was in somebody's way. */
  void shrink() {
    size = Math.max(SMALLEST, size / 2);
  }

  private void adapt(Duration took) {
    if (took.compareTo(SLOW) > 0) {
      shrink();
    } else if (took.compareTo(QUICK) < 0) {
      size = Math.min(LARGEST, size * 2);
    }
  }

  /** The key that ends the next range; empty when fewer rows than a range are left. */
  private Optional<List<String>> upperKey() throws SQLException {
    String list = String.join(", ", columns);
    String text =
        columns.stream()
            .map(column -> column + "::text")
            .reduce((a, b) -> a + ", " + b)
            .orElseThrow();
    return session
        .firstRow(
            "SELECT "
                + text
                + " FROM "
                + statement.table()
                + (lastKey == null ? "" : " WHERE (" + list + ") > " + row(lastKey))
                + " ORDER BY "
                + list
                + " OFFSET "
                + (size - 1)
                + " LIMIT 1")
        .map(Arrays::asList);
  }

  private String range(Optional<List<String>> upper) {
    String key =
        "("
            + columns.stream()
                .map(column -> statement.alias() + "." + column)
                .reduce((a, b) -> a + ", " + b)
                .orElseThrow()
            + ")";
    List<String> conditions = new ArrayList<>();
    if (lastKey != null) {
      conditions.add(key + " > " + row(lastKey));
    }
    upper.ifPresent(to -> conditions.add(key + " <= " + row(to)));
    return conditions.isEmpty() ? "true" : String.join(" AND ", conditions);
  }

  private String row(List<String> key) {
    return IntStream.range(0, key.size())
        .mapToObj(i -> Sql.literal(key.get(i)) + "::" + types.get(i))
        .reduce((a, b) -> a + ", " + b)
        .map(values -> "(" + values + ")")
        .orElseThrow();
  }
}
