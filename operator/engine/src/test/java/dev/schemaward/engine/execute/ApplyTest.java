package dev.schemaward.engine.execute;

import static dev.schemaward.engine.execute.TargetDatabase.prisma;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.schemaward.engine.EngineException;
import dev.schemaward.engine.FailureReason;
import dev.schemaward.engine.bundle.Bundle;
import dev.schemaward.engine.bundle.Format;
import dev.schemaward.engine.connect.RoundTrip;
import dev.schemaward.engine.plan.Plan;
import dev.schemaward.testkit.postgres.SharedPostgres;
import java.sql.Connection;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What apply does to a real database, on the oldest and the newest supported server of the embedded
 * ones.
 */
@ParameterizedClass
@ValueSource(ints = {14, 18})
class ApplyTest {
  private static final String USERS = "create table users (id int primary key, email text);";
  private static final String PHONE = "alter table users add column phone text;";

  private final TargetDatabase db;

  ApplyTest(int major) {
    this.db = new TargetDatabase(SharedPostgres.of(major));
  }

  @Test
  void appliesWhatIsPendingOnceAndThenNothing() throws EngineException {
    Bundle bundle = prisma("20260101000000_init", USERS, "20260102000000_phone", PHONE);
    ApplyOutcome first = db.apply(bundle);
    assertThat(first.failure()).isNull();
    assertThat(first.applied()).containsExactly("20260101000000_init", "20260102000000_phone");
    assertThat(first.version()).isEqualTo("20260102000000_phone");
    assertThat(first.pendingTotal()).isZero();

    ApplyOutcome second = db.apply(bundle);
    assertThat(second.failure()).isNull();
    assertThat(second.applied()).isEmpty();
    assertThat(db.history())
        .containsExactly("20260101000000_init finished", "20260102000000_phone finished");
    assertThat(
            db.query(
                "select applied_steps_count || '/' || coalesce(logs, 'null') from"
                    + " _prisma_migrations"))
        .containsExactly("1/null", "1/null");
    assertThat(db.plan(bundle).pending()).isEmpty();
  }

  @Test
  void planningWritesNothing() throws EngineException {
    Plan plan = db.plan(prisma("20260101000000_init", USERS));
    assertThat(plan.pending()).hasSize(1);
    assertThat(db.query("select nspname from pg_namespace where nspname = 'schemaward'")).isEmpty();
    assertThat(db.hasHistory()).isFalse();
  }

  @Test
  void theApprovedPlanRunsAndNoOther() throws EngineException {
    Bundle bundle = prisma("20260101000000_init", USERS);
    Plan plan = db.plan(bundle);
    ApplyOutcome refused =
        db.apply(bundle, new ApplyRequest.Gate.Expected("sha256:" + "0".repeat(64)));
    assertThat(refused.failure().reason()).isEqualTo(FailureReason.PlanChanged);
    assertThat(db.tables()).isEmpty();
    assertThat(db.hasHistory()).isFalse();

    assertThat(db.apply(bundle, new ApplyRequest.Gate.Expected(plan.hash())).failure()).isNull();
    assertThat(db.tables()).containsExactly("users");
  }

  @Test
  void aTableMadeByHandAfterTheApprovalVoidsIt() throws EngineException {
    Bundle bundle = prisma("20260101000000_init", USERS);
    Plan plan = db.plan(bundle);
    db.sql("create schema ops; create table ops.audit (id int)");
    ApplyOutcome outcome = db.apply(bundle, new ApplyRequest.Gate.Expected(plan.hash()));
    assertThat(outcome.failure().reason()).isEqualTo(FailureReason.PlanChanged);
    assertThat(db.tables()).isEmpty();
  }

  @Test
  void useOfTheDatabaseDoesNotVoidAnApproval() throws EngineException {
    db.apply(prisma("20260101000000_init", USERS));
    Bundle bundle = prisma("20260101000000_init", USERS, "20260102000000_phone", PHONE);
    Plan plan = db.plan(bundle);
    db.sql("insert into users select i, 'x' from generate_series(1, 1000) i");
    db.sql("vacuum analyze");
    assertThat(db.apply(bundle, new ApplyRequest.Gate.Expected(plan.hash())).failure()).isNull();
  }

