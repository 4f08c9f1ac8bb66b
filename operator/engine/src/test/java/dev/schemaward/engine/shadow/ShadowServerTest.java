package dev.schemaward.engine.shadow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.schemaward.engine.connect.SecretDirectory;
import dev.schemaward.engine.connect.Session;
import dev.schemaward.testkit.postgres.PostgresServer;
import dev.schemaward.testkit.postgres.SharedPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A shadow starts, looks like the target from inside, lets nothing escape, and leaves nothing. */
class ShadowServerTest {
  private static final ShadowDatabase.Names ORDERS =
      new ShadowDatabase.Names("orders", "app owner", "shop");

  @TempDir Path scratch;

  @ParameterizedTest
  @ValueSource(ints = {14, 15, 16, 17, 18})
  void looksLikeTheTargetAndIsGoneAfterwards(int major) throws Exception {
    ProcessHandle postmaster;
    try (ShadowServer server = ShadowServer.start(PostgresServer.installation(major), scratch);
        ShadowDatabase database = server.createDatabase(ORDERS);
        Session session = database.open()) {
      postmaster = ProcessHandle.of(server.pid()).orElseThrow();
      assertThat(server.major()).isEqualTo(major);
      assertThat(session.majorVersion()).isEqualTo(major);
      assertThat(session.row("select current_database(), current_user, current_schema()"))
          .containsExactly("orders", "app owner", "shop");
      session.execute("create table t (id int); create table public.u (id int)");
      session.execute("create extension pgcrypto");
    }
    assertThat(postmaster.isAlive()).isFalse();
    assertThat(servers()).isEmpty();
  }

  @Test
  void whatMigratesIsNoSuperuserAndReachesNeitherFilesNorPrograms() throws Exception {
    for (int major : List.of(14, 18)) {
      try (ShadowServer server = ShadowServer.start(PostgresServer.installation(major), scratch);
          ShadowDatabase database = server.createDatabase(ORDERS);
          Session session = database.open()) {
        for (String attempt :
            List.of(
                "copy (select 1) to program 'true'",
                "select pg_read_file('/etc/hostname')",
                "create role other superuser",
                "grant pg_execute_server_program to \"app owner\"",
                "set role schemaward_shadow_admin",
                "alter system set archive_command = 'true'",
                "create function f() returns int language c as '/lib/x', 'f'")) {
          assertThatThrownBy(() -> session.execute(attempt))
              .describedAs("%s on %s", attempt, major)
              .isInstanceOfSatisfying(
                  SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("42501"));
        }
      }
    }
  }

  @Test
  void severalDatabasesShareOneServerAndTheTargetMayBeCalledPostgres() throws Exception {
    try (ShadowServer server = ShadowServer.start(PostgresServer.installation(17), scratch);
        ShadowDatabase one = server.createDatabase(ORDERS);
        ShadowDatabase two =
            server.createDatabase(new ShadowDatabase.Names("postgres", "postgres", "public"));
        Session first = one.open();
        Session second = two.open()) {
      first.execute("create table only_here (id int)");
      assertThat(second.row("select to_regclass('shop.only_here')::text, current_database()"))
          .containsExactly(null, "postgres");
      second.execute("create table t (id int)");
    }
  }

  @Test
  void sessionsThatAreStillOpenDoNotHoldTheEndUp() throws Exception {
    ShadowServer server = ShadowServer.start(PostgresServer.installation(18), scratch);
    ShadowDatabase database = server.createDatabase(ORDERS);
    Session session = database.open();
    session.execute("begin");
    long begun = System.nanoTime();
    server.close();
    assertThat((System.nanoTime() - begun) / 1_000_000).isLessThan(2_500);
    assertThat(server.isAlive()).isFalse();
    session.close();
  }

  @Test
  void whatAKilledRunLeftIsClearedByTheNext() throws Exception {
    ShadowServer.start(PostgresServer.installation(18), scratch).close(); // makes the template
    Process gone = new ProcessBuilder("true").start();
    gone.waitFor();
    Path left = scratch.resolve("schemaward-shadow-" + gone.pid() + "-1-1");
    Files.createDirectories(left.resolve("data"));
    Files.writeString(left.resolve("data/base"), "x");
    // The pid of somebody else's process, in a file that a killed server left: must not be ended.
    Files.writeString(left.resolve("data/postmaster.pid"), ProcessHandle.current().pid() + "\n");
    ShadowServer.start(PostgresServer.installation(18), scratch).close();
    assertThat(left).doesNotExist();
  }

