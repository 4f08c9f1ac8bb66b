package dev.schemaward.engine.shadow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.schemaward.engine.bundle.Migration;
import dev.schemaward.engine.connect.SecretDirectory;
import dev.schemaward.engine.connect.Session;
import dev.schemaward.engine.shadow.StatementEffects.RelationLock;
import dev.schemaward.engine.sql.StatementSplitter;
import dev.schemaward.testkit.postgres.PostgresServer;
import dev.schemaward.testkit.postgres.SharedPostgres;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a run on a shadow shows, and what it says when it cannot show something. */
class ShadowRunTest {
  private static final String BASE =
      """
      create table parent (id int primary key, name text);
      create table child (id int primary key, parent_id int, note text);
      """;

  @TempDir static Path scratch;
  private ShadowServer server;
  private ShadowDatabase database;

  @BeforeEach
  void start() throws Exception {
    server = ShadowServer.start(PostgresServer.installation(18), scratch);
    database = server.createDatabase(new ShadowDatabase.Names("orders", "app", "public"));
  }

  @AfterEach
  void stop() {
    server.close();
  }

  static Migration migration(String name, String sql) throws Exception {
    return new Migration(name, name + ".sql", "0", List.of(), StatementSplitter.split(sql));
  }

  private ShadowOutcome run(String... pending) throws Exception {
    return run(List.of(migration("0_base", BASE)), pending);
  }

  private ShadowOutcome run(List<Migration> applied, String... pending) throws Exception {
    List<Migration> migrations = new ArrayList<>();
    for (String sql : pending) {
      migrations.add(migration(String.valueOf(migrations.size() + 1), sql));
    }
    return ShadowRun.run(database, ShadowRun.Request.of(applied, migrations));
  }

  private static StatementEffects effects(ShadowOutcome outcome, int migration, int statement) {
    return outcome.effects().get(new StatementKey(String.valueOf(migration), statement));
  }

  private static RelationLock lock(String relation, String mode) {
    return new RelationLock(relation, mode);
  }

  @Test
  void locksScansRewritesAndIndexBuildsAreThoseOfEachStatementAlone() throws Exception {
    ShadowOutcome outcome =
        run(
            """
            alter table child add constraint fk foreign key (parent_id) references parent;
            alter table child alter column id type bigint;
            create index child_note on child (note);
            """);
    assertThat(outcome.failure()).isEmpty();
    assertThat(outcome.endState()).isTrue();
    StatementEffects foreignKey = effects(outcome, 1, 1);
    assertThat(foreignKey.locks())
        .contains(
            lock("public.child", "ShareRowExclusiveLock"),
            lock("public.parent", "ShareRowExclusiveLock"));
    assertThat(foreignKey.scans()).containsExactly("public.child", "public.parent");
    assertThat(foreignKey.rewrites()).isEmpty();
    StatementEffects type = effects(outcome, 1, 2);
    assertThat(type.locks()).contains(lock("public.child", "AccessExclusiveLock"));
    assertThat(type.rewrites()).containsExactly("public.child");
    assertThat(type.indexBuilds()).containsExactly("public.child_pkey");
    StatementEffects index = effects(outcome, 1, 3);
    assertThat(index.locks()).isEmpty(); // held already, by the statement before
    assertThat(index.scans()).containsExactly("public.child");
    assertThat(index.indexBuilds()).containsExactly("public.child_note");
  }

  @Test
  void whatTheTransactionItselfMadeIsNobodysTrouble() throws Exception {
    ShadowOutcome outcome =
        run(
            """
            create table fresh (id int primary key, parent_id int references parent);
            alter table fresh add column more text not null default clock_timestamp()::text;
            create index on fresh (more);
            """);
    assertThat(effects(outcome, 1, 1).locks())
        .containsExactly(
            lock("public.parent", "ShareRowExclusiveLock"),
            lock("public.parent_pkey", "AccessShareLock"));
    assertThat(effects(outcome, 1, 2).rewrites()).isEmpty();
    assertThat(effects(outcome, 1, 3).indexBuilds()).isEmpty();
  }

