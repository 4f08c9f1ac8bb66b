package dev.schemaward.engine.prisma;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.schemaward.engine.EngineException;
import dev.schemaward.engine.FailureReason;
import dev.schemaward.engine.Schemaward;
import dev.schemaward.engine.bundle.Bundle;
import dev.schemaward.engine.bundle.BundleReader;
import dev.schemaward.engine.connect.RoundTrip;
import dev.schemaward.engine.execute.ApplyRequest;
import dev.schemaward.engine.execute.Cancellation;
import dev.schemaward.engine.execute.Progress;
import dev.schemaward.engine.execute.RecoverRequest;
import dev.schemaward.engine.execute.TargetDatabase;
import dev.schemaward.engine.recover.Recovery;
import dev.schemaward.engine.recover.RecoveryAction;
import dev.schemaward.engine.recover.RecoveryOption;
import dev.schemaward.testkit.postgres.SharedPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What Prisma calls P3005 to P3018, left behind by the real CLI or as it would leave it; after the
 * recovery the real CLI is content.
 */
class PrismaRecoveryTest {
  private static final String INIT = "create table users (id int primary key, email text);\n";
  private static final String TWO_STEPS =
      "alter table users add column phone text;\n"
          + "create unique index users_email on users (email);\n";
  private static PrismaCli prisma;

  private final TargetDatabase db = new TargetDatabase(SharedPostgres.of(16));
  private final String url = db.server().url(db.name()) + "?schema=public";
  @TempDir private Path work;

  @BeforeAll
  static void cli() {
    prisma = PrismaCli.getOrSkip();
  }

  /** Writes a Prisma project; name, SQL, name, SQL … */
  private Bundle bundle(String... namesAndSql) throws Exception {
    Path prismaDirectory = work.resolve("prisma");
    Path migrations = Files.createDirectories(prismaDirectory.resolve("migrations"));
    Files.writeString(
        prismaDirectory.resolve("schema.prisma"),
        "datasource db {\n  provider = \"postgresql\"\n}\n");
    Files.writeString(migrations.resolve("migration_lock.toml"), "provider = \"postgresql\"\n");
    for (int i = 0; i < namesAndSql.length; i += 2) {
      Path directory = Files.createDirectories(migrations.resolve(namesAndSql[i]));
      Files.writeString(directory.resolve("migration.sql"), namesAndSql[i + 1]);
    }
    return BundleReader.read(prismaDirectory, Optional.empty());
  }

  private RecoverRequest request(Bundle bundle, String upTo) {
    return new RecoverRequest(
        bundle,
        db.credentials(),
        null,
        upTo,
        Duration.ofSeconds(3),
        new ApplyRequest.Approval("dba@example.com", "2026-01-01T00:00:00Z", "cli", null),
        null,
        null,
        null,
        "recover-1",
        TargetDatabase.BUILD,
        RoundTrip.UNWATCHED);
  }

  private Recovery show(Bundle bundle) throws EngineException {
    return Schemaward.recovery(request(bundle, null));
  }

  private void recover(Bundle bundle, RecoveryOption option) throws EngineException {
    Schemaward.recover(request(bundle, null), option.hash(), Progress.SILENT, new Cancellation());
  }

  private static <A extends RecoveryAction> RecoveryOption option(
      Recovery recovery, Class<A> kind) {
    return recovery.options().stream()
        .filter(option -> kind.isInstance(option.action()))
        .findFirst()
        .orElseThrow();
  }

  private void assertPrismaIsContent() {
    PrismaCli.Said status = prisma.run(url, work, "migrate", "status");
    assertThat(status.text()).contains("Database schema is up to date!");
    assertThat(prisma.run(url, work, "migrate", "deploy").text())
        .contains("No pending migrations to apply.");
  }

  /** Statement 1 of 2 took effect, as Prisma ≥ 7.4 leaves it. */
  private Bundle failedHalfWay() throws Exception {
    Bundle bundle = bundle("20260101000000_init", INIT, "20260102000000_two", TWO_STEPS);
    Bundle first = bundle.upTo("20260101000000_init");
    assertThat(db.apply(first).failure()).isNull();
    db.sql("insert into users values (1, 'a'), (2, 'a')");
    PrismaCli.Said deploy = prisma.run(url, work, "migrate", "deploy");
    assertThat(deploy.code()).isNotZero();
    assertThat(prisma.run(url, work, "migrate", "deploy").text()).contains("P3009");
    return bundle;
  }