  @Test
  void aFailedFileLeavesNothingAndSaysWhere() {
    Bundle bundle =
        prisma(
            "20260101000000_init",
            USERS,
            "20260102000000_broken",
            "-- a comment\n"
                + "create table orders (id int);\n\n"
                + "alter table userz\n"
                + "  add column x int;");
    ApplyOutcome outcome = db.apply(bundle);
    EngineException failure = outcome.failure();
    assertThat(failure.reason()).isEqualTo(FailureReason.MigrationFailed);
    assertThat(failure.failure().migration()).isEqualTo("20260102000000_broken");
    assertThat(failure.failure().statement()).isEqualTo(2);
    assertThat(failure.failure().line()).isEqualTo(4);
    assertThat(failure.failure().sqlState()).isEqualTo("42P01");
    assertThat(failure.failure().tookEffect()).startsWith("nothing");
    assertThat(outcome.applied()).containsExactly("20260101000000_init");
    assertThat(outcome.pendingTotal()).isEqualTo(1);
    assertThat(db.tables()).containsExactly("users");
    assertThat(db.history())
        .containsExactly("20260101000000_init finished", "20260102000000_broken rolled back");

    Bundle corrected =
        prisma(
            "20260101000000_init", USERS, "20260102000000_broken", "create table orders (id int);");
    assertThat(db.apply(corrected).failure()).isNull();
    assertThat(db.tables()).containsExactly("orders", "users");
  }

  @Test
  void statementsThatRefuseATransactionRunAloneAndAreJournalled() {
    Bundle bundle =
        prisma(
            "20260101000000_mixed",
            USERS
                + " create index concurrently users_email on users (email);"
                + " vacuum users; create table orders (id int);");
    assertThat(db.apply(bundle).failure()).isNull();
    assertThat(db.tables()).containsExactly("orders", "users");
    assertThat(
            db.query("select indisvalid from pg_index where indexrelid = 'users_email'::regclass"))
        .containsExactly("t");
    assertThat(
            db.query(
                "select command from schemaward.statement where done_at is not null order by idx"))
        .containsExactly("CREATE TABLE", "CREATE INDEX", "VACUUM", "CREATE TABLE");
  }

  @Test
  void aFileThatFailedHalfWayGoesOnAfterItsMending() {
    db.apply(prisma("20260101000000_init", USERS + "insert into users values (1, 'a'), (2, 'a');"));
    String index = "create unique index concurrently users_email on users (email);";
    ApplyOutcome failed =
        db.apply(
            prisma(
                "20260101000000_init",
                USERS + "insert into users values (1, 'a'), (2, 'a');",
                "20260102000000_unique",
                "create table log (id int);\n" + index));
    assertThat(failed.failure().failure().sqlState()).isEqualTo("23505");
    assertThat(failed.failure().failure().tookEffect()).contains("statements 1 to 1 of 2");
    assertThat(db.history()).contains("20260102000000_unique open");
    assertThat(db.query("select count(*) from pg_index where not indisvalid"))
        .as("the INVALID index is gone")
        .containsExactly("0");

    db.sql("update users set email = 'b' where id = 2");
    ApplyOutcome mended =
        db.apply(
            prisma(
                "20260101000000_init",
                USERS + "insert into users values (1, 'a'), (2, 'a');",
                "20260102000000_unique",
                "create table log (id int);\n-- mended\n" + index));
    assertThat(mended.failure()).isNull();
    assertThat(mended.resumed()).isTrue();
    assertThat(db.history()).last().isEqualTo("20260102000000_unique finished");
  }

  @Test
  void whatTookEffectMustNotBeEdited() {
    db.apply(
        prisma(
            "20260101000000_mixed",
            "create table a (id int); create index concurrently i on nowhere (x);"));
    ApplyOutcome outcome =
        db.apply(
            prisma(
                "20260101000000_mixed",
                "create table b (id int); create index concurrently i on b (id);"));
    assertThat(outcome.failure().reason()).isEqualTo(FailureReason.NeedsAttention);
    assertThat(outcome.failure()).hasMessageContaining("statement 1 took effect and was edited");
    assertThat(db.tables()).containsExactly("a");
  }