  @Test
  void concurrentFormsAreSeenAlthoughTheyCommitByThemselves() throws Exception {
    ShadowOutcome outcome =
        run(
            "create index concurrently child_note on child (note)",
            "reindex index concurrently child_note",
            "drop index concurrently child_note",
            "vacuum full child",
            "vacuum child");
    assertThat(outcome.failure()).isEmpty();
    assertThat(effects(outcome, 1, 1).locks())
        .contains(lock("public.child", "ShareUpdateExclusiveLock"));
    assertThat(effects(outcome, 1, 1).indexBuilds()).containsExactly("public.child_note");
    assertThat(effects(outcome, 1, 1).scans()).containsExactly("public.child");
    assertThat(effects(outcome, 2, 1).indexBuilds()).containsExactly("public.child_note");
    assertThat(effects(outcome, 3, 1).locks())
        .containsExactly(
            lock("public.child", "ShareUpdateExclusiveLock"),
            lock("public.child_note", "AccessExclusiveLock"));
    assertThat(effects(outcome, 4, 1).locks())
        .contains(lock("public.child", "AccessExclusiveLock"));
    assertThat(effects(outcome, 4, 1).rewrites()).containsExactly("public.child");
    assertThat(effects(outcome, 5, 1).locks())
        .containsExactly(lock("public.child", "ShareUpdateExclusiveLock"));
    assertThat(effects(outcome, 5, 1).rewrites()).isEmpty();
  }

  @Test
  void codeThatNobodyCanReadIsMeasuredLikeAnyOther() throws Exception {
    ShadowOutcome outcome =
        run(
            """
            create function change() returns void language plpgsql as
              $$ begin execute 'alter table ' || 'child alter column id type bigint'; end $$;
            do $$ begin perform change(); end $$;
            """);
    assertThat(effects(outcome, 1, 1).locks()).isEmpty();
    assertThat(effects(outcome, 1, 2).rewrites()).containsExactly("public.child");
  }

  @Test
  void whatAFunctionReadsInAQueryIsNotLostBehindTheQuerysPlan() throws Exception {
    ShadowOutcome outcome =
        run(
            """
            create function check_it() returns int language plpgsql as
              $$ begin alter table parent alter column name set not null; return 1; end $$;
            select check_it(), count(*) from child where id = 1;
            """);
    assertThat(effects(outcome, 1, 2).scans()).containsExactly("public.parent");
    assertThat(effects(outcome, 1, 2).locks())
        .contains(lock("public.parent", "AccessExclusiveLock"));
  }

  @Test
  void aFunctionThatIsCalledOnceARowIsNotTakenForHarmless() throws Exception {
    ShadowOutcome outcome =
        run(
            """
            create function change_it(int) returns int language plpgsql as
              $$ begin alter table parent alter column name set not null; return 1; end $$;
            create extension "uuid-ossp";
            select change_it(id) from child;
            update child set note = uuid_generate_v4()::text;
            update child set note = lower(note);
            """);
    assertThat(effects(outcome, 1, 3).notMeasured()).contains("change_it").contains("no rows");
    assertThat(effects(outcome, 1, 4).measured()).isTrue();
    assertThat(effects(outcome, 1, 5).measured()).isTrue();
  }

  @Test
  void aQueryThatCannotBePlannedTwiceIsNoFailure() throws Exception {
    ShadowOutcome outcome =
        run(
            """
            create function forget() returns int language plpgsql as
              $$ begin drop table child; return 1; end $$;
            select forget(), 'child'::regclass;
            alter table parent add column a int;
            """);
    assertThat(outcome.failure()).isEmpty();
    assertThat(effects(outcome, 1, 2).locks())
        .contains(lock("public.child", "AccessExclusiveLock"));
    assertThat(effects(outcome, 1, 3).measured()).isTrue();
  }