  @Test
  void aFailedMigrationGoesOnBehindWhatTookEffect() throws Exception {
    Bundle bundle = failedHalfWay();
    Recovery recovery = show(bundle);
    assertThat(recovery.situation()).contains("20260102000000_two");
    assertThat(recovery.facts())
        .containsExactly(
            "statement 1, line 1, ALTER TABLE users: is in the database",
            "statement 2, line 2, CREATE INDEX users_email: is not in the database");
    RecoveryOption best = recovery.options().getFirst();
    assertThat(best.recommended()).isTrue();
    assertThat(best.action()).isInstanceOf(RecoveryAction.ContinueAfter.class);
    assertThat(recovery.options().stream().filter(RecoveryOption::recommended)).hasSize(1);

    recover(bundle, best);
    db.sql("delete from users where id = 2");
    assertThat(db.apply(bundle).failure()).isNull();
    assertPrismaIsContent();
    assertThat(db.query("select 1 from pg_indexes where indexname = 'users_email'")).hasSize(1);
    assertThat(
            db.query(
                "select approved_by || ' ' || outcome from schemaward.run where id = 'recover-1'"))
        .containsExactly("dba@example.com Recovered: go on behind statement 1 of 2");
  }

  @Test
  void aFailedMigrationThatWasUndoneRunsAgain() throws Exception {
    Bundle bundle = failedHalfWay();
    db.sql("alter table users drop column phone");
    db.sql("delete from users where id = 2");
    RecoveryOption best = show(bundle).options().getFirst();
    assertThat(best.action()).isInstanceOf(RecoveryAction.MarkRolledBack.class);
    assertThat(best.recommended()).isTrue();
    recover(bundle, best);
    assertThat(db.apply(bundle).failure()).isNull();
    assertPrismaIsContent();
  }

  @Test
  void aFailedMigrationThatWasFinishedByHandIsMarkedApplied() throws Exception {
    Bundle bundle = failedHalfWay();
    db.sql("delete from users where id = 2");
    db.sql("create unique index users_email on users (email)");
    RecoveryOption best = show(bundle).options().getFirst();
    assertThat(best.action()).isInstanceOf(RecoveryAction.MarkApplied.class);
    assertThat(best.recommended()).isTrue();
    recover(bundle, best);
    assertThat(db.plan(bundle).pending()).isEmpty();
    assertPrismaIsContent();
    assertThat(
            db.query(
                "select applied_steps_count || logs from _prisma_migrations where migration_name ="
                    + " '20260102000000_two' and finished_at is not null and finished_at ="
                    + " started_at"))
        .as("as `prisma migrate resolve --applied` writes it")
        .containsExactly("0");
  }

  @Test
  void aRunThatPrismaWasKilledInIsFoundDone() throws Exception {
    Bundle bundle = bundle("20260101000000_init", INIT);
    assertThat(prisma.run(url, work, "migrate", "deploy").code()).isZero();
    // kill -9 between the script's commit and the row's last UPDATE.
    db.sql("update _prisma_migrations set finished_at = null, applied_steps_count = 0");
    assertThat(prisma.run(url, work, "migrate", "deploy").text()).contains("P3009");
    RecoveryOption best = show(bundle).options().getFirst();
    assertThat(best.action()).isInstanceOf(RecoveryAction.MarkApplied.class);
    recover(bundle, best);
    assertPrismaIsContent();
  }

