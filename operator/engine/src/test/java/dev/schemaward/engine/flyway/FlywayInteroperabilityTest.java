package dev.schemaward.engine.flyway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.schemaward.engine.EngineException;
import dev.schemaward.engine.FailureReason;
import dev.schemaward.engine.bundle.Bundle;
import dev.schemaward.engine.bundle.BundleReader;
import dev.schemaward.engine.bundle.Migration;
import dev.schemaward.engine.execute.ApplyOutcome;
import dev.schemaward.engine.execute.TargetDatabase;
import dev.schemaward.testkit.postgres.SharedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import org.flywaydb.core.api.FlywayException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The Flyway library is the judge: before and after Schemaward, on what it wrote itself and on what
 * Schemaward wrote.
 */
class FlywayInteroperabilityTest {
  private static final String ROWS =
      "select concat_ws('|', installed_rank, coalesce(version, '-'), description, type, script,"
          + " checksum, installed_by, success) from flyway_schema_history order by installed_rank";
  private static final String SHAPE =
      """
      select line from (
        select concat_ws('|', 1, attnum, attname, format_type(atttypid, atttypmod), attnotnull,
          pg_get_expr(adbin, adrelid)) as line
        from pg_attribute left join pg_attrdef on adrelid = attrelid and adnum = attnum
        where attrelid = 'flyway_schema_history'::regclass and attnum > 0
        union all
        select concat_ws('|', 2, conname, pg_get_constraintdef(oid)) from pg_constraint
        where conrelid = 'flyway_schema_history'::regclass and contype <> 'n'
        union all
        select concat_ws('|', 3, pg_get_indexdef(indexrelid)) from pg_index
        where indrelid = 'flyway_schema_history'::regclass) s order by 1\
      """;

  private static final String HELD_KEYS =
      "select (classid::bigint << 32) | objid::bigint as key from pg_locks where locktype ="
          + " 'advisory' and objsubid = 1 and database = (select oid from pg_database where datname"
          + " = current_database())";

  private final TargetDatabase db = new TargetDatabase(SharedPostgres.of(17));
  @TempDir private Path work;
  private FlywayTool flyway;

  @BeforeEach
  void bundle() throws IOException {
    flyway = new FlywayTool(db, work);
    file("V1__init.sql", "create table users (id int primary key, email text);\n");
    file("V1_1__phone.sql", "alter table users add phone text;\r\n");
  }

  private void file(String name, String sql) throws IOException {
    Files.createDirectories(work.resolve(name).getParent());
    Files.writeString(work.resolve(name), sql);
  }

  private void more() throws IOException {
    file("V2__email_index.sql", "create index concurrently users_email on users (email);\n");
    file(
        "sub/V10__mixed.sql",
        "\uFEFFcreate table orders (id int);\ncreate index concurrently o on orders (id);\n");
    file("R__users_view.sql", "create or replace view v as select id from users;\n");
    file(
        "R__a_function.sql",
        "create or replace function f() returns int language sql as 'select 1';");
  }

  private Bundle read() throws Exception {
    return BundleReader.read(work, Optional.empty());
  }

  private List<String> pending() throws Exception {
    return db.plan(read()).pending().stream().map(Migration::name).toList();
  }

  private ApplyOutcome apply() throws Exception {
    ApplyOutcome outcome = db.apply(read());
    assertThat(outcome.failure()).isNull();
    return outcome;
  }

  @Test
  void whatSchemawardAppliedIsToFlywayAsIfItHadDoneIt() throws Exception {
    more();
    assertThat(apply().applied())
        .containsExactly(
            "V1__init",
            "V1_1__phone",
            "V2__email_index",
            "V10__mixed",
            "R__a_function",
            "R__users_view");
    assertThat(flyway.isContent()).as(flyway.states().toString()).isTrue();
    assertThat(pending()).isEmpty();

    Files.writeString(work.resolve("sub/V10__mixed.sql.conf"), "executeInTransaction=false");
    TargetDatabase other = new TargetDatabase(SharedPostgres.of(17));
    FlywayTool.configure(other, work).mixed(true).load().migrate();
    assertThat(db.query(ROWS)).isEqualTo(other.query(ROWS));
    assertThat(db.query(SHAPE)).isEqualTo(other.query(SHAPE));
    assertThat(db.query("select count(*) from flyway_schema_history where execution_time >= 0"))
        .containsExactly("6");
  }