  @Test
  void aFilesOwnBlockIsOneTransactionAndItsRollbackCounts() throws Exception {
    ShadowOutcome outcome =
        run(
            "begin; alter table child add column a int; rollback;",
            "alter table child add column a int;");
    assertThat(outcome.failure()).isEmpty();
    assertThat(effects(outcome, 1, 2).locks())
        .containsExactly(lock("public.child", "AccessExclusiveLock"));
    assertThat(effects(outcome, 2, 1).measured()).isTrue();
    ShadowOutcome open = run(List.of(), "create table x ()", "begin; create table y ();");
    assertThat(open.failure().orElseThrow().message()).contains("BEGIN has no COMMIT");
  }

  @Test
  void aStatementThatWillFailIsNamedAndNothingAfterItIsGuessed() throws Exception {
    ShadowOutcome outcome =
        run(
            "alter table child add column a int;\nalter table child\n  add column note text;",
            "select 1");
    ShadowOutcome.Failure failure = outcome.failure().orElseThrow();
    assertThat(failure.statement()).isEqualTo(new StatementKey("1", 2));
    assertThat(failure.sqlState()).isEqualTo("42701");
    assertThat(failure.line()).isEqualTo(2);
    assertThat(effects(outcome, 1, 1).measured()).isTrue();
    assertThat(effects(outcome, 1, 2).notMeasured()).startsWith("it fails: column \"note\"");
    assertThat(effects(outcome, 2, 1).notMeasured()).contains("statement 2 of 1 fails before it");
    assertThat(outcome.endState()).isFalse();
    assertThat(
            run(List.of(), "begin; create index concurrently i on parent (name); commit")
                .failure()
                .orElseThrow()
                .sqlState())
        .isEqualTo("25001");
  }

  @Test
  void whatFailsOnlyOnABareServerIsNotTheFilesFault() throws Exception {
    ShadowOutcome outcome =
        run(
            """
            create extension postgis;
            create table place (id int, at geometry);
            create table plain (id int);
            """,
            "alter table place add column b int",
            "create table other (id int)");
    assertThat(outcome.failure()).isEmpty();
    assertThat(effects(outcome, 1, 1).notMeasured()).contains("postgis");
    assertThat(effects(outcome, 1, 2).notMeasured()).contains("could not run").contains("geometry");
    assertThat(effects(outcome, 1, 3).measured()).isTrue();
    assertThat(effects(outcome, 2, 1).measured()).isFalse();
    assertThat(effects(outcome, 3, 1).measured()).isTrue();
    assertThat(outcome.endState()).isFalse();
  }

  @Test
  void rolesThatTheTargetHasAreStoodInFor() throws Exception {
    ShadowOutcome outcome =
        run(
            """
            grant select on parent to reporting;
            alter table parent owner to "The Owner";
            alter table parent add column a int;
            alter default privileges for role app grant select on tables to reporting;
            """,
            "create role batch login; grant reporting to batch; grant insert on parent to batch;");
    assertThat(outcome.failure()).isEmpty();
    assertThat(effects(outcome, 1, 1).measured()).isTrue();
    assertThat(effects(outcome, 1, 2).locks())
        .contains(lock("public.parent", "AccessExclusiveLock"));
    assertThat(effects(outcome, 1, 3).measured()).isTrue();
    assertThat(effects(outcome, 1, 4).measured()).isTrue();
    assertThat(effects(outcome, 2, 1).notMeasured()).contains("whole server");
    assertThat(effects(outcome, 2, 2).notMeasured()).contains("whole server");
    assertThat(effects(outcome, 2, 3).measured()).isTrue();
    assertThat(outcome.endState()).isTrue();
  }

