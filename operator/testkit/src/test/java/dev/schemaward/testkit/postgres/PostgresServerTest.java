package dev.schemaward.testkit.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PostgresServerTest {
  @ParameterizedTest
  @ValueSource(ints = {14, 15, 16, 17, 18})
  void everyMajorStartsAndAnswers(int major) throws SQLException {
    try (PostgresServer server = PostgresServer.start(major);
        Connection connection = server.connect(server.createDatabase())) {
      assertThat(connection.getMetaData().getDatabaseMajorVersion()).isEqualTo(major);
    }
  }

  @Test
  void dataThatWasCommittedSurvivesAKilledServer() throws SQLException {
    try (PostgresServer server = PostgresServer.start(18, Map.of("application_name", "x"))) {
      String database = server.createDatabase();
      server.execute(database, "create table t (id int); insert into t values (1)");
      server.stopImmediate();
      server.restart();
      try (Connection connection = server.connect(database);
          ResultSet rows = connection.createStatement().executeQuery("select id from t")) {
        assertThat(rows.next()).isTrue();
      }
    }
  }
}
