package dev.schemaward.engine.recover;

import static org.assertj.core.api.Assertions.assertThat;

import dev.schemaward.engine.connect.RoundTrip;
import dev.schemaward.engine.connect.Session;
import dev.schemaward.engine.execute.TargetDatabase;
import dev.schemaward.engine.sql.Statement;
import dev.schemaward.engine.sql.StatementSplitter;
import dev.schemaward.testkit.postgres.SharedPostgres;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each form is asked about before and after it ran. */
class EffectReaderTest {
  private static final String BASE =
      """
      create schema app;
      create table t (id int primary key, a int, b text not null default 'x', "Odd, name" int,
          constraint c1 check (a > 0));
      alter table t add constraint c2 check (a < 9) not valid;
      create table app.u (id int);
      create index i1 on t (a);
      create type mood as enum ('sad', 'ok');
      create view v as select 1 as x;
      create sequence s;
      """;

  private final TargetDatabase db = new TargetDatabase(SharedPostgres.of(16));

  private Effect effect(String sql) throws Exception {
    List<Statement> statements = StatementSplitter.split(sql);
    try (Session session =
        Session.open(
            db.credentials(),
            new Session.Settings("test", null, Duration.ofSeconds(10)),
            RoundTrip.UNWATCHED)) {
      return EffectReader.read(session, statements).getFirst();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "create table n (id int)",
        "CREATE TABLE IF NOT EXISTS app.\"N\" (id int)",
        "create unlogged table n (id int)",
        "create view w as select 2 as y",
        "create materialized view w as select 2 as y",
        "create sequence s2",
        "create schema more",
        "create type kind as enum ('a')",
        "create domain d as int check (value > 0)",
        "create extension if not exists plpgsql_missing_is_skipped",
        "create index i2 on t (b)",
        "create unique index concurrently if not exists \"I 3\" on only t (id)",
        "create policy p on t using (true)",
        "drop table app.u",
        "drop view if exists v",
        "drop index concurrently i1",
        "drop sequence s",
        "drop type mood",
        "drop table t, app.u cascade",
        "alter table t add column n text default 'a,b', add n2 int",
        "alter table only t add constraint k check (b <> ',')",
        "alter table t drop column a, drop \"Odd, name\"",
        "alter table t drop constraint if exists c1",
        "alter table t validate constraint c2",
        "alter table t alter column a set not null",
        "alter table t alter b drop not null, alter b drop default",
        "alter table t enable row level security",
        "alter table t rename to t9",
        "alter table app.u rename to u9",
        "alter table t rename column a to a9",
        "alter table t rename constraint c1 to c9",
        "alter index i1 rename to i9",
        "alter type mood add value 'fine' after 'ok'",
        "alter type mood add value if not exists 'it''s'",
        "alter type mood rename value 'sad' to 'glum'",
        "alter type mood rename to feeling",
      })
  void isAbsentBeforeAndSeenAfter(String sql) throws Exception {
    db.sql(BASE);
    assertThat(effect(sql)).isEqualTo(Effect.ABSENT);
    if (sql.contains("missing_is_skipped")) {
      return;
    }
    db.sql(sql);
    assertThat(effect(sql)).isEqualTo(Effect.SEEN);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "update t set a = 1",
        "insert into t (id) values (1)",
        "do $$ begin end $$",
        "select 1",
        "alter table t alter column a type bigint",
        "alter table t alter column b set default 'y'",
        "alter table t add column a int, add column n int",
        "alter table t add primary key (id)",
        "create or replace view v as select 3 as x",
        "create index on t (a)",
        "comment on table t is 'x'",
        "grant select on t to public"
      })
  void isNotGuessed(String sql) throws Exception {
    db.sql(BASE);
    assertThat(effect(sql)).isEqualTo(Effect.UNKNOWN);
  }

  @ParameterizedTest
  @ValueSource(strings = {"begin", "commit", "set search_path = app", "savepoint x"})
  void whatLeavesNothingBehindIsNoDoubt(String sql) throws Exception {
    assertThat(effect(sql)).isEqualTo(Effect.NONE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"create index concurrently bad on t (a)"})
  void anInvalidIndexIsNotThere(String sql) throws Exception {
    db.sql(BASE);
    db.sql(sql.replace("concurrently", ""));
    db.sql("update pg_index set indisvalid = false where indexrelid = 'bad'::regclass");
    assertThat(effect(sql)).isEqualTo(Effect.ABSENT);
  }
}