  @Test
  void whatNeedsRowsOrASuperuserIsMarkedWithTheReason() throws Exception {
    ShadowOutcome outcome =
        run(
            "do $$ begin if not exists (select from parent) then raise 'no parents'; end if; end"
                + " $$; alter table parent add column a int;",
            "create extension pg_stat_statements; create view v as select * from"
                + " pg_stat_statements; create event trigger e on ddl_command_end execute function"
                + " nothing();");
    assertThat(outcome.failure()).isEmpty();
    assertThat(effects(outcome, 1, 1).notMeasured()).contains("no rows").contains("no parents");
    assertThat(effects(outcome, 1, 2).measured()).isTrue();
    assertThat(effects(outcome, 2, 1).notMeasured()).contains("superuser");
    assertThat(effects(outcome, 2, 2).measured()).isTrue();
    assertThat(effects(outcome, 2, 3).measured()).isFalse();
  }

  @Test
  void anAppliedPartThatCannotBeReplayedIsSaidAndMakesNobodyElseGuilty() throws Exception {
    ShadowOutcome outcome =
        run(
            List.of(
                migration("0", "create table a (id int)"),
                migration("1_cron", "create extension pg_cron; create table b (id int)"),
                migration("2_wrong", "alter table absent add column x int")),
            "alter table a add column x int",
            "alter table absent add column y int");
    assertThat(outcome.baseFaults())
        .hasSize(2)
        .anyMatch(fault -> fault.contains("pg_cron"))
        .anyMatch(fault -> fault.contains("2_wrong") && fault.contains("absent"));
    assertThat(effects(outcome, 1, 1).measured()).isTrue();
    assertThat(effects(outcome, 2, 1).notMeasured()).contains("absent");
    assertThat(outcome.failure()).isEmpty();
    assertThat(outcome.endState()).isFalse();
  }

  @Test
  void extensionsAndObjectsOfTheTargetThatTheBundleDoesNotMakeCanBeGiven() throws Exception {
    ShadowOutcome outcome =
        ShadowRun.run(
            database,
            new ShadowRun.Request(
                List.of("create table legacy (id int)"),
                List.of(),
                List.of(
                    migration(
                        "1",
                        "alter table legacy add column key uuid default uuid_generate_v4();"
                            + " create extension pgcrypto")),
                Map.of("uuid-ossp", "public", "pgcrypto", "public", "absent_one", "public"),
                ShadowRun.DEFAULT_BUDGET));
    assertThat(outcome.baseFaults())
        .containsExactly("the target has extension absent_one, the shadow has not");
    assertThat(effects(outcome, 1, 1).rewrites()).containsExactly("public.legacy");
    assertThat(effects(outcome, 1, 2).measured()).isTrue();
  }

  @Test
  void theDatabaseAfterwardsHasTheSchemaThatTheTargetWillHave() throws Exception {
    run(
        "create function f() returns int begin atomic select 1; select 2; end; create table t (id"
            + " int);",
        "create type mood as enum ('a'); alter type mood add value 'b'; create table m (x mood"
            + " default 'b')");
    try (Session session = database.open()) {
      assertThat(session.row("select to_regclass('t')::text, to_regclass('m')::text"))
          .containsExactly("t", "m");
    }
  }

  @Test
  void appliedFilesOfEveryShapeAreReplayed() throws Exception {
    ShadowOutcome outcome =
        run(
            List.of(
                migration("0", BASE),
                migration("1", "create index concurrently i on parent (name); vacuum parent;"),
                migration("2", "begin; create table two (id int); commit; create table three ()"),
                migration("3", "set search_path = pg_catalog; create table public.four ()"),
                migration("4", ""),
                migration(
                    "5",
                    "create function f() returns int begin atomic select 1; select 2; end; create"
                        + " table five ()"),
                migration("6", "grant all on five to somebody")),
            "drop index concurrently i; drop table two, three, four, five");
    assertThat(outcome.baseFaults()).isEmpty();
    assertThat(outcome.failure()).isEmpty();
    assertThat(outcome.endState()).isTrue();
  }

