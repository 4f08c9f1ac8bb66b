package dev.schemaward.engine.recover;

import dev.schemaward.engine.connect.Session;
import dev.schemaward.engine.sql.Statement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Asks the catalogue what of a list of statements is there. Reads only. */
public final class EffectReader {
  /** Target lists are limited to 1,664 entries; and a message should stay small. */
  private static final int STATEMENTS_PER_QUERY = 400;

  private EffectReader() {}

  /** One effect a statement, in order. */
  public static List<Effect> read(Session session, List<Statement> statements) throws SQLException {
    List<Effect> effects = new ArrayList<>();
    for (int from = 0; from < statements.size(); from += STATEMENTS_PER_QUERY) {
      List<Statement> some =
          statements.subList(from, Math.min(from + STATEMENTS_PER_QUERY, statements.size()));
      List<String> queries = some.stream().map(EffectQuery::of).toList();
      String[] row = session.row("SELECT (" + String.join("), (", queries) + ")");
      for (int i = 0; i < some.size(); i++) {
        effects.add(
            switch (some.get(i).kind().execution()) {
              case BEGIN, COMMIT, ROLLBACK, SAVEPOINT, SESSION -> Effect.NONE;
              case TRANSACTIONAL, NON_TRANSACTIONAL, ENUM_VALUE, BATCH ->
                  row[i] == null
                      ? Effect.UNKNOWN
                      : row[i].equals("t") ? Effect.SEEN : Effect.ABSENT;
            });
      }
    }
    return effects;
  }

  /** True when the catalogue can tell at all. */
  public static boolean canTell(Statement statement) {
    return !EffectQuery.of(statement).equals(EffectQuery.UNKNOWN);
  }
}
