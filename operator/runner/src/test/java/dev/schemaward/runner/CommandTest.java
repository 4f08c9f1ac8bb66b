package dev.schemaward.runner;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.schemaward.api.run.JobContract;
import dev.schemaward.api.run.RunReason;
import dev.schemaward.engine.FailureReason;
import dev.schemaward.engine.execute.Cancellation;
import dev.schemaward.testkit.postgres.PostgresServer;
import dev.schemaward.testkit.postgres.SharedPostgres;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The command as its callers see it: text, JSON, result file, exit code. */
class CommandTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final PostgresServer server = SharedPostgres.of(18);
  private final String database = server.createDatabase("runner_" + System.nanoTime());
  @TempDir private Path work;

  private record Ended(int code, String out, String err) {}

  private Ended run(String... arguments) {
    return runOn(server.url(database), arguments);
  }

  private Ended runOn(String url, String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int code =
        Main.run(
            arguments,
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            Map.of("DATABASE_URL", url),
            new Cancellation());
    return new Ended(
        code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  private String bundle(String... namesAndSql) throws IOException {
    Path directory = Files.createDirectories(work.resolve("bundle"));
    for (int i = 0; i < namesAndSql.length; i += 2) {
      Files.writeString(directory.resolve(namesAndSql[i] + ".sql"), namesAndSql[i + 1]);
    }
    return directory.toString();
  }

  @Test
  void planApplyStatus() throws IOException {
    String bundle = bundle("20260101000000_init", "create table users (id int);");
    Ended plan = run("plan", "--bundle", bundle);
    assertThat(plan.code()).isZero();
    assertThat(plan.out())
        .contains("1 migration", "CREATE TABLE".toLowerCase(java.util.Locale.ROOT), "sha256:");

    JsonNode json = MAPPER.readTree(run("plan", "--bundle", bundle, "--output", "json").out());
    assertThat(json.fieldNames())
        .toIterable()
        .contains(
            "hash", "shortId", "bundle", "target", "pending", "statements", "findings", "summary");
    String hash = json.get("hash").asText();
    assertThat(plan.out()).contains(hash);

    assertThat(run("apply", "--bundle", bundle, "--expect-plan", "sha256:" + "0".repeat(64)).code())
        .isEqualTo(64);
    Ended apply = run("apply", "--bundle", bundle, "--expect-plan", hash);
    assertThat(apply.code()).isZero();
    assertThat(apply.out()).contains("[1/1] 20260101000000_init", "Applied 1 migration");
    assertThat(run("apply", "--bundle", bundle).out())
        .contains("Up to date at 20260101000000_init");
    assertThat(run("status", "--bundle", bundle).out())
        .contains("1 applied, 0 pending", "applied  20260101000000_init");
  }

  @Test
  void whatNeedsAPersonComesWithTheWaysOn() throws IOException {
    String bundle =
        bundle(
            "20260101000000_init", "create table users (id int);",
            "20260102000000_orders", "create table orders (id int);");
    server.execute(database, "create table users (id int)");
    Path result = work.resolve("result");
    Ended plan = run("plan", "--bundle", bundle, "--result-file", result.toString());
    assertThat(plan.code()).isEqualTo(67);
    assertThat(plan.err()).contains("NotBaselined", "(recommended): schemaward recover");
    JsonNode choice = MAPPER.readTree(Files.readString(result)).get("recovery").get(0);
    assertThat(choice.get("action").asText()).isEqualTo("Baseline");
    String hash = choice.get("hash").asText();

    Ended shown = run("recover", "--bundle", bundle, "--show");
    assertThat(shown.code()).isZero();
    assertThat(shown.out())
        .contains(
            "20260101000000_init: is in the database",
            "20260102000000_orders: is not in the database",
            "record the first 1 of 2 migrations, up to 20260101000000_init, as applied"
                + "  (recommended)",
            "schemaward recover … --apply --expect " + hash);
    JsonNode json = MAPPER.readTree(run("recover", "--bundle", bundle, "--output", "json").out());
    assertThat(json.get("options").get(0).get("hash").asText()).isEqualTo(hash);

    assertThat(run("recover", "--bundle", bundle, "--apply").code()).isEqualTo(2);
    assertThat(run("recover", "--bundle", bundle, "--expect", hash).code()).isEqualTo(2);
    assertThat(
            run("recover", "--bundle", bundle, "--apply", "--expect", "sha256:" + "0".repeat(64))
                .code())
        .isEqualTo(64);
    Ended done = run("recover", "--bundle", bundle, "--apply", "--expect", hash);
    assertThat(done.code()).isZero();
    assertThat(done.out()).contains("Recovered: record the first 1 of 2 migrations");
    assertThat(run("apply", "--bundle", bundle).out()).contains("Applied 1 migration");
    assertThat(run("recover", "--bundle", bundle).out()).startsWith("Nothing is wrong");
  }

  @Test
  void progressIsJsonLinesForTheOperatorAndTextForAPipe() throws IOException {
    String bundle = bundle("20260101000000_init", "create table users (id int);");
    Ended pod =
        run("apply", "--bundle", bundle, "--result-file", work.resolve("result").toString());
    List<String> events = new ArrayList<>();
    for (String line : pod.out().lines().filter(line -> line.startsWith("{")).toList()) {
      JsonNode json = MAPPER.readTree(line);
      assertThat(json.get("time").asText()).endsWith("Z");
      events.add(json.get("event").asText());
    }
    assertThat(events).containsExactly("migrationStarted", "statementStarted", "migrationApplied");
    bundle("20260102000000_more", "create table more (id int);");
    assertThat(run("apply", "--bundle", bundle, "--progress", "bar").out())
        .contains("0/1 20260102000000_more", "20260102000000_more  applied in");
  }

  @Test
  void theLintPolicyKeepsAPlanFromRunningUntilTheFindingIsAccepted() throws IOException {
    Ended init =
        run(
            "apply",
            "--bundle",
            bundle("20260101000000_init", "create table users (id int, x int);"));
    assertThat(init.code()).as(init.out() + init.err()).isZero();
    String bundle = bundle("20260102000000_drop", "alter table users drop column x;");
    Path result = work.resolve("result");
    String[] policy = {
      "--bundle", bundle, "--lint-block", "destructive", "--result-file", result.toString()
    };
    for (String command : List.of("plan", "apply --if-allowed")) {
      List<String> arguments = new ArrayList<>(List.of(command.split(" ")));
      arguments.addAll(List.of(policy));
      Ended blocked = run(arguments.toArray(String[]::new));
      assertThat(blocked.code()).as(blocked.out() + blocked.err()).isEqualTo(65);
      JsonNode json = MAPPER.readTree(Files.readString(result));
      assertThat(json.get("reason").asText()).isEqualTo("LintBlocked");
      assertThat(json.get("message").asText())
          .contains("drop-column in 20260102000000_drop line 1", "spec.lint.waive");
      assertThat(json.get("plan").get("destructive").asInt()).isEqualTo(1);
    }
    Ended waived =
        run(
            "plan",
            "--bundle",
            bundle,
            "--lint-block",
            "destructive",
            "--waive",
            "drop-column@20260102000000_drop=no code reads it = checked");
    assertThat(waived.code()).isZero();
    assertThat(waived.out()).contains("no code reads it = checked");
  }

  @Test
  void aFailureTellsInFiveLinesWhatAPersonMustKnow() throws IOException {
    String bundle =
        bundle("20260101000000_init", "create table a (id int);\nalter table nope add x int;");
    Path result = work.resolve("result");
    Ended failed = run("apply", "--bundle", bundle, "--result-file", result.toString());
    assertThat(failed.code()).isEqualTo(66);
    assertThat(failed.err().lines().limit(5).toList())
        .satisfiesExactly(
            line -> assertThat(line).contains("MigrationFailed", "20260101000000_init"),
            line -> assertThat(line).contains("statement 2", "line 2", "42P01"),
            line -> assertThat(line).contains("relation \"nope\" does not exist"),
            line -> assertThat(line).contains("nothing of this migration"),
            line -> assertThat(line).contains("correct the file"));
    JsonNode json = MAPPER.readTree(Files.readString(result));
    assertThat(json.get("reason").asText()).isEqualTo("MigrationFailed");
    assertThat(json.get("failure").get("line").asInt()).isEqualTo(2);
  }

  @Test
  void everyFaultOfABundleIsToldAtOnce() throws IOException {
    String bundle = bundle("20260101000000_a", "\\i other.sql", "20260102000000_b", "select 'open");
    Ended ended = run("validate", "--bundle", bundle);
    assertThat(ended.code()).isEqualTo(65);
    assertThat(ended.err()).contains("20260101000000_a.sql line 1", "20260102000000_b.sql line 1");
  }

  @Test
  void theFrameHoldsTheWholeDocument() throws IOException {
    List<String> many = new ArrayList<>();
    for (int i = 10; i < 60; i++) {
      many.add("202601010000" + i + "_m");
      many.add("create table t" + i + " (id int, \"" + "x".repeat(60) + "\" text);");
    }
    Ended plan =
        run(
            "plan",
            "--bundle",
            bundle(many.toArray(String[]::new)),
            "--plan-frame",
            "--result-file",
            work.resolve("r").toString());
    List<String> lines = plan.out().lines().toList();
    int begin =
        (int) lines.stream().takeWhile(line -> !line.startsWith(JobContract.FRAME_BEGIN)).count();
    String[] header = lines.get(begin).substring(JobContract.FRAME_BEGIN.length() + 1).split(" ");
    StringBuilder packed = new StringBuilder();
    for (int i = begin + 1; !lines.get(i).equals(JobContract.FRAME_END); i++) {
      assertThat(lines.get(i).length()).isLessThanOrEqualTo(4000);
      packed.append(lines.get(i));
    }
    byte[] json =
        new java.util.zip.GZIPInputStream(
                new java.io.ByteArrayInputStream(
                    java.util.Base64.getDecoder().decode(packed.toString())))
            .readAllBytes();
    assertThat(Integer.parseInt(header[0])).isEqualTo(json.length);
    assertThat(MAPPER.readTree(json).get("pending")).hasSize(50);
    JsonNode result = MAPPER.readTree(Files.readString(work.resolve("r")));
    assertThat(result.get("document").get("sha256").asText()).isEqualTo(header[1]);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "s3cr3t/with@odd:chars",
        "it's \"quoted\" \\ and 100%",
        "päß wörd",
        "$$tag$$ {json}"
      })
  void noOutputShowsThePassword(String password) throws IOException {
    String role = "r" + System.nanoTime();
    server.execute(
        "postgres",
        "create role " + role + " login password '" + password.replace("'", "''") + "'");
    server.execute(
        database,
        "grant all on schema public to "
            + role
            + "; grant create on database "
            + database
            + " to "
            + role);
    String encoded =
        java.net.URLEncoder.encode(password, StandardCharsets.UTF_8).replace("+", "%20");
    String url = server.url(database, role, encoded);
    String leaking = "do $do$ begin raise exception 'leak: %', $pw$" + password + "$pw$; end $do$;";
    Path result = work.resolve("result");
    for (Ended ended :
        List.of(
            runOn(
                url,
                "apply",
                "--bundle",
                bundle("20260101000000_leak", leaking),
                "--result-file",
                result.toString()),
            runOn(url, "plan", "--bundle", work.resolve("bundle").toString(), "--plan-frame"),
            runOn(url, "plan", "--bundle", work.resolve("bundle").toString(), "--output", "json"),
            runOn(
                server.url(database, role, encoded + "wrong"),
                "plan",
                "--bundle",
                work.resolve("bundle").toString()))) {
      String all = ended.out() + ended.err() + Files.readString(result);
      assertThat(all).doesNotContain(password).doesNotContain(encoded);
      assertThat(all).doesNotContain(password.replace("\\", "\\\\").replace("\"", "\\\""));
    }
    server.execute(database, "drop owned by " + role + " cascade; drop role " + role);
  }

  @ParameterizedTest
  @ValueSource(strings = {"run", "apply", "app", "reason", "123"})
  void aPasswordThatIsAWordOfTheResultDoesNotBreakIt(String password) throws IOException {
    Path result = work.resolve("result");
    Ended ended =
        runOn(
            "postgresql://u:" + password + "@127.0.0.1:1/x",
            "apply",
            "--bundle",
            bundle("20260101000000_init", "create table a (id int);"),
            "--run",
            "r1",
            "--output",
            "json",
            "--result-file",
            result.toString());
    for (String json : List.of(Files.readString(result), ended.out())) {
      JsonNode read = MAPPER.readTree(json);
      assertThat(read.path("runId").asText()).isEqualTo("r1");
      assertThat(read.path("reason").asText()).isEqualTo("TargetUnreachable");
      assertThat(read.has("appliedCount")).isTrue();
    }
    assertThat(MAPPER.readTree(Files.readString(result)).path("kind").asText()).isEqualTo("apply");
  }

  @Test
  void aRuleForApprovalThatWouldNotCountIsRefused() throws IOException {
    String bundle = bundle("20260101000000_init", "create table a (id int);");
    assertThat(run("apply", "--bundle", bundle, "--approval", "OnHazard").code()).isEqualTo(2);
    assertThat(run("plan", "--bundle", bundle).out()).contains("1 migration");
  }

  @Test
  void whatStandsInTheWayHasItsExitCode() throws IOException {
    String bundle = bundle("20260101000000_init", "create table a (id int);");
    assertThat(run("plan").code()).isEqualTo(2);
    assertThat(run("frobnicate").code()).isEqualTo(2);
    assertThat(run("apply", "--bundle", bundle, "--expect-plan", "short").code()).isEqualTo(2);
    assertThat(run("plan", "--bundle", work.resolve("absent").toString()).code()).isEqualTo(65);
    assertThat(
            runOn(
                    "postgresql://postgres:wrong@127.0.0.1:" + server.port() + "/" + database,
                    "plan",
                    "--bundle",
                    bundle)
                .code())
        .isEqualTo(77);
    assertThat(runOn("postgresql://postgres:x@127.0.0.1:1/x", "plan", "--bundle", bundle).code())
        .isEqualTo(75);
    Ended url = runOn("not a url with secret-word", "plan", "--bundle", bundle);
    assertThat(url.code()).isEqualTo(75);
    assertThat(url.err()).contains("DATABASE_URL").doesNotContain("secret-word");
    server.execute(database, "create table legacy (id int)");
    assertThat(run("plan", "--bundle", bundle).code()).isEqualTo(67);
  }

  @Test
  void driftIsShownAndBothWaysOutAreWritten() throws IOException {
    String bundle = bundle("20260101000000_init", "create table users (id int primary key);");
    assertThat(run("apply", "--bundle", bundle).code()).isZero();
    Path programs = Files.createDirectory(work.resolve("postgresql"));
    Files.createSymbolicLink(programs.resolve("18"), PostgresServer.installation(18));
    List<String> drift =
        List.of(
            "drift",
            "--bundle",
            bundle,
            "--shadow-programs",
            programs.toString(),
            "--shadow-scratch",
            work.resolve("shadow").toString());
    Ended clean = run(drift.toArray(String[]::new));
    assertThat(clean.out()).startsWith("No drift: database " + database);
    assertThat(clean.code()).isZero();

    server.execute(database, "alter table users add note text; comment on table users is 'x'");
    Path revert = work.resolve("revert.sql");
    List<String> both = new ArrayList<>(drift);
    both.addAll(
        List.of(
            "--revert",
            revert.toString(),
            "--adopt",
            bundle,
            "--ignore",
            "* * @comment: the wiki's",
            "--output",
            "json"));
    Ended drifted = run(both.toArray(String[]::new));
    assertThat(drifted.code()).isEqualTo(1);
    JsonNode json = MAPPER.readTree(drifted.out());
    assertThat(json.get("drifts")).hasSize(1);
    assertThat(json.at("/drifts/0/object").asText()).isEqualTo("public.users.note");
    assertThat(json.at("/ignored/0/reason").asText()).isEqualTo("the wiki's");
    assertThat(json.at("/revert/verdict").asText()).isEqualTo("loses-data");
    assertThat(json.at("/adopt/verdict").asText()).isEqualTo("exact");
    assertThat(revert)
        .content()
        .startsWith("-- LOSES DATA: column public.users.note")
        .contains("ALTER TABLE public.users DROP COLUMN note;");
    Files.delete(programs.resolve("18"));
    // The new migration runs like any other, and says nothing about what is ignored.
    try (Stream<Path> files = Files.list(Path.of(bundle))) {
      assertThat(files.filter(file -> file.toString().endsWith("_adopt_drift.sql")))
          .singleElement()
          .satisfies(
              file ->
                  assertThat(file)
                      .content()
                      .contains("ALTER TABLE public.users ADD COLUMN note text;")
                      .doesNotContain("COMMENT"));
    }
  }

  @Test
  void driftWithoutAShadowOrAReasonIsRefused() throws IOException {
    String bundle = bundle("20260101000000_init", "create table users (id int);");
    assertThat(run("drift", "--bundle", bundle).err()).contains("no shadow database given");
    assertThat(run("drift", "--bundle", bundle).code()).isEqualTo(2);
    Ended ended =
        run("drift", "--bundle", bundle, "--shadow-programs", "x", "--ignore", "table public.a");
    assertThat(ended.code()).isEqualTo(2);
    assertThat(ended.err()).contains("ignoring drift needs a reason");
  }

  @ParameterizedTest
  @EnumSource(FailureReason.class)
  void everyReasonOfTheEngineIsAReasonOfARun(FailureReason reason) {
    assertThat(RunReason.valueOf(reason.name()).exitCode().code()).isNotZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"plan", "apply", "status", "drift", "validate"})
  void everyCommandHasHelpWithAnExample(String command) {
    Ended help = run(command, "--help");
    assertThat(help.code()).isZero();
    assertThat(help.out()).contains("Example:", "schemaward " + command);
  }
}