  @Test
  void aDatabaseWithoutHistoryIsBaselinedAtWhatIsThere() throws Exception {
    Bundle bundle =
        bundle(
            "20260101000000_init", INIT,
            "20260102000000_two", TWO_STEPS,
            "20260103000000_orders", "create table orders (id int primary key);\n");
    db.sql(INIT);
    db.sql(TWO_STEPS);
    assertThat(prisma.run(url, work, "migrate", "deploy").text()).contains("P3005");
    assertThatThrownBy(() -> db.plan(bundle)).hasMessageContaining("schemaward recover --show");
    Recovery recovery = show(bundle);
    assertThat(recovery.facts())
        .containsExactly(
            "20260101000000_init: is in the database",
            "20260102000000_two: is in the database",
            "20260103000000_orders: is not in the database");
    RecoveryOption best = recovery.options().getFirst();
    assertThat(best.title()).startsWith("record the first 2 of 3 migrations");
    recover(bundle, best);
    assertThat(db.apply(bundle).applied()).containsExactly("20260103000000_orders");
    assertPrismaIsContent();
  }

  @Test
  void aDatabaseWithSomebodyElsesTablesBeginsAnEmptyHistory() throws Exception {
    Bundle bundle = bundle("20260101000000_init", INIT);
    db.sql("create table legacy (id int)");
    RecoveryOption best = show(bundle).options().getFirst();
    assertThat(best.title()).startsWith("begin an empty history");
    recover(bundle, best);
    assertThat(db.apply(bundle).failure()).isNull();
    assertPrismaIsContent();
  }

  @Test
  void anEditedFileIsAdopted() throws Exception {
    bundle("20260101000000_init", INIT);
    assertThat(prisma.run(url, work, "migrate", "deploy").code()).isZero();
    Bundle edited = bundle("20260101000000_init", "-- a comment\n" + INIT);
    assertThatThrownBy(() -> db.plan(edited)).hasMessageContaining("edited");
    recover(edited, option(show(edited), RecoveryAction.AdoptEdited.class));
    assertThat(db.plan(edited).pending()).isEmpty();
    assertPrismaIsContent();
    assertThat(db.query("select checksum from _prisma_migrations"))
        .containsExactly(edited.migrations().getFirst().checksum());
  }

  @Test
  void whatPrismaRefusesToResolveHasNoRecovery() throws Exception {
    Bundle bundle = bundle("20260101000000_init", INIT, "20260102000000_two", TWO_STEPS);
    assertThat(db.apply(bundle.upTo("20260101000000_init")).failure()).isNull();
    assertThat(
            prisma.run(url, work, "migrate", "resolve", "--applied", "20260101000000_init").text())
        .contains("P3008");
    assertThat(
            prisma
                .run(url, work, "migrate", "resolve", "--rolled-back", "20260102000000_two")
                .text())
        .contains("P3011");
    assertThat(
            prisma
                .run(url, work, "migrate", "resolve", "--rolled-back", "20260101000000_init")
                .text())
        .contains("P3012");
    Recovery recovery = show(bundle);
    assertThat(recovery.nothingToDo()).isTrue();
    assertThat(recovery.situation()).startsWith("nothing is wrong: 1 pending");
  }

  @Test
  void aFailedMigrationWhoseFileIsGoneCanOnlyBeRolledBack() throws Exception {
    failedHalfWay();
    Files.delete(work.resolve("prisma/migrations/20260102000000_two/migration.sql"));
    Files.delete(work.resolve("prisma/migrations/20260102000000_two"));
    Bundle without = bundle("20260101000000_init", INIT);
    assertThat(
            prisma.run(url, work, "migrate", "resolve", "--applied", "20260102000000_two").text())
        .contains("P3017");
    Recovery recovery = show(without);
    assertThat(recovery.options()).hasSize(1);
    recover(without, recovery.options().getFirst());
    assertThat(db.plan(without).pending()).isEmpty();
    assertPrismaIsContent();
  }

  @Test
  void whatChangedSinceItWasShownIsNotDone() throws Exception {
    Bundle bundle = failedHalfWay();
    RecoveryOption shown = show(bundle).options().getFirst();
    db.sql("alter table users drop column phone");
    assertThatThrownBy(() -> recover(bundle, shown))
        .isInstanceOfSatisfying(
            EngineException.class, e -> assertThat(e.reason()).isEqualTo(FailureReason.PlanChanged))
        .hasMessageContaining("nothing was written");
    assertThat(db.history())
        .containsExactly("20260101000000_init finished", "20260102000000_two open");
  }
}
