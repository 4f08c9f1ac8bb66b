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
import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** golang-migrate itself is the judge: before and after Schemaward, on what either wrote. */
class GolangMigrateInteroperabilityTest {
  private static final String SHAPE =
      "select attname || ' ' || format_type(atttypid, atttypmod) || attnotnull || (select"
          + " string_agg(pg_get_constraintdef(oid), ',') from pg_constraint where conrelid ="
          + " attrelid and contype = 'p') from pg_attribute where attnum > 0 and attrelid ="
          + " 'schema_migrations'::regclass order by attnum";
  private static final String ROW = "select version || ' ' || dirty from schema_migrations";
  private static MigrationTool migrate;

  private static final String HELD_KEYS =
      "select (classid::bigint << 32) | objid::bigint as key from pg_locks where locktype ="
          + " 'advisory' and objsubid = 1 and database = (select oid from pg_database where datname"
          + " = current_database())";

  private final TargetDatabase db = new TargetDatabase(SharedPostgres.of(16));
  @TempDir private Path work;

  @BeforeAll
  static void tool() {
    migrate = MigrationTool.golangMigrateOrSkip();
  }

  @BeforeEach
  void bundle() throws IOException {
    file("1_init", "create table users (id int, email text);");
    file("0002_phone", "alter table users add phone text;");
    Files.writeString(work.resolve("1_init.down.sql"), "drop table users;");
    Files.writeString(work.resolve("0002_phone.down.sql"), "alter table users drop phone;");
  }

  private void more() throws IOException {
    file("3_index", "create index concurrently e on users (email);");
    file("10_orders", "create table orders (id int); insert into orders values (1);");
  }

  private void file(String name, String up) throws IOException {
    Files.writeString(work.resolve(name + ".up.sql"), up + "\n");
  }

  private Bundle read() throws Exception {
    return BundleReader.read(work, Optional.empty());
  }

  private List<String> pending() throws Exception {
    return db.plan(read()).pending().stream().map(Migration::name).toList();
  }

  private MigrationTool.Said migrate(TargetDatabase target, String... command) {
    List<String> arguments =
        new java.util.ArrayList<>(
            List.of(
                "-database",
                target.server().url(target.name()) + "?sslmode=disable",
                "-path",
                work.toString()));
    arguments.addAll(List.of(command));
    return migrate.run(arguments);
  }

  private void assertMigrateIsContent() {
    MigrationTool.Said up = migrate(db, "up");
    assertThat(up.code()).as(up.text()).isZero();
    assertThat(up.text()).contains("no change");
  }

  @Test
  void whatSchemawardAppliedIsToGolangMigrateAsIfItHadDoneIt() throws Exception {
    more();
    assertThat(read().format()).isEqualTo(Format.GOLANG_MIGRATE);
    ApplyOutcome outcome = db.apply(read());
    assertThat(outcome.failure()).isNull();
    assertThat(outcome.applied()).containsExactly("1_init", "0002_phone", "3_index", "10_orders");
    assertMigrateIsContent();
    TargetDatabase other = new TargetDatabase(SharedPostgres.of(16));
    assertThat(migrate(other, "up").code()).isZero();
    assertThat(db.query(ROW)).isEqualTo(other.query(ROW)).containsExactly("10 false");
    assertThat(db.query(SHAPE)).isEqualTo(other.query(SHAPE));
    assertThat(pending()).isEmpty();
  }

  @Test
  void whatGolangMigrateAppliedIsAppliedAndTheRestIsContinued() throws Exception {
    assertThat(migrate(db, "up").code()).isZero();
    assertThat(pending()).isEmpty();
    assertThat(migrate(db, "down", "1").code()).isZero();
    assertThat(pending()).containsExactly("0002_phone");
    more();
    ApplyOutcome rest = db.apply(read());
    assertThat(rest.failure()).isNull();
    assertThat(rest.applied()).containsExactly("0002_phone", "3_index", "10_orders");
    assertMigrateIsContent();
  }

  @Test
  void whatGolangMigrateLeftDirtyNeedsAPersonIsNotOverwrittenAndGoesOnAfterForce()
      throws Exception {
    assertThat(migrate(db, "up").code()).isZero();
    file("3_bad", "select 1/0;");
    assertThat(migrate(db, "up").code()).isNotZero();
    for (int i = 0; i < 2; i++) {
      ApplyOutcome refused = db.apply(read());
      assertThat(refused.failure().reason()).isEqualTo(FailureReason.NeedsAttention);
      assertThat(refused.failure()).hasMessageContainingAll("3_bad", "dirty");
      assertThat(db.query(ROW)).containsExactly("3 true");
    }
    file("3_bad", "create table good (id int);");
    assertThatThrownBy(this::pending).hasMessageContaining("dirty");
    assertThat(migrate(db, "force", "2").code()).isZero();
    assertThat(pending()).containsExactly("3_bad");
    assertThat(db.apply(read()).failure()).isNull();
    assertMigrateIsContent();
  }

