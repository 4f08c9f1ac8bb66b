package dev.schemaward.runner;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
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
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The check of a pull request: a real Git work tree, a real PostgreSQL. */
class ValidateChangeTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final String USERS = "20260101000000_users";
  private static final String PHONE = "20260102000000_phone";
  private static final String NEXT = "20260103000000_next";

  private final PostgresServer server = SharedPostgres.of(18);
  @TempDir private Path directory;
  private Path work;
  private Path bundle;

  private record Ended(int code, String out, String err) {}

  @BeforeEach
  void baseWithTwoMigrations() throws Exception {
    work = Files.createDirectories(directory.resolve("work"));
    bundle = work.resolve("db/prisma/migrations");
    git("init", "--quiet", "--initial-branch=main");
    migration(USERS, "CREATE TABLE users (id int PRIMARY KEY, email text);\n");
    migration(PHONE, "ALTER TABLE users ADD COLUMN phone text;\n");
    commit();
    git("checkout", "--quiet", "-b", "change");
  }

  private void migration(String name, String sql) throws IOException {
    Files.createDirectories(bundle.resolve(name));
    Files.writeString(bundle.resolve(name).resolve("migration.sql"), sql);
  }

  private void commit() throws Exception {
    git("add", "--all");
    git("-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "--quiet", "-m", "x");
  }

  private void git(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("git"));
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command).directory(work.toFile()).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
  }

  private Ended validate(String... more) {
    return validate(Map.of(), more);
  }

  private Ended validate(Map<String, String> environment, String... more) {
    List<String> arguments =
        new ArrayList<>(List.of("validate", "--bundle=" + bundle, "--format=prisma"));
    arguments.addAll(List.of(more));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
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

  private Ended tried(String... more) {
    List<String> arguments = new ArrayList<>(List.of("--base=main"));
    arguments.addAll(List.of(more));
    return validate(
        Map.of("SHADOW_DATABASE_URL", server.url("postgres")), arguments.toArray(String[]::new));
  }

  private JsonNode json(int code, String... more) throws IOException {
    List<String> arguments = new ArrayList<>(List.of(more));
    arguments.add("--output=json");
    Ended ended = tried(arguments.toArray(String[]::new));
    assertThat(ended.code()).as(ended.out() + ended.err()).isEqualTo(code);
    return MAPPER.readTree(ended.out());
  }

  private static List<String> rules(JsonNode document) {
    return document.get("findings").findValuesAsText("rule");
  }

  @Test
  void aHarmlessChangePassesAndWasReallyTried() throws Exception {
    migration(NEXT, "ALTER TABLE users ADD COLUMN nick text;\n");
    JsonNode document = json(0);
    assertThat(document.get("ok").asBoolean()).isTrue();
    assertThat(document.get("base").get("applied")).hasSize(2);
    assertThat(document.get("shadowVersion").asText()).startsWith("18");
    assertThat(document.get("pending").get(0).get("trial").asText()).isEqualTo("ran");
    assertThat(document.get("statements").get(0).get("locks").toString())
        .contains("public.users", "AccessExclusiveLock");
    assertThat(document.get("failed").isNull()).isTrue();
  }

  @Test
  void theHighestInstalledMajorVersionIsTaken() throws Exception {
    Path programs = Files.createDirectories(directory.resolve("programs"));
    Files.createSymbolicLink(programs.resolve("16"), PostgresServer.installation(16));
    Files.createSymbolicLink(programs.resolve("18"), PostgresServer.installation(18));
    migration(NEXT, "ALTER TABLE users ADD COLUMN nick text;\n");
    Ended text = validate("--base=main", "--shadow-programs=" + programs);
    assertThat(text.code()).isZero();
    assertThat(text.out())
        .contains(
            "Passed: 1 new migration since main (",
            "2 migrations, replayed on PostgreSQL 18",
            NEXT + ": ran");
  }

  @Test
  void whatItDestroysFailsUnlessItIsWaivedWithAReason() throws Exception {
    migration(NEXT, "ALTER TABLE users DROP COLUMN phone;\n");
    JsonNode document = json(1);
    assertThat(rules(document)).contains("drop-column");
    assertThat(document.get("destructive").asInt()).isEqualTo(1);
    assertThat(json(0, "--fail-on=never").get("block").asInt()).isEqualTo(1);
    migration(
        NEXT,
        "-- schemaward: allow drop-column -- nobody reads it any more\n"
            + "ALTER TABLE users DROP COLUMN phone;\n");
    document = json(0);
    assertThat(document.get("findings").findValuesAsText("waived"))
        .contains("nobody reads it any more");
    migration(NEXT, "ALTER TABLE users DROP COLUMN phone;\n");
    json(0, "--waive=drop-column@" + NEXT + "=nobody reads it any more");
    json(1, "--waive=drop-column@" + PHONE + "=another one");
  }

  @Test
  void policyDecidesWhatFails() throws Exception {
    migration(NEXT, "CREATE INDEX users_phone ON users (phone);\n");
    JsonNode document = json(1);
    String rule = rules(document).getFirst();
    assertThat(document.get("findings").get(0).get("class").asText()).isEqualTo("lock");
    json(0, "--waive=" + rule + "=small table");
    migration(NEXT, "ALTER TABLE users ADD COLUMN nick varchar(20);\n");
    assertThat(validate("--base=main").out()).contains("1 warn", "warn not-tried");
    assertThat(validate("--base=main").code()).isZero();
    assertThat(validate("--base=main", "--fail-on=warn").code()).isEqualTo(1);
    assertThat(validate("--base=main", "--lint-block=not-tried").code()).isEqualTo(1);
    json(0, "--fail-on=warn");
    json(1, "--lint-block=add-column-plain");
  }

  @Test
  void whatFailsOnTheBaseIsNamedWithItsLine() throws Exception {
    migration(NEXT, "SELECT 1;\nALTER TABLE users ADD COLUMN phone text;\n");
    JsonNode document = json(1);
    assertThat(document.get("failed").get("line").asInt()).isEqualTo(2);
    assertThat(document.get("failed").get("sqlState").asText()).isEqualTo("42701");
    assertThat(rules(document).getFirst()).isEqualTo("will-fail");
    migration(NEXT, "SELECT 1;\nALTER TABLE userz ADD COLUMN nick text;\n");
    assertThat(rules(json(1)))
        .as("a misspelt name is no matter of the server")
        .contains("will-fail");
  }

  @Test
  void whatTheBaseHasMustStay() throws Exception {
    migration(USERS, "CREATE TABLE users (id int PRIMARY KEY, email text, x int);\n");
    assertThat(rules(json(1))).containsExactly("edited-migration");
    Files.delete(bundle.resolve(USERS).resolve("migration.sql"));
    Files.delete(bundle.resolve(USERS));
    assertThat(rules(json(1))).containsExactly("removed-migration");
  }

  @Test
  void aTrialThatIsCutShortDoesNotPass() throws Exception {
    migration(NEXT, "SELECT pg_terminate_backend(pg_backend_pid());\nSELECT 1;\n");
    JsonNode document = json(1);
    assertThat(rules(document)).contains("not-tried");
    assertThat(document.get("findings").get(0).get("message").asText())
        .contains("shadow server ended");
  }

  @Test
  void aNewMigrationMustComeLast() throws Exception {
    migration("20260101120000_early", "CREATE TABLE early (id int);\n");
    assertThat(rules(json(1))).contains("out-of-order");
  }

  @Test
  void aBranchThatIsBehindIsTriedOnWhatTheBaseHasNow() throws Exception {
    migration(NEXT, "ALTER TABLE users ADD COLUMN nick text;\n");
    commit();
    git("checkout", "--quiet", "main");
    migration("20260102500000_nick", "ALTER TABLE users ADD COLUMN nick text;\n");
    commit();
    git("checkout", "--quiet", "change");
    JsonNode document = json(1);
    assertThat(rules(document)).contains("behind-base", "will-fail");
    assertThat(rules(document)).doesNotContain("removed-migration");
    assertThat(document.get("base").get("applied")).hasSize(3);
  }

  @Test
  void withoutAShadowNothingIsCalledTried() throws Exception {
    migration(NEXT, "ALTER TABLE users DROP COLUMN phone;\n");
    Ended ended = validate("--base=main");
    assertThat(ended.code()).isEqualTo(1);
    assertThat(ended.out())
        .contains("not replayed", NEXT + ": not tried", "not-tried", "drop-column");
  }

  @Test
  void aShadowThatIsAskedForAndNotThereFails() throws Exception {
    migration(NEXT, "SELECT 1;\n");
    Ended ended =
        validate("--base=main", "--shadow=embedded", "--shadow-programs=" + work.resolve("db"));
    assertThat(ended.code()).isNotZero();
    assertThat(ended.err()).contains("DependencyMissing", "no PostgreSQL server programs");
    ended = tried("--server-major=17");
    assertThat(ended.code()).isNotZero();
    assertThat(ended.err()).contains("DependencyMissing", "is PostgreSQL 18 and the target 17");
  }

  @Test
  void theBaseMayBeADirectoryOrNothingYet() throws Exception {
    Path before = directory.resolve("before");
    Files.createDirectories(before.resolve(USERS));
    Files.copy(
        bundle.resolve(USERS).resolve("migration.sql"),
        before.resolve(USERS).resolve("migration.sql"));
    Ended ended = validate("--base=" + before);
    assertThat(ended.out()).contains("Passed: 1 new migration since " + before, PHONE);
    Path empty = Files.createDirectories(directory.resolve("empty"));
    assertThat(validate("--base=" + empty).out()).contains("Passed: 2 new migrations");
  }

  @Test
  void aBaseThatCannotBeFoundIsSaid() throws Exception {
    assertThat(validate("--base=origin/nope").err())
        .contains("neither a directory nor a Git ref", "fetch-depth: 0");
    assertThat(validate("--base=--upload-pack=x").code()).isEqualTo(2);
    Path elsewhere = Files.createDirectories(work.resolve("other/migrations"));
    Files.createDirectories(elsewhere.resolve(USERS));
    Files.writeString(elsewhere.resolve(USERS).resolve("migration.sql"), "SELECT 1;\n");
    Path there = bundle;
    bundle = elsewhere;
    Ended ended = validate("--base=main");
    assertThat(ended.code()).isEqualTo(2);
    assertThat(ended.err()).contains("main has no other/migrations", "empty directory");
    bundle = directory.resolve("outside");
    Files.createDirectories(bundle);
    Files.writeString(bundle.resolve("20260101000000_a.sql"), "SELECT 1;\n");
    ended = validate("--base=main");
    assertThat(ended.code()).isEqualTo(2);
    assertThat(ended.err()).contains("not in a Git work tree");
    bundle = there;
    assertThat(validate("--base=" + bundle.resolve(USERS).resolve("nope")).code()).isEqualTo(2);
  }

  @Test
  void markdownIsBoundedAndHoldsNoMarkupOfTheFiles() throws Exception {
    StringBuilder sql = new StringBuilder();
    for (int i = 0; i < 400; i++) {
      sql.append("ALTER TABLE users DROP COLUMN \"a`b|<img src=x>@team ```")
          .append(i)
          .append("\" /* ")
          .append("```\n| x |\n".repeat(400))
          .append("*/;\n");
    }
    migration(NEXT, sql.toString());
    Ended ended = validate("--base=main", "--output=markdown");
    assertThat(ended.code()).isEqualTo(1);
    assertThat(ended.out().length()).isLessThanOrEqualTo(60_001);
    assertThat(ended.out()).contains("## Schemaward: Not passed", "findings more");
    String prose = ended.out().replaceAll("(?s)\\n(`{3,})sql\\n.*?\\n\\1\\n", "\n");
    assertThat(prose).doesNotContain("<img", "@team", "```");
  }

  @Test
  void anInvalidBundleSaysEveryFaultInMarkdownToo() throws Exception {
    migration(NEXT, "\\i other.sql\n");
    Ended ended = tried("--output=markdown");
    assertThat(ended.code()).isEqualTo(65);
    assertThat(ended.out()).contains("bundle is invalid", NEXT.replace("_", "\\_"));
  }
}
