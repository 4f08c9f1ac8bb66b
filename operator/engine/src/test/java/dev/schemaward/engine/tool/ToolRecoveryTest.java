package dev.schemaward.engine.tool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.schemaward.engine.EngineException;
import dev.schemaward.engine.Schemaward;
import dev.schemaward.engine.bundle.Bundle;
import dev.schemaward.engine.bundle.BundleReader;
import dev.schemaward.engine.bundle.Migration;
import dev.schemaward.engine.connect.RoundTrip;
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
import java.util.List;
import java.util.Optional;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The ways out of what the tools leave, or of what was done beside them, in each tool's history.
 */
class ToolRecoveryTest {
  private static final String INIT = "create table users (id int, email text);";

  /** How a tool names the n-th file, and wraps what it does. */
  private enum Naming {
    FLYWAY("V%d__f.sql", "%s"),
    GOLANG_MIGRATE("%d_f.up.sql", "%s"),
    DBMATE("%d_f.sql", "-- migrate:up\n%s\n-- migrate:down\n");

    private final String file;
    private final String content;

    Naming(String file, String content) {
      this.file = file;
      this.content = content;
    }
  }

  private final TargetDatabase db = new TargetDatabase(SharedPostgres.of(16));
  @TempDir private Path work;

  private Bundle bundle(Naming naming, String... scripts) throws Exception {
    for (int i = 0; i < scripts.length; i++) {
      Files.writeString(
          work.resolve(naming.file.formatted(i + 1)), naming.content.formatted(scripts[i]));
    }
    return BundleReader.read(work, Optional.empty());
  }

  private RecoverRequest request(Bundle bundle) {
    return new RecoverRequest(
        bundle,
        db.credentials(),
        null,
        null,
        Duration.ofSeconds(3),
        null,
        null,
        null,
        null,
        "recover-1",
        TargetDatabase.BUILD,
        RoundTrip.UNWATCHED);
  }

  private void recover(Bundle bundle, Class<? extends RecoveryAction> kind) throws Exception {
    Recovery recovery = Schemaward.recovery(request(bundle));
    RecoveryOption option =
        recovery.options().stream()
            .filter(candidate -> kind.isInstance(candidate.action()))
            .findFirst()
            .orElseThrow(() -> new AssertionError(recovery));
    Schemaward.recover(request(bundle), option.hash(), Progress.SILENT, new Cancellation());
  }

  private List<String> pending(Bundle bundle) throws EngineException {
    return db.plan(bundle).pending().stream().map(Migration::name).toList();
  }

