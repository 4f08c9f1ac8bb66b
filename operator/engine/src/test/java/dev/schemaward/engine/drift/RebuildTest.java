package dev.schemaward.engine.drift;

import static org.assertj.core.api.Assertions.assertThat;

import dev.schemaward.engine.connect.Session;
import dev.schemaward.engine.drift.script.SchemaScript;
import dev.schemaward.testkit.postgres.PostgresServer;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A schema written out as statements and run on an empty database is the same schema. */
class RebuildTest {
  @ParameterizedTest
  @CsvSource({
    "14, every-kind.sql",
    "16, every-kind.sql",
    "18, every-kind.sql",
    "14, shop.sql",
    "18, shop.sql"
  })
  void whatIsWrittenOutIsTheSameSchema(int major, String schema) throws IOException, SQLException {
    try (DriftDatabase original = new DriftDatabase(major).sql(DriftKindsTest.resource(schema));
        DriftDatabase copy = new DriftDatabase(major);
        Session session = copy.session()) {
      SchemaSnapshot wanted = original.snapshot();
      SchemaScript script = SchemaScript.between(copy.snapshot(), wanted, PostgresServer.SUPERUSER);
      assertThat(script.refused()).isEmpty();
      run(session, script);
      assertThat(SchemaComparison.of(wanted, copy.snapshot()).drifts()).isEmpty();

      SchemaScript back =
          SchemaScript.between(
              copy.snapshot(),
              SchemaSnapshot.read(session, SchemaScope.of("nothing")),
              PostgresServer.SUPERUSER);
      assertThat(back.losesData()).isNotEmpty();
      List<String> tables =
          wanted.of(ObjectKind.TABLE).stream()
              .map(table -> "DROP TABLE " + table.identity())
              .toList();
      assertThat(back.statements()).containsAll(tables);
    }
  }

  static void run(Session session, SchemaScript script) throws SQLException {
    session.execute("BEGIN; SET LOCAL check_function_bodies = off");
    for (String statement : script.statements()) {
      try {
        session.execute(statement);
      } catch (SQLException e) {
        throw new SQLException(e.getMessage() + " in: " + statement + "\nof:\n" + script.text(), e);
      }
    }
    session.execute("COMMIT");
  }
}