  @Test
  void whatAnEarlierContainerWithTheSameProcessIdLeftIsClearedToo() throws Exception {
    Path left =
        Files.createDirectory(
            scratch.resolve("schemaward-shadow-" + ProcessHandle.current().pid() + "-1-1"));
    try (ShadowServer first = ShadowServer.start(PostgresServer.installation(18), scratch)) {
      assertThat(left).doesNotExist();
      ShadowServer.start(PostgresServer.installation(18), scratch).close();
      assertThat(first.isAlive()).isTrue();
      assertThat(servers()).hasSize(1);
    }
  }

  @Test
  void anInstallationThatShipsATemplateNeedsNoInitdb() throws Exception {
    Path shipped = Files.createDirectory(scratch.resolve("shipped"));
    for (String part : List.of("bin", "lib", "share")) {
      Files.createSymbolicLink(
          shipped.resolve(part), PostgresServer.installation(18).resolve(part));
    }
    ShadowServer.shipTemplate(shipped);
    Files.delete(shipped.resolve("bin"));
    Path bin = Files.createDirectory(shipped.resolve("bin"));
    Files.createSymbolicLink(
        bin.resolve("postgres"), PostgresServer.installation(18).resolve("bin/postgres"));
    try (ShadowServer server = ShadowServer.start(shipped, scratch.resolve("s"));
        Session session = server.createDatabase(ORDERS).open()) {
      assertThat(session.row("select count(*)::text from pg_collation where collname = 'C'"))
          .containsExactly("1");
    }
    try (Stream<Path> left = Files.list(scratch.resolve("s"))) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void withoutProgramsItSaysWhereItLooked() {
    assertThatThrownBy(() -> ShadowServer.start(scratch.resolve("absent"), scratch))
        .isInstanceOf(ShadowUnavailableException.class)
        .hasMessageContaining("absent")
        .hasMessageContaining("bin/postgres");
  }

  @Test
  void aServerThatDoesNotStartSaysWhyAndLeavesNothing() throws Exception {
    Path broken = Files.createDirectories(scratch.resolve("broken/bin"));
    for (String program : List.of("postgres", "initdb")) {
      Path file =
          Files.writeString(broken.resolve(program), "#!/bin/sh\necho out of order; exit 1\n");
      assertThat(file.toFile().setExecutable(true)).isTrue();
    }
    assertThatThrownBy(() -> ShadowServer.start(broken.getParent(), scratch.resolve("s")))
        .isInstanceOf(ShadowUnavailableException.class)
        .hasMessageContaining("out of order");
    try (Stream<Path> left = Files.list(scratch.resolve("s"))) {
      assertThat(left.filter(Files::isDirectory)).isEmpty();
    }
  }

  @Test
  void aTemporaryDatabaseOnAGivenServerIsDroppedAndOldOnesToo() throws Exception {
    PostgresServer given = SharedPostgres.of(18);
    given.execute("postgres", "create database schemaward_shadow_1700000000_dead");
    try (ShadowDatabase database =
            ShadowDatabase.onServer(
                SecretDirectory.parseUrl(given.url("postgres"), "test"), "shop");
        Session session = database.open()) {
      assertThat(session.row("select current_database(), current_schema()")[1]).isEqualTo("shop");
      assertThat(databases(given)).hasSize(1).allMatch(name -> !name.endsWith("_dead"));
      database.makeRole(session, "stub_of_a_role");
      session.execute("create table t (id int); grant select on t to stub_of_a_role");
    }
    assertThat(databases(given)).isEmpty();
    assertThat(query(given, "select rolname from pg_roles where rolname = 'stub_of_a_role'"))
        .isEmpty();
  }

  @Test
  void aRoleThatMayNotCreateDatabasesIsToldWhatItNeeds() {
    PostgresServer given = SharedPostgres.of(18);
    given.execute("postgres", "drop role if exists plain; create role plain login password 'p'");
    assertThatThrownBy(
            () ->
                ShadowDatabase.onServer(
                    SecretDirectory.parseUrl(given.url("postgres", "plain", "p"), "test"),
                    "public"))
        .isInstanceOf(ShadowUnavailableException.class)
        .hasMessageContaining("CREATEDB");
  }

  private List<Path> servers() throws Exception {
    try (Stream<Path> files = Files.list(scratch)) {
      return files
          .filter(Files::isDirectory)
          .filter(file -> !file.getFileName().toString().contains("template"))
          .toList();
    }
  }

  private static List<String> databases(PostgresServer server) throws SQLException {
    return query(
        server, "select datname from pg_database where datname like 'schemaward_shadow_%'");
  }

  private static List<String> query(PostgresServer server, String sql) throws SQLException {
    List<String> values = new ArrayList<>();
    try (Connection connection = server.connect("postgres");
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      while (rows.next()) {
        values.add(rows.getString(1));
      }
    }
    return values;
  }
}
