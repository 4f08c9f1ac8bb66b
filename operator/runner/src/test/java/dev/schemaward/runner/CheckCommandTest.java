package dev.schemaward.runner;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.schemaward.api.run.RunReason;
import dev.schemaward.api.run.RunResult;
import dev.schemaward.engine.execute.Cancellation;
import dev.schemaward.testkit.postgres.PostgresServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the operator's check says, in its result and in the frame in its log. */
class CheckCommandTest {
  private static final String TABLES = "{\"tables\":[{\"name\":\"users\"},{\"name\":\"orders\"}]}";
  private static PostgresServer server;

  @TempDir Path directory;
  private String database;
  private String log = "";

  @BeforeAll
  static void start() {
    server = PostgresServer.start(18);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @BeforeEach
  void applied() throws IOException {
    database = server.createDatabase();
    Files.createDirectory(directory.resolve("bundle"));
    Files.createDirectory(directory.resolve("programs"));
    Files.createSymbolicLink(
        directory.resolve("programs/18"), PostgresServer.installation(server.major()));
    Files.writeString(
        directory.resolve("bundle/20260101000000_users.sql"),
        "CREATE TABLE users (id int PRIMARY KEY);\n");
    assertThat(run("apply")).isZero();
  }

  private int run(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.add("--bundle=" + directory.resolve("bundle"));
    all.add("--schema=public");
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PrintStream stream = new PrintStream(out, true, StandardCharsets.UTF_8);
    int code =
        Main.run(
            all.toArray(String[]::new),
            stream,
            stream,
            Map.of("DATABASE_URL", server.url(database)),
            new Cancellation());
    log = out.toString(StandardCharsets.UTF_8);
    return code;
  }

  private RunResult check(String... more) throws IOException {
    Path file = directory.resolve("result");
    List<String> arguments =
        new ArrayList<>(List.of("check", "--run=r-1", "--result-file=" + file));
    if (!List.of(more).contains("--shadow=off")) {
      arguments.add("--shadow-programs=" + directory.resolve("programs"));
    }
    arguments.addAll(List.of(more));
    int code = run(arguments.toArray(String[]::new));
    RunResult result = new ObjectMapper().readValue(file.toFile(), RunResult.class);
    assertThat(code).isEqualTo(result.reason().exitCode().code());
    assertThat(result.runId()).isEqualTo("r-1");
    return result;
  }

  @Test
  void aSchemaAsItShouldBe() throws IOException {
    RunResult result = check("--drift");
    assertThat(result.reason()).isEqualTo(RunReason.Checked);
    assertThat(result.drift().drifted()).isFalse();
    assertThat(result.document()).isNotNull();
    assertThat(result.verification()).isNull();
  }

  @Test
  void driftIsNamedAndItsReportFramed() throws IOException {
    server.execute(database, "CREATE TABLE nobody_knows (id int)");
    RunResult result = check("--drift");
    assertThat(result.reason()).isEqualTo(RunReason.Checked);
    assertThat(result.drift().objects())
        .singleElement()
        .asString()
        .contains("table public.nobody_knows was added");
    assertThat(result.drift().adopt()).startsWith("exact");
    assertThat(log).contains("-----BEGIN SCHEMAWARD PLAN-----", "-----END SCHEMAWARD PLAN-----");
  }

  @Test
  void equalDifferencesHaveEqualFingerprints() throws IOException {
    server.execute(database, "CREATE TABLE a (id int)");
    String first = check("--drift").drift().fingerprint();
    assertThat(check("--drift").drift().fingerprint()).isEqualTo(first);
    server.execute(database, "CREATE TABLE b (id int)");
    assertThat(check("--drift").drift().fingerprint()).isNotEqualTo(first);
  }

  @Test
  void whatMustHoldAndWhatDrifted() throws IOException {
    server.execute(database, "ALTER TABLE users ADD COLUMN nick text");
    RunResult result = check("--drift", "--verification=" + TABLES);
    assertThat(result.reason()).isEqualTo(RunReason.Checked);
    assertThat(result.drift().drifted()).isTrue();
    assertThat(result.verification().ok()).isFalse();
    assertThat(result.verification().total()).isEqualTo(2);
    assertThat(result.verification().checks().getFirst().message()).contains("orders");
  }

  @Test
  void withoutAShadowTheVerificationIsMadeAllTheSame() throws IOException {
    RunResult result =
        check("--drift", "--shadow=off", "--verification={\"tables\":[{\"name\":\"users\"}]}");
    assertThat(result.reason()).isEqualTo(RunReason.InvalidRequest);
    assertThat(result.message()).contains("shadow");
    assertThat(result.drift()).isNull();
    assertThat(result.verification().ok()).isTrue();
  }

  @Test
  void aSpecificationThatCannotBeReadDoesNotHideDrift() throws IOException {
    server.execute(database, "CREATE TABLE nobody_knows (id int)");
    RunResult result = check("--drift", "--verification={\"tabels\":[]}");
    assertThat(result.reason()).isEqualTo(RunReason.InvalidRequest);
    assertThat(result.message()).contains("tabels");
    assertThat(result.verification()).isNull();
    assertThat(result.drift().drifted()).isTrue();
  }
}
