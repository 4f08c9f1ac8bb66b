package dev.schemaward.engine.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.schemaward.engine.sql.StatementKind.Execution;
import dev.schemaward.testkit.postgres.PostgresServer;
import dev.schemaward.testkit.postgres.SharedPostgres;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class StatementSplitterTest {
  /** One statement each, valid on PostgreSQL 18, every one a trap for a splitter. */
  private static final List<String> CORPUS =
      List.of(
          "create table t (a int, b text default 'x;y')",
          "insert into t values (1, 'it''s; fine'), (2, E'a\\'; b\\\\')",
          "comment on table t is U&'\\0061; b'",
          "create table \"odd;\"\"name\" (\"co;l\" int)",
          "do $$ begin perform 1; perform 2; end $$",
          "do $tag$ begin execute 'select $$a;b$$'; end; $tag$",
          "create function f(a int) returns int language sql begin atomic select case when a > 0"
              + " then 1 else 2 end; select a; end",
          "create function g() returns text language sql as $f$ select 'a;b'::text; $f$",
          "create procedure p() language sql begin atomic; insert into t values (3, 'p'); end",
          "select 1 /* a ; comment /* nested ; */ ; still */ + 2",
          "select 1 -- a ; line comment\n + 2",
          "create rule r as on insert to \"odd;\"\"name\" do also (insert into t values (4, 'r');"
              + " insert into t values (5, 'r'))",
          "select $1$ from (select 1) s(\"$1$\")"
              .replace("$1$", "x")
              .replace("select x", "select x"),
          "select B'101', X'1F', N'n;'",
          "select 'a'\n'b;c'",
          "select a$b from (select 1) s(a$b)",
          "select 5 / 2 * 3, 2 <-> 1 from (select 1) q where false".replace(", 2 <-> 1", ""),
          "select '{\"a\": 1}'::jsonb ? 'a', array[1,2] @> array[1]",
          "create view v as select 1 as begin, 2 as \"end\"",
          "select 'ä;ö' as \"ü;\"");

  @Test
  void everyStatementOfTheCorpusIsOneAndTheServerTakesIt() throws ScriptFault, SQLException {
    String script = "-- header ;\n" + String.join(";\n\n", CORPUS) + ";\n-- trailer ;\n";
    List<Statement> statements = StatementSplitter.split(script);
    assertThat(statements).extracting(Statement::text).containsExactlyElementsOf(CORPUS);
    PostgresServer server = SharedPostgres.of(18);
    String url = server.jdbcUrl(server.createDatabase()) + "?preferQueryMode=simple";
    try (Connection connection =
        DriverManager.getConnection(url, PostgresServer.SUPERUSER, PostgresServer.PASSWORD)) {
      for (Statement statement : statements) {
        try (var jdbc = connection.createStatement()) {
          jdbc.setEscapeProcessing(false);
          jdbc.execute(statement.text());
        }
      }
    }
  }

  @Test
  void linesAreThoseOfTheFileWithEitherLineEnd() throws ScriptFault {
    String script = "select 1;\n\n/* two\nlines */ select\n 2;\nselect 'a\nb'; select 3;";
    for (String text : List.of(script, script.replace("\n", "\r\n"))) {
      assertThat(StatementSplitter.split(text))
          .extracting(Statement::line)
          .containsExactly(1, 4, 6, 7);
    }
  }

  @Test
  void commentsAloneAreNoStatement() throws ScriptFault {
    assertThat(StatementSplitter.split("-- x\n/* y; */ ;; ; -- z")).isEmpty();
  }

  static Stream<Arguments> faults() {
    return Stream.of(
        Arguments.of("select 1;\n\\d t", 2, "psql meta command"),
        Arguments.of("select 1;\nselect 'open", 2, "string that begins here"),
        Arguments.of("select \"open", 1, "quoted name"),
        Arguments.of("do $x$ begin end $y$", 1, "$x$"),
        Arguments.of("\n/* /* */", 2, "comment"),
        Arguments.of("copy t from stdin;\n1\n", 1, "COPY"),
        Arguments.of("select 1;\0", 1, "NUL"));
  }

  @ParameterizedTest
  @MethodSource("faults")
  void whatOnlyPsqlUnderstandsAndWhatDoesNotEndIsRefused(String script, int line, String says) {
    assertThatThrownBy(() -> StatementSplitter.split(script))
        .isInstanceOfSatisfying(
            ScriptFault.class,
            fault -> {
              assertThat(fault.line()).isEqualTo(line);
              assertThat(fault.getMessage()).contains(says);
              assertThat(fault.advice()).isNotBlank();
            });
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          create table t (a int)                               | CREATE TABLE  | TRANSACTIONAL
          create index i on t (a)                              | CREATE INDEX  | TRANSACTIONAL
          create unique index concurrently if not exists i on t (a) | CREATE INDEX | NON_TRANSACTIONAL
          drop index concurrently i                            | DROP INDEX    | NON_TRANSACTIONAL
          drop index i                                         | DROP INDEX    | TRANSACTIONAL
          reindex table concurrently t                         | REINDEX       | NON_TRANSACTIONAL
          reindex (concurrently) index i                       | REINDEX       | NON_TRANSACTIONAL
          reindex index i                                      | REINDEX       | TRANSACTIONAL
          reindex schema public                                | REINDEX       | NON_TRANSACTIONAL
          vacuum full t                                        | VACUUM        | NON_TRANSACTIONAL
          cluster                                              | CLUSTER       | NON_TRANSACTIONAL
          cluster t using i                                    | CLUSTER       | TRANSACTIONAL
          create database d                                    | CREATE DATABASE | NON_TRANSACTIONAL
          drop tablespace s                                    | DROP TABLESPACE | NON_TRANSACTIONAL
          alter system set work_mem = '1MB'                    | ALTER SYSTEM  | NON_TRANSACTIONAL
          alter database d set tablespace s                    | ALTER DATABASE | NON_TRANSACTIONAL
          alter database d set work_mem = '1MB'                | ALTER DATABASE | TRANSACTIONAL
          create subscription s connection 'x' publication p   | CREATE SUBSCRIPTION | NON_TRANSACTIONAL
          alter table t detach partition p concurrently        | ALTER TABLE   | NON_TRANSACTIONAL
          alter table t detach partition p                     | ALTER TABLE   | TRANSACTIONAL
          alter type m add value 'x'                           | ALTER TYPE    | ENUM_VALUE
          alter type m rename value 'x' to 'y'                 | ALTER TYPE    | TRANSACTIONAL
          discard all                                          | DISCARD       | NON_TRANSACTIONAL
          refresh materialized view concurrently v             | REFRESH MATERIALIZED VIEW | TRANSACTIONAL
          begin                                                | BEGIN         | BEGIN
          start transaction isolation level serializable       | BEGIN         | BEGIN
          end                                                  | COMMIT        | COMMIT
          abort                                                | ROLLBACK      | ROLLBACK
          rollback to savepoint a                              | ROLLBACK TO SAVEPOINT | SAVEPOINT
          commit prepared 'x'                                  | COMMIT PREPARED | NON_TRANSACTIONAL
          savepoint a                                          | SAVEPOINT     | SAVEPOINT
          set search_path = x                                  | SET           | SESSION
          set local search_path = x                            | SET           | TRANSACTIONAL
          set constraints all deferred                         | SET           | TRANSACTIONAL
          select pg_catalog.set_config('search_path', '', false) | SELECT      | SESSION
          /* vacuum */ select 'vacuum'                         | SELECT        | TRANSACTIONAL
          create or replace function f() returns int language sql as 'select 1' | CREATE FUNCTION | TRANSACTIONAL
          create materialized view v as select 1               | CREATE MATERIALIZED VIEW | TRANSACTIONAL
          """)
  void aStatementIsWhatItIsAndRunsAsItMust(String sql, String command, Execution execution)
      throws ScriptFault {
    StatementKind kind = StatementSplitter.split(sql).getFirst().kind();
    assertThat(kind.command()).isEqualTo(command);
    assertThat(kind.execution()).isEqualTo(execution);
  }

  @Test
  void aLargeScriptTakesLinearTime() throws ScriptFault {
    String one = "insert into t values (1, 'some text; and more', $$and; more$$);\n";
    assertThat(StatementSplitter.split(one.repeat(80_000))).hasSize(80_000);
  }
}
