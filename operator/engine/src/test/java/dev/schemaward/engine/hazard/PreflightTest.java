package dev.schemaward.engine.hazard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.schemaward.engine.hazard.Preflight.Check;
import dev.schemaward.testkit.postgres.SharedPostgres;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The questions count exactly the rows that the statement would stumble over, on a real server. */
class PreflightTest {
  private static final String TABLES =
      "create table p (id int primary key); insert into p values (1), (2); create table t (id int"
          + " primary key, a int, b text, n numeric(10,3), big bigint, p int, \"Odd Name\" int);"
          + " insert into t values (1, 1, 'a', 1.5, 5, 1, 1), (2, 1, 'abcdef', 1.555, 3000000000,"
          + " 7, 2), (3, null, '12', 99999.1, null, 8, null), (4, null, null, null, 1, null, 4);"
          + " alter table t add constraint open_check check (a > 5) not valid; alter table t add"
          + " constraint open_fk foreign key (p) references p not valid";

  private static ExampleDatabase database;

  @BeforeAll
  static void connect() throws SQLException {
    database = new ExampleDatabase(SharedPostgres.of(18));
  }

  @AfterAll
  static void disconnect() throws SQLException {
    database.close();
  }

  private static List<Check> checks(String sql) throws SQLException {
    database.reset();
    database.run(TABLES);
    return Preflight.checks(ExampleDatabase.migrations(sql), database.catalog(1000, 4), 18);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          alter table t alter column a set not null                    | preflight-nulls      | 2 | 3 4
          alter table t alter column "Odd Name" set not null           | preflight-nulls      | 1 | 3
          alter table t add constraint nn not null b                   | preflight-nulls      | 1 | 4
          alter table t add column c int not null                      | preflight-nulls      | 4 | 1 2 3 4
          alter table t add check (a > 0)                              | preflight-check      | 0 | -
          alter table t add check (length(b) < 3)                      | preflight-check      | 1 | 2
          alter table t validate constraint open_check                 | preflight-check      | 2 | 1 2
          alter table t validate constraint open_fk                    | preflight-orphans    | 2 | 7 8
          alter table t add foreign key (p) references p               | preflight-orphans    | 2 | 7 8
          alter table t add foreign key (p) references p (id)          | preflight-orphans    | 2 | 7 8
          alter table t add unique (a)                                 | preflight-duplicates | 1 | 1
          alter table t add unique nulls not distinct ("Odd Name")     | preflight-duplicates | 0 | -
          alter table t add unique nulls not distinct (a)              | preflight-duplicates | 2 | 1
          create unique index concurrently on t (a) where id > 1       | preflight-duplicates | 0 | -
          create unique index on t using btree (a, big)                | preflight-duplicates | 0 | -
          alter table t alter column b type varchar(3)                 | preflight-fit        | 1 | abcdef
          alter table t alter column n type numeric(6,2)               | preflight-fit        | 2 | 1.555 99999.100
          alter table t alter column big type int                      | preflight-fit        | 1 | 3000000000
          alter table t alter column b type int using b::int           | preflight-fit        | 2 | a abcdef
          """)
  void countsTheRowsThatWouldFail(String sql, String rule, int rows, String examples)
      throws SQLException {
    List<Check> checks = checks(sql);
    assertThat(checks).singleElement().extracting(Check::rule).isEqualTo(rule);
    Check check = checks.getFirst();
    assertThat(database.query(check.count())).containsExactly(Integer.toString(rows));
    List<String> shown = database.query(check.examples());
    assertThat(shown.stream().filter(s -> !s.isEmpty()).toList())
        .containsExactlyInAnyOrder(examples.equals("-") ? new String[0] : examples.split(" ", -1));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "alter table t add check (a > 0) not valid",
        "alter table t add foreign key (p) references p not valid",
        "create index concurrently on t (a)",
        "create table n (a int); alter table n alter column a set not null; alter table n add"
            + " unique (a)",
        "alter table t add column c int; alter table t alter column c set not null",
        "alter table t alter column id set not null",
        "alter table t alter column a type bigint",
        "alter table t alter column b type varchar",
        "alter table t rename to u; alter table u alter column a set not null"
      })
  void asksNothingWhereNoRowCanOffend(String sql) throws SQLException {
    assertThat(checks(sql)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          update t set a = 0 where a is null; alter table t alter column a set not null | true
          alter table t alter column a set not null; update t set a = 0 where a is null | false
          """)
  void saysWhenThePlanMayMendTheRowsFirst(String sql, boolean mended) throws SQLException {
    assertThat(checks(sql)).singleElement().extracting(Check::mended).isEqualTo(mended);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "create unique index on t (lower(b))",
        "alter table t add exclude using gist (int4range(a, a + 1) with &&)",
        "alter table t add column c int; alter table t add check (c > a)"
      })
  void saysWhatItCannotAsk(String sql) throws SQLException {
    assertThat(checks(sql)).singleElement().extracting(Check::notAsked).isNotNull();
  }
}