  @Test
  void aFilesOwnTransactionIsRespected() {
    Bundle bundle =
        prisma(
            "20260101000000_own",
            "begin; create table a (id int); commit; begin; create table b (id int); rollback;"
                + " create table c (id int);");
    assertThat(db.apply(bundle).failure()).isNull();
    assertThat(db.tables()).containsExactly("a", "c");
  }

  @Test
  void aTransactionLeftOpenIsAFailureAndUndone() {
    ApplyOutcome outcome =
        db.apply(prisma("20260101000000_open", "begin; create table a (id int);"));
    assertThat(outcome.failure().reason()).isEqualTo(FailureReason.MigrationFailed);
    assertThat(outcome.failure()).hasMessageContaining("leaves a transaction open");
    assertThat(db.tables()).isEmpty();
  }

  @Test
  void aScriptsSettingsDoNotReachTheNextMigration() {
    db.sql("create role app_writer; create schema other");
    db.sql("grant app_writer to current_user; grant create on schema public to app_writer");
    Bundle bundle =
        prisma(
            "20260101000000_settings",
            "set search_path = other; set statement_timeout = '1234ms'; create table elsewhere (id"
                + " int); select pg_catalog.set_config('search_path', '', false); set role"
                + " app_writer;",
            "20260102000000_next",
            "create table here (t text default current_setting('statement_timeout')); insert into here values (default, "
                    .replace("(default, ", "(default);")
                + " create table who as select current_user::text as name");
    ApplyOutcome outcome = db.apply(bundle);
    assertThat(outcome.failure()).isNull();
    assertThat(db.tables()).containsExactly("here", "who");
    assertThat(db.query("select t from here")).first().isNotEqualTo("1234ms");
    assertThat(db.query("select name from who")).containsExactly("postgres");
    db.sql("drop owned by app_writer; revoke app_writer from current_user; drop role app_writer");
  }

  @Test
  void anEnumLabelCanBeUsedInTheFileThatAddsIt() {
    Bundle bundle =
        prisma(
            "20260101000000_init",
            "create type mood as enum ('ok'); create table t (m mood);",
            "20260102000000_label",
            "alter type mood add value 'sad'; insert into t values ('sad');",
            "20260103000000_labels",
            "alter type mood add value 'glad'; alter type mood add value 'mad';");
    assertThat(db.apply(bundle).failure()).isNull();
    assertThat(db.query("select m from t")).containsExactly("sad");
  }

  @Test
  void aBusyTableIsTriedAgainAndItsHolderNamed() throws Exception {
    db.apply(prisma("20260101000000_init", USERS));
    List<Progress.SteppingBack> steps = new ArrayList<>();
    try (Connection application = db.server().connect(db.name());
        Statement statement = application.createStatement()) {
      application.setAutoCommit(false);
      statement.execute("set application_name = 'shop-frontend'");
      statement.execute("lock table users in access share mode");
      ApplyOutcome busy =
          db.apply(
              prisma("20260101000000_init", USERS, "20260102000000_phone", PHONE),
              new ApplyRequest.Gate.Always(),
              RoundTrip.UNWATCHED,
              event -> {
                if (event instanceof Progress.SteppingBack step) {
                  steps.add(step);
                }
              },
              null);
      assertThat(busy.failure().reason()).isEqualTo(FailureReason.LockContention);
      assertThat(busy.failure().blockers())
          .extracting(EngineException.Blocker::application)
          .contains("shop-frontend");
      assertThat(steps).hasSizeGreaterThan(1);
      application.rollback();
    }
    assertThat(db.history()).last().isEqualTo("20260102000000_phone rolled back");
    assertThat(
            db.apply(prisma("20260101000000_init", USERS, "20260102000000_phone", PHONE)).failure())
        .isNull();
  }

  @Test
  void whoeverHoldsPrismasLockIsWaitedForAndNamed() throws Exception {
    try (Connection prisma = db.server().connect(db.name());
        Statement statement = prisma.createStatement()) {
      statement.execute("set application_name = 'prisma migrate'");
      statement.execute("select pg_advisory_lock(72707369)");
      ApplyOutcome outcome = db.apply(prisma("20260101000000_init", USERS));
      assertThat(outcome.failure().reason()).isEqualTo(FailureReason.LockContention);
      assertThat(outcome.failure()).hasMessageContaining("prisma migrate");
      assertThat(db.tables()).isEmpty();
    }
  }

