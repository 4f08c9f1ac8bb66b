package dev.schemaward.runner;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import dev.schemaward.api.run.RunReason;
import dev.schemaward.api.run.RunResult;
import dev.schemaward.api.run.VerificationDocument;
import dev.schemaward.engine.EngineException;
import dev.schemaward.engine.execute.Cancellation;
import dev.schemaward.testkit.postgres.PostgresServer;
import dev.schemaward.testkit.postgres.SharedPostgres;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code verify} as its callers see it. */
class VerifyCommandTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final String HOLDS =
      """
      # what must be there
      verify:
        tables:
          - users
          - {name: users, kind: table}
        indexes:
          - name: users_pkey
            unique: true
            columns: [id]
        constraints:
          - {name: users_pkey, table: users, type: primaryKey}
        enums:
          - name: status
            labels: [new, "off"]
            ordered: true
        sql:
          - name: price
            query: |
              -- the price
              SELECT 1.50
            expect: value
            value: 1.50
      """;
  private static final String FAILS = HOLDS.replace("- users\n", "- users|x\n");

  private final PostgresServer server = SharedPostgres.of(18);
  private final Map<String, String> environment = new HashMap<>();
  @TempDir private Path work;

  private record Ended(int code, String out, String err) {}

  VerifyCommandTest() {
    String database = server.createDatabase("verify_" + System.nanoTime());
    server.execute(
        database,
        "CREATE TABLE users (id int PRIMARY KEY); CREATE TYPE status AS ENUM ('new', 'off')");
    environment.put("DATABASE_URL", server.url(database));
  }

  private Ended verify(String spec, String... more) throws IOException {
    Path file = Files.writeString(work.resolve("verify.yaml"), spec);
    return run(file.toString(), more);
  }

  private Ended run(String file, String... more) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    List<String> arguments = new ArrayList<>(List.of("verify", "--spec", file));
    arguments.addAll(List.of(more));
    int code =
        Main.run(
            arguments.toArray(String[]::new),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            environment,
            new Cancellation());
    return new Ended(
        code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  @Test
  void whatHoldsEndsWithZero() throws IOException {
    Path result = work.resolve("result");
    Ended ended = verify(HOLDS, "--result-file", result.toString(), "--run", "r1");
    assertThat(ended.code()).as(ended.err()).isZero();
    assertThat(ended.out())
        .contains("All 6 checks hold.", "ok      enum status has exactly these labels");
    RunResult run = MAPPER.readValue(result.toFile(), RunResult.class);
    assertThat(run.kind()).isEqualTo("verify");
    assertThat(run.runId()).isEqualTo("r1");
    assertThat(run.reason()).isEqualTo(RunReason.Verified);
    assertThat(run.message()).isEqualTo("all 6 checks hold");
    assertThat(run.target().schema()).isEqualTo("public");
    assertThat(run.verification().ok()).isTrue();
    assertThat(run.verification().total()).isEqualTo(6);
  }

  @Test
  void whatDoesNotHoldEndsWithOne() throws IOException {
    Path result = work.resolve("result");
    Ended ended = verify(FAILS, "--result-file", result.toString());
    assertThat(ended.code()).isEqualTo(1);
    assertThat(ended.out())
        .startsWith("1 of 6 checks fails.")
        .contains(
            "FAILED  table users|x does not exist in schema public",
            "expected  a table",
            "found     nothing");
    RunResult run = MAPPER.readValue(result.toFile(), RunResult.class);
    assertThat(run.reason()).isEqualTo(RunReason.VerificationFailed);
    assertThat(run.message()).contains("table users|x does not exist in schema public");
    assertThat(run.verification().checks().getFirst().outcome()).isEqualTo("failed");
  }

  @Test
  void programsReadJson() throws IOException {
    Ended ended = verify(FAILS, "--output", "json");
    VerificationDocument document = MAPPER.readValue(ended.out(), VerificationDocument.class);
    assertThat(document.failed()).isEqualTo(1);
    assertThat(document.checks())
        .extracting(VerificationDocument.Check::kind)
        .containsExactly("table", "table", "index", "constraint", "enum", "sql");
  }

  @Test
  void markdownIsATableThatNamesCannotBreak() throws IOException {
    assertThat(verify(FAILS, "--output", "markdown").out())
        .contains(
            "| | check | expected | found | ms |",
            "| **failed** | table users\\|x does not exist in schema public | a table | nothing |");
  }

  @Test
  void theSampleIsUnderstood() throws EngineException {
    Path sample = Path.of(System.getProperty("schemaward.root"), "samples/verify/verify.yaml");
    assertThat(SpecFile.read(sample.toString(), System.in).size()).isEqualTo(10);
  }

  @Test
  void jsonMayBeIndentedWithTabs() throws IOException {
    assertThat(verify("{\n\t\"tables\": [\n\t\t\"users\"\n\t]\n}").code()).isZero();
  }

  @Test
  void standardInputMayHoldAWholeDatabaseMigration() {
    InputStream before = System.in;
    try {
      System.setIn(
          new ByteArrayInputStream(
              "apiVersion: schemaward.dev/v1alpha1\nkind: DatabaseMigration\nspec: {verify: {tables: [{name: users}]}}\n"
                  .getBytes(StandardCharsets.UTF_8)));
      assertThat(run("-").code()).isZero();
    } finally {
      System.setIn(before);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '#',
      textBlock =
          """
          tables: [users                        # is neither JSON nor YAML, line
          tables: [a]\\ntables: [b]             # Duplicate field 'tables'
          tables: [a]\\n---\\ntables: [b]       # holds 2 documents instead of one
          ' '                                   # holds 0 documents instead of one
          tables: []                            # it checks nothing
          critical_tables: [users]              # verify has no field critical_tables; its fields are tables, indexes, constraints, enums, sql, http
          enums: [{name: a, labels: [1]}]       # put it in quotes
          """)
  void aSpecificationThatIsNoneIsRefused(String spec, String said) throws IOException {
    Ended ended = verify(spec.replace("\\n", "\n"));
    assertThat(ended.code()).isEqualTo(2);
    assertThat(ended.err()).contains("InvalidRequest", said);
  }

  @Test
  void aFileThatIsNotThereIsRefused() {
    Ended ended = run(work.resolve("nothing").toString(), "--output", "json");
    assertThat(ended.code()).isEqualTo(2);
    assertThat(ended.out()).contains("\"reason\" : \"InvalidRequest\"", "there is no file");
  }

  @Test
  void aDatabaseThatDoesNotAnswerIsToBeTriedAgain() throws IOException {
    environment.put("DATABASE_URL", "postgresql://u:p@127.0.0.1:1/x");
    assertThat(verify(HOLDS).code()).isEqualTo(75);
  }

  @Test
  void addressesNeedNoDatabaseAndHeadersAreNotShown() throws IOException {
    environment.clear();
    environment.put("VERIFY_TOKEN", "Bearer t0ps3cret-value");
    Files.createDirectories(work.resolve("headers"));
    Files.writeString(work.resolve("headers/key"), "k3y-of-the-file\n");
    HttpServer http =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    http.createContext(
        "/",
        exchange -> {
          try (exchange) {
            byte[] echo =
                "{\"echo\": \"%s %s\"}"
                    .formatted(
                        exchange.getRequestHeaders().getFirst("Authorization"),
                        exchange.getRequestHeaders().getFirst("X-Key"))
                    .getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, echo.length);
            exchange.getResponseBody().write(echo);
          }
        });
    http.start();
    try {
      String spec =
          """
          http:
            - name: health
              url: http://127.0.0.1:%d/?token=in-the-query
              jsonPath: $.echo
              value: nothing
              retries: 0
              headers:
                - {name: Authorization, env: VERIFY_TOKEN}
                - {name: X-Key, file: key}
          """
              .formatted(http.getAddress().getPort());
      for (String output : List.of("text", "json", "markdown")) {
        Path result = work.resolve("result");
        Ended ended =
            verify(
                spec,
                "--output",
                output,
                "--header-dir",
                work.resolve("headers").toString(),
                "--result-file",
                result.toString());
        assertThat(ended.code()).isEqualTo(1);
        assertThat(ended.out() + ended.err() + Files.readString(result))
            .contains("$.echo", "****")
            .doesNotContain("t0ps3cret", "k3y-of-the-file", "in-the-query");
      }
    } finally {
      http.stop(0);
    }
  }
}