  @Test
  void whatFailedUnderSchemawardLeavesGolangMigrateFreeToGoOn() throws Exception {
    file("3_bad", "create table x (id int); select 1/0;");
    assertThat(db.apply(read()).failure().failure().sqlState()).isEqualTo("22012");
    assertThat(db.query(ROW)).containsExactly("2 false");
    file("3_bad", "create table x (id int);");
    assertThat(migrate(db, "up").code()).isZero();
    assertThat(pending()).isEmpty();
  }

  @Test
  void anotherToolsDirtyMarkIsNotTakenForOursWhereWeFailedBefore() throws Exception {
    file("3_bad", "create table x (id int); select 1/0;");
    assertThat(db.apply(read()).failure().failure().sqlState()).isEqualTo("22012");
    assertThat(migrate(db, "up").code()).isNotZero();
    ApplyOutcome refused = db.apply(read());
    assertThat(refused.failure().reason()).isEqualTo(FailureReason.NeedsAttention);
    assertThat(db.query(ROW)).containsExactly("3 true");
  }

  @Test
  void whatIsHalfDoneStopsGolangMigrateAndNotSchemaward() throws Exception {
    file(
        "3_half",
        "create index concurrently a on users (id); create unique index concurrently b on users"
            + " (email);");
    assertThat(db.apply(read().upTo("0002_phone")).failure()).isNull();
    db.sql("insert into users values (1, 'x'), (2, 'x')");
    assertThat(db.apply(read()).failure().failure().sqlState()).isEqualTo("23505");
    MigrationTool.Said up = migrate(db, "up");
    assertThat(up.code()).isNotZero();
    assertThat(up.text()).contains("Dirty database version 3");
    db.sql("delete from users where id = 2");
    ApplyOutcome rest = db.apply(read());
    assertThat(rest.failure()).isNull();
    assertThat(rest.resumed()).isTrue();
    assertMigrateIsContent();
  }

  @Test
  void aVersionThatIsNotInTheBundleIsKeptWhenWhatFollowsFails() throws Exception {
    file("5_gone", "create table gone (id int);");
    assertThat(migrate(db, "up").code()).isZero();
    Files.delete(work.resolve("5_gone.up.sql"));
    file("7_bad", "select 1/0;");
    assertThat(pending()).containsExactly("7_bad");
    assertThat(db.apply(read()).failure().failure().sqlState()).isEqualTo("22012");
    assertThat(db.query(ROW)).containsExactly("5 false");
  }

  @Test
  void anEditIsKnownOnlyOfWhatSchemawardApplied() throws Exception {
    assertThat(migrate(db, "up").code()).isZero();
    file("1_init", "create table users (id bigint, email text);");
    assertThat(pending()).isEmpty();
    more();
    assertThat(db.apply(read()).failure()).isNull();
    file("10_orders", "create table orders (id bigint);");
    assertThatThrownBy(this::pending)
        .hasMessageContaining("10_orders.up.sql")
        .isInstanceOfSatisfying(
            EngineException.class,
            e -> assertThat(e.reason()).isEqualTo(FailureReason.ChecksumMismatch));
  }

  @Test
  void aTableOfAnotherToolIsNotTouched() {
    db.sql("create table schema_migrations (version varchar primary key)");
    assertThatThrownBy(this::pending)
        .isInstanceOfSatisfying(
            EngineException.class,
            e -> assertThat(e.reason()).isEqualTo(FailureReason.NeedsAttention))
        .hasMessageContaining("is not golang-migrate's");
  }

  @Test
  void aHandRunToolAndSchemawardExcludeEachOther() throws Exception {
    file("3_k", "create table by_tool as " + HELD_KEYS + ";");
    assertThat(migrate(db, "up").code()).isZero();
    file("4_k", "create table by_us as " + HELD_KEYS + ";");
    assertThat(db.apply(read()).failure()).isNull();
    List<String> key = db.query("select key from by_tool");
    assertThat(key).hasSize(1);
    assertThat(db.query("select key from by_us")).containsAll(key);

    file("5_k", "create table late (id int);");
    try (Connection other = db.server().connect(db.name());
        Statement statement = other.createStatement()) {
      statement.execute("select pg_advisory_lock(" + key.getFirst() + ")");
      ApplyOutcome refused = db.apply(read());
      assertThat(refused.failure().reason()).isEqualTo(FailureReason.LockContention);
      assertThat(refused.failure()).hasMessageContaining("own migration tool is at work");
      statement.execute("select pg_advisory_unlock_all()");
    }
    assertThat(pending()).hasSize(1);

    // What looks like a failure is how far it has come while it is at work.
    db.sql("update schema_migrations set version = 5, dirty = true");
    assertReason(FailureReason.NeedsAttention);
    try (Connection other = db.server().connect(db.name());
        Statement statement = other.createStatement()) {
      statement.execute("select pg_advisory_lock(" + key.getFirst() + ")");
      assertReason(FailureReason.LockContention);
    }
  }

  private void assertReason(FailureReason reason) {
    assertThatThrownBy(this::pending)
        .isInstanceOfSatisfying(
            EngineException.class, e -> assertThat(e.reason()).isEqualTo(reason));
  }
}
