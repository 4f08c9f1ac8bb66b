package dev.schemaward.engine.tool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.schemaward.engine.EngineException;
import dev.schemaward.engine.FailureReason;
import dev.schemaward.engine.bundle.Bundle;
import dev.schemaward.engine.bundle.BundleReader;
import dev.schemaward.engine.bundle.Format;
import dev.schemaward.engine.bundle.Migration;
import dev.schemaward.engine.execute.ApplyOutcome;
import dev.schemaward.engine.execute.TargetDatabase;
import dev.schemaward.testkit.postgres.SharedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** dbmate itself is the judge: before and after Schemaward, on what either wrote. */
class DbmateInteroperabilityTest {
  private static final String SHAPE =
      "select attname || ' ' || format_type(atttypid, atttypmod) || ' ' || (select"
          + " string_agg(pg_get_constraintdef(oid), ',') from pg_constraint where conrelid ="
          + " attrelid and contype = 'p') from pg_attribute where attnum > 0 and attrelid ="
          + " 'schema_migrations'::regclass";
  private static MigrationTool dbmate;

  private final TargetDatabase db = new TargetDatabase(SharedPostgres.of(16));
  @TempDir private Path work;

  @BeforeAll
  static void tool() {
    dbmate = MigrationTool.dbmateOrSkip();
  }

  @BeforeEach
  void bundle() throws IOException {
    file(
        "20260101000000_init.sql", "create table users (id int, email text);", "drop table users;");
    file("20260102000000_phone.sql", "alter table users add phone text;", "select 1;");
  }

  private void more() throws IOException {
    Files.writeString(
        work.resolve("20260103000000_index.sql"),
        "-- why\n\n--migrate:up transaction:false\ncreate index concurrently e on users (email);\n"
            + "-- migrate:down transaction:false\ndrop index concurrently e;\n");
    file(
        "20260104000000_more.sql",
        "create table orders (id int); insert into orders values (1);",
        "drop table orders;");
  }

  private void file(String name, String up, String down) throws IOException {
    Files.writeString(
        work.resolve(name), "-- migrate:up\n" + up + "\n\n-- migrate:down\n" + down + "\n");
  }

  private Bundle read() throws Exception {
    return BundleReader.read(work, Optional.empty());
  }

  private List<String> pending() throws Exception {
    return db.plan(read()).pending().stream().map(Migration::name).toList();
  }

  private MigrationTool.Said dbmate(TargetDatabase target, String command) {
    return dbmate.run(
        List.of(
            "--url",
            target.server().url(target.name()) + "?sslmode=disable",
            "--migrations-dir",
            work.toString(),
            "--no-dump-schema",
            command));
  }

  private void assertDbmateIsContent() {
    MigrationTool.Said status = dbmate(db, "status");
    assertThat(status.text()).contains("Pending: 0");
    MigrationTool.Said migrate = dbmate(db, "migrate");
    assertThat(migrate.code()).as(migrate.text()).isZero();
    assertThat(migrate.text()).doesNotContain("Applying");
  }

  @Test
  void whatSchemawardAppliedIsToDbmateAsIfItHadDoneIt() throws Exception {
    more();
    assertThat(read().format()).isEqualTo(Format.DBMATE);
    ApplyOutcome outcome = db.apply(read());
    assertThat(outcome.failure()).isNull();
    assertThat(outcome.applied()).hasSize(4);
    assertDbmateIsContent();
    TargetDatabase other = new TargetDatabase(SharedPostgres.of(16));
    assertThat(dbmate(other, "migrate").code()).isZero();
    String rows = "select version from schema_migrations order by 1";
    assertThat(db.query(rows)).isEqualTo(other.query(rows));
    assertThat(db.query(SHAPE)).isEqualTo(other.query(SHAPE));
    assertThat(db.query("select id from orders")).containsExactly("1");
    assertThat(dbmate(db, "rollback").code()).isZero();
    assertThat(pending()).containsExactly("20260104000000_more");
  }

  @Test
  void whatDbmateAppliedIsAppliedAndTheRestIsContinued() throws Exception {
    assertThat(dbmate(db, "migrate").code()).isZero();
    assertThat(pending()).isEmpty();
    more();
    ApplyOutcome rest = db.apply(read());
    assertThat(rest.failure()).isNull();
    assertThat(rest.applied()).containsExactly("20260103000000_index", "20260104000000_more");
    assertDbmateIsContent();
  }

  @Test
  void theOrderIsDbmates() throws Exception {
    file("2_two.sql", "create table two (id int);", "");
    file("10_ten.sql", "create table ten (id int);", "");
    file("1_one.sql", "create table one (id int);", "");
    MigrationTool.Said migrate = dbmate(db, "migrate");
    assertThat(
            migrate
                .text()
                .lines()
                .filter(l -> l.startsWith("Applying: "))
                .map(l -> l.substring(10)))
        .isEqualTo(read().migrations().stream().map(Migration::path).toList());
  }

  @Test
  void anEditIsKnownOnlyOfWhatSchemawardApplied() throws Exception {
    assertThat(dbmate(db, "migrate").code()).isZero();
    file("20260102000000_phone.sql", "alter table users add phone varchar;", "select 1;");
    assertThat(pending()).isEmpty();
    more();
    assertThat(db.apply(read()).failure()).isNull();
    file("20260104000000_more.sql", "create table orders (id bigint);", "drop table orders;");
    assertThatThrownBy(this::pending)
        .hasMessageContaining("20260104000000_more.sql")
        .isInstanceOfSatisfying(
            EngineException.class,
            e -> assertThat(e.reason()).isEqualTo(FailureReason.ChecksumMismatch));
  }

  @Test
  void whatFailedUnderSchemawardLeavesDbmateFreeToGoOn() throws Exception {
    file("20260103000000_bad.sql", "create table x (id int);\nselect 1/0;", "");
    ApplyOutcome failed = db.apply(read());
    assertThat(failed.failure().failure().line()).isEqualTo(3);
    assertThat(dbmate(db, "status").text()).contains("Pending: 1");
    file("20260103000000_bad.sql", "create table x (id int);", "");
    assertThat(dbmate(db, "migrate").code()).isZero();
    assertThat(pending()).isEmpty();
  }

  @Test
  void aTableOfAnotherToolAndASchemaWithoutHistoryAreNotTouched() throws Exception {
    db.sql("create table strange (id int)");
    assertThatThrownBy(this::pending)
        .isInstanceOfSatisfying(
            EngineException.class,
            e -> assertThat(e.reason()).isEqualTo(FailureReason.NotBaselined));
    db.sql("create table schema_migrations (version bigint primary key, dirty boolean)");
    assertThatThrownBy(this::pending)
        .isInstanceOfSatisfying(
            EngineException.class,
            e -> assertThat(e.reason()).isEqualTo(FailureReason.NeedsAttention))
        .hasMessageContaining("dirty, version and is not dbmate's");
  }
}