  @Test
  void whatFlywayAppliedIsAppliedAndTheRestIsContinued() throws Exception {
    assertThat(flyway.migrate()).isEqualTo(2);
    assertThat(pending()).isEmpty();
    more();
    assertThat(apply().applied()).hasSize(4).doesNotContain("V1__init");
    assertThat(flyway.isContent()).as(flyway.states().toString()).isTrue();

    file("V11__by_hand.sql", "alter table users add age int;");
    assertThat(flyway.migrate()).isEqualTo(1);
    assertThat(pending()).isEmpty();
  }

  @Test
  void aRepeatableOneRunsAgainWhenItChangedWhoeverRanItBefore() throws Exception {
    more();
    apply();
    file("R__users_view.sql", "create or replace view v as select id, email from users;\n");
    assertThat(pending()).containsExactly("R__users_view");
    ApplyOutcome again = apply();
    assertThat(again.applied()).containsExactly("R__users_view");
    assertThat(again.version()).isEqualTo("V10__mixed");
    assertThat(flyway.isContent()).as(flyway.states().toString()).isTrue();
    assertThat(flyway.states()).contains("users view SUPERSEDED", "users view SUCCESS");

    file("R__users_view.sql", "create or replace view v as select id, email, phone from users;\n");
    assertThat(flyway.migrate()).isEqualTo(1);
    assertThat(pending()).isEmpty();
    // Back to a text that ran before: only the latest run counts.
    file("R__users_view.sql", "drop view v; create view v as select id from users;\n");
    assertThat(pending()).containsExactly("R__users_view");
    // A versioned one that comes before a repeatable one is not out of order.
    file("V11__last.sql", "create table last (id int);");
    assertThat(db.plan(read()).findings()).noneMatch(f -> f.rule().equals("out-of-order"));
  }

  @Test
  void aBaselineCoversWhatItReaches() throws Exception {
    db.sql("create table users (id int primary key, email text, phone text)");
    assertThatThrownBy(this::pending)
        .isInstanceOfSatisfying(
            EngineException.class,
            e -> assertThat(e.reason()).isEqualTo(FailureReason.NotBaselined));
    assertThatThrownBy(flyway::migrate).hasMessageContaining("non-empty schema");
    FlywayTool.configure(db, work).baselineVersion("1.1.0").load().baseline();
    assertThat(pending()).isEmpty();
    file("V1__init.sql", "-- Flyway does not look at what is below its baseline, nor do we");
    more();
    assertThat(apply().applied()).hasSize(4);
    assertThat(flyway.flyway().validateWithResult().validationSuccessful).isTrue();
    assertThat(flyway.migrate()).isZero();
  }

  @Test
  void anEditedFileIsFoundByFlywaysChecksumAndLineEndsAreNoEdit() throws Exception {
    flyway.migrate();
    file("V1_1__phone.sql", "alter table users add phone text;\n");
    assertThat(pending()).isEmpty();
    file("V1_1__phone.sql", "alter table users add phone text; \n");
    assertThatThrownBy(this::pending)
        .hasMessageContaining("V1_1__phone.sql")
        .isInstanceOfSatisfying(
            EngineException.class,
            e -> assertThat(e.reason()).isEqualTo(FailureReason.ChecksumMismatch));
  }

  @Test
  void whatFlywayLeftFailedNeedsAPersonAndGoesOnAfterRepair() throws Exception {
    flyway.migrate();
    file("V2__vacuum.sql", "vacuum nowhere;");
    assertThatThrownBy(flyway::migrate).isInstanceOf(FlywayException.class);
    assertThatThrownBy(this::pending)
        .isInstanceOfSatisfying(
            EngineException.class,
            e -> assertThat(e.reason()).isEqualTo(FailureReason.NeedsAttention))
        .hasMessageContaining("V2__vacuum");
    file("V2__vacuum.sql", "vacuum users;");
    flyway.flyway().repair();
    apply();
    assertThat(flyway.isContent()).as(flyway.states().toString()).isTrue();
  }