  @Test
  void aTargetHasOneOwner() {
    ApplyOutcome first =
        db.apply(
            prisma("20260101000000_init", USERS),
            new ApplyRequest.Gate.Always(),
            RoundTrip.UNWATCHED,
            Progress.SILENT,
            "cluster/shop/orders");
    assertThat(first.failure()).isNull();
    ApplyOutcome second =
        db.apply(
            prisma("20260101000000_init", USERS, "20260102000000_phone", PHONE),
            new ApplyRequest.Gate.Always(),
            RoundTrip.UNWATCHED,
            Progress.SILENT,
            "cluster/shop/other");
    assertThat(second.failure().reason()).isEqualTo(FailureReason.TargetBusy);
    assertThat(second.failure()).hasMessageContaining("shop/orders");
    assertThat(db.history()).hasSize(1);
  }

  @Test
  void aHistoryThatPrismaLeftOpenNeedsAPerson() {
    db.apply(prisma("20260101000000_init", USERS));
    db.sql(
        "insert into _prisma_migrations (id, checksum, migration_name) values ('x', 'y',"
            + " '20260102000000_phone')");
    ApplyOutcome outcome =
        db.apply(prisma("20260101000000_init", USERS, "20260102000000_phone", PHONE));
    assertThat(outcome.failure().reason()).isEqualTo(FailureReason.NeedsAttention);
    assertThat(outcome.failure()).hasMessageContaining("schemaward recover --show");
  }

  @Test
  void anEditedFileIsNamed() {
    db.apply(prisma("20260101000000_init", USERS));
    assertThatThrownBy(() -> db.plan(prisma("20260101000000_init", USERS + " -- edited")))
        .hasMessageContaining("20260101000000_init.sql")
        .isInstanceOfSatisfying(
            EngineException.class,
            e -> assertThat(e.reason()).isEqualTo(FailureReason.ChecksumMismatch));
  }

  @Test
  void otherLineEndsAreNotAnEdit() throws EngineException {
    db.apply(prisma("20260101000000_init", "create table a (\n id int\n);\n"));
    assertThat(
            db.plan(prisma("20260101000000_init", "create table a (\r\n id int\r\n);\r\n"))
                .pending())
        .isEmpty();
  }

  @Test
  void tablesWithoutAHistoryAreNotTouched() {
    db.sql("create table legacy (id int)");
    assertThatThrownBy(() -> db.plan(prisma("20260101000000_init", USERS)))
        .hasMessageContaining("P3005")
        .hasMessageContaining("legacy");
  }

  @Test
  void plainSqlKeepsItsHistoryInTheLedger() {
    Bundle bundle = TargetDatabase.bundle(Format.SQL, "0001_init", USERS, "0002_phone", PHONE);
    assertThat(db.apply(bundle).failure()).isNull();
    assertThat(db.apply(bundle).applied()).isEmpty();
    assertThat(
            db.query(
                "select name from schemaward.history where finished_at is not null order by 1"))
        .containsExactly("0001_init", "0002_phone");
    assertThat(db.hasHistory()).isFalse();
  }

  @Test
  void anEmptyFileIsApplied() {
    assertThat(db.apply(prisma("20260101000000_empty", "-- nothing\n")).failure()).isNull();
    assertThat(db.history()).containsExactly("20260101000000_empty finished");
  }

  @Test
  void aHazardousPlanStopsUnlessItMayRun() {
    db.apply(prisma("20260101000000_init", USERS));
    Bundle bundle =
        prisma(
            "20260101000000_init",
            USERS,
            "20260102000000_drop",
            "alter table users drop column email;");
    ApplyOutcome outcome =
        db.apply(bundle, new ApplyRequest.Gate.UnlessHazardous(TargetDatabase.UNMEASURED));
    assertThat(outcome.approvalRequired()).isTrue();
    assertThat(outcome.plan().headline()).contains("1 destructive", "drop-column");
    assertThat(db.history()).hasSize(1);
  }
}