  @ParameterizedTest
  @EnumSource(Naming.class)
  void whatIsThereAlreadyIsRecordedAndTheRestRuns(Naming naming) throws Exception {
    db.sql(INIT);
    Bundle bundle = bundle(naming, INIT, "create table more (id int);");
    assertThatThrownBy(() -> pending(bundle)).hasMessageContaining("no migration history");
    recover(bundle, RecoveryAction.Baseline.class);
    assertThat(pending(bundle)).hasSize(1);
    assertThat(db.apply(bundle).failure()).isNull();
    assertThat(pending(bundle)).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(Naming.class)
  void anEditedFileIsAdopted(Naming naming) throws Exception {
    assertThat(db.apply(bundle(naming, INIT)).failure()).isNull();
    Bundle edited = bundle(naming, INIT + " -- and a comment");
    assertThatThrownBy(() -> pending(edited)).hasMessageContaining("edited after being applied");
    recover(edited, RecoveryAction.AdoptEdited.class);
    assertThat(pending(edited)).isEmpty();
    Bundle again = bundle(naming, INIT + " -- and another one");
    assertThatThrownBy(() -> pending(again)).hasMessageContaining("edited after being applied");
  }

  /** Statement 1 of 2 took effect, and Flyway has recorded that the file failed. */
  private Bundle halfDoneByFlyway() throws Exception {
    Bundle bundle =
        bundle(
            Naming.FLYWAY,
            INIT + " insert into users values (1, 'x'), (2, 'x');",
            "create index concurrently a on users (id);\n"
                + "create unique index concurrently b on users (email);\n");
    assertThatThrownBy(() -> flyway().migrate()).isInstanceOf(FlywayException.class);
    assertThatThrownBy(() -> pending(bundle)).hasMessageContaining("V2__f");
    db.sql("drop index b; delete from users where id = 2");
    return bundle;
  }

  private Flyway flyway() {
    return dev.schemaward.engine.flyway.FlywayTool.configure(db, work).load();
  }

  private void assertFlywayIsContent() {
    assertThat(flyway().validateWithResult().validationSuccessful).isTrue();
    assertThat(flyway().migrate().migrationsExecuted).isZero();
  }

  @Test
  void whatFlywayLeftHalfDoneGoesOnBehindWhatTookEffect() throws Exception {
    Bundle bundle = halfDoneByFlyway();
    recover(bundle, RecoveryAction.ContinueAfter.class);
    assertThat(db.apply(bundle).failure()).isNull();
    assertFlywayIsContent();
    assertThat(db.query("select count(*) from pg_indexes where indexname in ('a', 'b')"))
        .containsExactly("2");
  }

  @Test
  void whatFlywayLeftHalfDoneIsUndoneAndRunsAgain() throws Exception {
    Bundle bundle = halfDoneByFlyway();
    db.sql("drop index a");
    recover(bundle, RecoveryAction.MarkRolledBack.class);
    assertThat(pending(bundle)).containsExactly("V2__f");
    assertThat(db.apply(bundle).failure()).isNull();
    assertFlywayIsContent();
  }

  @Test
  void whatFlywayLeftHalfDoneIsFinishedByHand() throws Exception {
    Bundle bundle = halfDoneByFlyway();
    db.sql("create unique index b on users (email)");
    recover(bundle, RecoveryAction.MarkApplied.class);
    assertThat(pending(bundle)).isEmpty();
    assertFlywayIsContent();
  }

  private MigrationTool.Said migrate() {
    return MigrationTool.golangMigrateOrSkip()
        .run(
            List.of(
                "-database",
                db.server().url(db.name()) + "?sslmode=disable",
                "-path",
                work.toString(),
                "up"));
  }

  private Bundle dirtyByGolangMigrate() throws Exception {
    Bundle bundle =
        bundle(
            Naming.GOLANG_MIGRATE,
            INIT,
            "create table two (id int);\ncreate unique index b on users (email);\n");
    assertThat(db.apply(bundle.upTo("1_f")).failure()).isNull();
    db.sql("insert into users values (1, 'x'), (2, 'x')");
    assertThat(migrate().code()).isNotZero();
    assertThatThrownBy(() -> pending(bundle)).hasMessageContaining("dirty");
    db.sql("delete from users where id = 2");
    return bundle;
  }

  @Test
  void whatGolangMigrateLeftDirtyRunsAgain() throws Exception {
    Bundle bundle = dirtyByGolangMigrate();
    Recovery recovery = Schemaward.recovery(request(bundle));
    assertThat(recovery.options().getFirst().action())
        .isInstanceOf(RecoveryAction.MarkRolledBack.class);
    recover(bundle, RecoveryAction.MarkRolledBack.class);
    assertThat(db.query("select version || ' ' || dirty from schema_migrations"))
        .containsExactly("1 false");
    assertThat(db.apply(bundle).failure()).isNull();
    assertThat(migrate().text()).contains("no change");
  }

  @Test
  void whatGolangMigrateLeftDirtyIsFinishedByHand() throws Exception {
    Bundle bundle = dirtyByGolangMigrate();
    db.sql("create table two (id int); create unique index b on users (email)");
    recover(bundle, RecoveryAction.MarkApplied.class);
    assertThat(pending(bundle)).isEmpty();
    assertThat(migrate().text()).contains("no change");
  }

  @Test
  void whatGolangMigrateLeftDirtyGoesOnBehindWhatAPersonDid() throws Exception {
    Bundle bundle = dirtyByGolangMigrate();
    db.sql("create table two (id int)");
    recover(bundle, RecoveryAction.ContinueAfter.class);
    assertThat(db.apply(bundle).failure()).isNull();
    assertThat(migrate().text()).contains("no change");
  }
}