  @Test
  void whatFailedUnderSchemawardLeavesFlywayFreeToGoOn() throws Exception {
    file("V2__bad.sql", "alter table users add x int; select 1/0;");
    file("V3__vacuum.sql", "vacuum users;");
    assertThat(db.apply(read()).failure().failure().sqlState()).isEqualTo("22012");
    file("V2__bad.sql", "vacuum nowhere;");
    assertThat(db.apply(read()).failure().failure().sqlState()).isEqualTo("42P01");
    assertThat(flyway.states())
        .containsExactly("1 SUCCESS", "1.1 SUCCESS", "2 PENDING", "3 PENDING");
    file("V2__bad.sql", "alter table users add x int;");
    assertThat(flyway.migrate()).isEqualTo(2);
    assertThat(pending()).isEmpty();
  }

  @Test
  void whatIsHalfDoneStopsFlywayAndNotSchemaward() throws Exception {
    file(
        "V2__half.sql",
        "create index concurrently a on users (id); create unique index concurrently b on users"
            + " (email);");
    apply(read().upTo("V1_1__phone"));
    db.sql("insert into users values (1, 'x'), (2, 'x')");
    assertThat(db.apply(read()).failure().failure().sqlState()).isEqualTo("23505");
    assertThatThrownBy(flyway::migrate).hasMessageContaining("Detected failed migration");
    assertThat(pending()).containsExactly("V2__half");
    db.sql("delete from users where id = 2");
    ApplyOutcome rest = apply();
    assertThat(rest.resumed()).isTrue();
    assertThat(flyway.isContent()).as(flyway.states().toString()).isTrue();
    assertThat(db.query("select count(*) from schemaward.statement")).containsExactly("2");
  }

  @Test
  void flywaysFailedRowIsNotTakenForOursWhereWeFailedBefore() throws Exception {
    file("V2__bad.sql", "vacuum nowhere;");
    assertThat(db.apply(read()).failure().failure().sqlState()).isEqualTo("42P01");
    assertThatThrownBy(flyway::migrate).isInstanceOf(FlywayException.class);
    assertThat(db.apply(read()).failure().reason()).isEqualTo(FailureReason.NeedsAttention);
  }

  private void apply(Bundle bundle) {
    assertThat(db.apply(bundle).failure()).isNull();
  }

  @Test
  void whatFlywayMarkedAsDeletedIsPendingWhenItsFileIsBack() throws Exception {
    file("V2__gone.sql", "create table gone (id int);");
    file("V3__last.sql", "create table last (id int);");
    flyway.migrate();
    Files.delete(work.resolve("V2__gone.sql"));
    assertThat(db.plan(read()).pending()).isEmpty();
    flyway.flyway().repair();
    db.sql("drop table gone");
    file("V2__gone.sql", "create table gone (id int);");
    assertThat(pending()).containsExactly("V2__gone");
    apply();
    assertThat(flyway.flyway().validateWithResult().validationSuccessful).isTrue();
    assertThat(flyway.migrate()).isZero();
  }

  @Test
  void aHandRunToolAndSchemawardExcludeEachOther() throws Exception {
    file("V2__k.sql", "create table by_tool as " + HELD_KEYS + ";");
    assertThat(flyway.migrate()).isEqualTo(3);
    file("V3__k.sql", "create table by_us as " + HELD_KEYS + ";");
    assertThat(db.apply(read()).failure()).isNull();
    List<String> key = db.query("select key from by_tool");
    assertThat(key).hasSize(1);
    assertThat(db.query("select key from by_us")).containsAll(key);

    file("V4__k.sql", "create table late (id int);");
    try (Connection other = db.server().connect(db.name());
        Statement statement = other.createStatement()) {
      statement.execute("select pg_advisory_lock(" + key.getFirst() + ")");
      ApplyOutcome refused = db.apply(read());
      assertThat(refused.failure().reason()).isEqualTo(FailureReason.LockContention);
      assertThat(refused.failure()).hasMessageContaining("own migration tool is at work");
    }
    assertThat(pending()).hasSize(1);
  }
}
