package dev.schemaward.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.schemaward.testkit.postgres.PostgresServer;
import dev.schemaward.testkit.postgres.SharedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged command as a process: signals, the result file, the next run. */
class CommandProcessTest {
  private static final Path COMMAND =
      Path.of(
          System.getProperty("schemaward.root"),
          "operator/runner/target/schemaward/bin/schemaward");
  private static final String SLOW =
      "create table before_it (id int); select pg_sleep(60); create table after_it (id int);";

  private final PostgresServer server = SharedPostgres.of(18);
  private final String database = server.createDatabase("process_" + System.nanoTime());
  @TempDir private Path work;

  private Process apply(String sql) throws IOException {
    Path bundle = Files.createDirectories(work.resolve("bundle"));
    Files.writeString(bundle.resolve("20260101000000_slow.sql"), sql);
    ProcessBuilder builder =
        new ProcessBuilder(
            COMMAND.toString(),
            "apply",
            "--bundle",
            bundle.toString(),
            "--result-file",
            work.resolve("result").toString());
    builder.environment().put("DATABASE_URL", server.url(database) + "?schema=public");
    return builder.redirectErrorStream(true).redirectOutput(work.resolve("log").toFile()).start();
  }

  private List<String> tables() throws SQLException {
    try (Connection connection = server.connect(database);
        ResultSet rows =
            connection
                .createStatement()
                .executeQuery(
                    "select coalesce(string_agg(tablename, ',' order by tablename), '') from"
                        + " pg_tables where schemaname = 'public' and tablename like '%_it'")) {
      rows.next();
      return List.of(rows.getString(1));
    }
  }

  private void awaitSleep(int sessions) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .until(
            () -> {
              try (Connection connection = server.connect("postgres");
                  ResultSet rows =
                      connection
                          .createStatement()
                          .executeQuery(
                              "select count(*) from pg_stat_activity where datname = '"
                                  + database
                                  + "' and query like 'select pg_sleep%' and state = 'active'")) {
                rows.next();
                return rows.getInt(1) == sessions;
              }
            });
  }

  @Test
  void toldToStopItCancelsUndoesSaysSoAndTheNextRunDoesItAll() throws Exception {
    Process process = apply(SLOW);
    awaitSleep(1);
    process.destroy(); // SIGTERM, as a drained node sends it
    assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(Files.readString(work.resolve("log"))).isEqualTo(75);
    assertThat(Files.readString(work.resolve("result"))).contains("\"reason\":\"Interrupted\"");
    assertThat(tables()).containsExactly("");

    Process again = apply(SLOW.replace("pg_sleep(60)", "pg_sleep(0)"));
    assertThat(again.waitFor()).isZero();
    assertThat(tables()).containsExactly("after_it,before_it");
  }

  @Test
  void killedItLeavesNoStatementRunningBehindIt() throws Exception {
    Process process = apply(SLOW);
    awaitSleep(1);
    process.destroyForcibly().waitFor();
    awaitSleep(
        0); // client_connection_check_interval; without it the server would finish and commit
    assertThat(tables()).containsExactly("");

    Process again = apply(SLOW.replace("pg_sleep(60)", "pg_sleep(0)"));
    assertThat(again.waitFor()).as(Files.readString(work.resolve("log"))).isZero();
    assertThat(tables()).containsExactly("after_it,before_it");
  }
}