  @Test
  void aServerThatDiesMidwayLeavesNothingMeasuredThatWasNot() throws Exception {
    ShadowOutcome outcome =
        run(
            "alter table child add column a int",
            "do $$ begin perform pg_sleep(0); end $$; select"
                + " pg_terminate_backend(pg_backend_pid()); alter table child add column b int",
            "alter table child add column c int");
    assertThat(effects(outcome, 1, 1).measured()).isTrue();
    assertThat(effects(outcome, 2, 2).notMeasured()).contains("shadow server ended");
    assertThat(effects(outcome, 3, 1).notMeasured()).contains("shadow server ended");
    assertThat(outcome.endState()).isFalse();
    server.close();
    ShadowOutcome dead = run("alter table child add column d int");
    assertThat(effects(dead, 1, 1).notMeasured()).contains("cannot be used");
  }

  @Test
  void whatIsTooMuchToMeasureStillRuns() throws Exception {
    ShadowOutcome outcome =
        ShadowRun.run(
            database,
            new ShadowRun.Request(
                List.of(),
                List.of(migration("0", BASE)),
                List.of(
                    migration("1", "select pg_sleep(1.2)"),
                    migration("2", "create table two (id int)"),
                    migration("3", "create index concurrently i on child (note)"),
                    migration("4", "alter table absent add column a int")),
                Map.of(),
                Duration.ofSeconds(2)));
    assertThat(effects(outcome, 2, 1).notMeasured()).contains("not measured").contains("1 s");
    assertThat(effects(outcome, 3, 1).notMeasured()).contains("not measured");
    assertThat(outcome.failure().orElseThrow().sqlState()).isEqualTo("42P01");
    assertThat(outcome.failure().orElseThrow().unlessPresent()).isTrue();
  }

  @Test
  void aStatementOfFiveMegabytesIsOneStatement() throws Exception {
    String text = "x".repeat(5_000_000);
    ShadowOutcome outcome =
        run(
            "insert into parent values (1, '" + text + "')",
            "alter table child add column a int; /* " + text + " */");
    assertThat(effects(outcome, 1, 1).locks()).contains(lock("public.parent", "RowExclusiveLock"));
    assertThat(effects(outcome, 1, 1).scans()).isEmpty();
    assertThat(effects(outcome, 2, 1).locks())
        .containsExactly(lock("public.child", "AccessExclusiveLock"));
  }

  @Test
  void timeIsBoundedAndSaid() throws Exception {
    ShadowOutcome outcome =
        ShadowRun.run(
            database,
            new ShadowRun.Request(
                List.of(),
                List.of(migration("0", BASE)),
                List.of(migration("1", "select pg_sleep(0.3)"), migration("2", "select 1")),
                Map.of(),
                Duration.ofMillis(200)));
    assertThat(effects(outcome, 2, 1).notMeasured()).contains("worked for");
    assertThat(outcome.effects()).hasSize(2);
  }

  @Test
  void aServerThatSomebodyGaveIsNotTouchedBeyondItsOwnDatabase() throws Exception {
    PostgresServer given = SharedPostgres.of(16);
    ShadowOutcome outcome;
    try (ShadowDatabase there =
        ShadowDatabase.onServer(
            SecretDirectory.parseUrl(given.url("postgres"), "test"), "public")) {
      outcome =
          ShadowRun.run(
              there,
              ShadowRun.Request.of(
                  List.of(migration("0", BASE)),
                  List.of(
                      migration(
                          "1",
                          "alter database postgres set work_mem = '1MB'; create role made_by_test;"
                              + " grant select on parent to made_by_test; alter table child add"
                              + " column a int"))));
    }
    assertThat(effects(outcome, 1, 1).notMeasured()).contains("whole server");
    assertThat(effects(outcome, 1, 4).locks())
        .containsExactly(lock("public.child", "AccessExclusiveLock"));
    try (java.sql.Connection connection = given.connect("postgres");
        java.sql.Statement statement = connection.createStatement();
        java.sql.ResultSet rows =
            statement.executeQuery(
                "select (select count(*) from pg_roles where rolname = 'made_by_test')"
                    + " + (select count(*) from pg_db_role_setting)")) {
      assertThat(rows.next()).isTrue();
      assertThat(rows.getInt(1)).isZero();
    }
  }
}
