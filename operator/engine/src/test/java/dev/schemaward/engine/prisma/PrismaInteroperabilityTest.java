package dev.schemaward.engine.prisma;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.schemaward.engine.EngineException;
import dev.schemaward.engine.FailureReason;
import dev.schemaward.engine.bundle.Bundle;
import dev.schemaward.engine.bundle.BundleReader;
import dev.schemaward.engine.bundle.InvalidBundleException;
import dev.schemaward.engine.execute.ApplyOutcome;
import dev.schemaward.engine.execute.TargetDatabase;
import dev.schemaward.testkit.postgres.SharedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The real Prisma CLI is the judge: before and after Schemaward, on what it wrote itself and on
 * what Schemaward wrote.
 */
class PrismaInteroperabilityTest {
  private static final Path FIXTURES =
      Path.of(
          System.getProperty("schemaward.root"),
          "operator/engine/src/test/resources/prisma-fixtures");
  private static PrismaCli prisma;

  private final TargetDatabase db = new TargetDatabase(SharedPostgres.of(16));
  private final String url = db.server().url(db.name()) + "?schema=public";
  @TempDir private Path work;

  @BeforeAll
  static void cli() {
    prisma = PrismaCli.getOrSkip();
  }

  private static Bundle read(Path bundle) throws InvalidBundleException {
    return BundleReader.read(bundle.resolve("prisma"), Optional.empty());
  }

  private void assertPrismaIsContent(Path bundle) {
    PrismaCli.Said status = prisma.run(url, bundle, "migrate", "status");
    assertThat(status.text()).contains("Database schema is up to date!");
    assertThat(status.code()).isZero();
    assertThat(prisma.run(url, bundle, "migrate", "deploy").text())
        .contains("No pending migrations to apply.");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"01-normal", "03-index-concurrently", "04-enum-change", "05-data-backfill"})
  void whatSchemawardAppliedIsToPrismaAsIfItHadDoneIt(String fixture) throws Exception {
    Path bundle = FIXTURES.resolve(fixture);
    ApplyOutcome outcome = db.apply(read(bundle));
    assertThat(outcome.failure()).isNull();
    assertPrismaIsContent(bundle);

    List<String> expected = new ArrayList<>();
    for (JsonNode row :
        new ObjectMapper().readTree(bundle.resolve("expected/rows-wholefile.json").toFile())) {
      expected.add(
          row.get("migration_name").asText()
              + " "
              + row.get("checksum").asText()
              + " "
              + row.get("applied_steps_count").asText());
    }
    assertThat(
            db.query(
                "select migration_name || ' ' || checksum || ' ' || applied_steps_count from"
                    + " _prisma_migrations where finished_at is not null and rolled_back_at is null"
                    + " and logs is null order by started_at"))
        .containsExactlyElementsOf(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"01-normal", "04-enum-change"})
  void whatPrismaAppliedIsAppliedAndTheRestIsContinued(String fixture) throws Exception {
    Path bundle = FIXTURES.resolve(fixture);
    Path firstHalf = firstHalf(bundle);
    assertThat(prisma.run(url, firstHalf, "migrate", "deploy").code()).isZero();
    assertThat(db.plan(read(firstHalf)).pending()).isEmpty();

    ApplyOutcome rest = db.apply(read(bundle));
    assertThat(rest.failure()).isNull();
    assertThat(rest.applied()).isNotEmpty();
    assertPrismaIsContent(bundle);
  }

  private Path firstHalf(Path bundle) throws IOException {
    Path half = work.resolve("half/prisma");
    Path source = bundle.resolve("prisma");
    Files.createDirectories(half.resolve("migrations"));
    Files.copy(source.resolve("schema.prisma"), half.resolve("schema.prisma"));
    Files.copy(
        source.resolve("migrations/migration_lock.toml"),
        half.resolve("migrations/migration_lock.toml"));
    try (Stream<Path> directories = Files.list(source.resolve("migrations"))) {
      List<Path> all = directories.filter(Files::isDirectory).sorted().toList();
      for (Path migration : all.subList(0, all.size() / 2)) {
        Path copy =
            Files.createDirectories(half.resolve("migrations").resolve(migration.getFileName()));
        Files.copy(migration.resolve("migration.sql"), copy.resolve("migration.sql"));
      }
    }
    return half.getParent();
  }

  @Test
  void whatPrismaLeftFailedNeedsAPersonAndGoesOnAfterResolve() throws Exception {
    Path bundle = FIXTURES.resolve("02-failing-second");
    assertThat(prisma.run(url, bundle, "migrate", "deploy").code()).isNotZero();
    assertThatThrownBy(() -> db.plan(read(bundle)))
        .isInstanceOfSatisfying(
            EngineException.class,
            e -> assertThat(e.reason()).isEqualTo(FailureReason.NeedsAttention))
        .hasMessageContaining("20240402090000_unique_email");

    // Prisma ≥ 7.4 runs statement by statement: the column of the failed file is there. A person
    // undoes it and says so.
    db.sql("alter table customers drop column if exists phone".replace("customers", table()));
    db.sql(
        "delete from "
            + table()
            + " a using "
            + table()
            + " b where a.id > b.id and a.email = b.email");
    assertThat(
            prisma
                .run(
                    url,
                    bundle,
                    "migrate",
                    "resolve",
                    "--rolled-back",
                    "20240402090000_unique_email")
                .code())
        .isZero();
    ApplyOutcome outcome = db.apply(read(bundle));
    assertThat(outcome.failure()).isNull();
    assertPrismaIsContent(bundle);
  }

  @Test
  void whatFailedUnderSchemawardLeavesPrismaFreeToGoOn() throws Exception {
    Path bundle = FIXTURES.resolve("02-failing-second");
    ApplyOutcome failed = db.apply(read(bundle));
    assertThat(failed.failure().reason()).isEqualTo(FailureReason.MigrationFailed);
    assertThat(failed.failure().failure().sqlState()).isEqualTo("23505");
    PrismaCli.Said status = prisma.run(url, bundle, "migrate", "status");
    assertThat(status.text())
        .as("pending, not failed: nothing of it is there")
        .contains("have not yet been applied", "20240402090000_unique_email")
        .doesNotContain("failed");

    db.sql(
        "delete from "
            + table()
            + " a using "
            + table()
            + " b where a.id > b.id and a.email = b.email");
    PrismaCli.Said deploy = prisma.run(url, bundle, "migrate", "deploy");
    assertThat(deploy.text()).contains("All migrations have been successfully applied");
    assertThat(db.plan(read(bundle)).pending()).isEmpty();
  }

  private String table() {
    return db.tables().getFirst();
  }

  @Test
  void baselinedHistoryIsHistory() throws Exception {
    Path bundle = FIXTURES.resolve("01-normal");
    Path half = firstHalf(bundle);
    for (var migration : read(half).migrations()) {
      for (var statement : migration.statements()) {
        db.sql(statement.text());
      }
    }
    assertThatThrownBy(() -> db.plan(read(bundle))).hasMessageContaining("P3005");
    for (var migration : read(half).migrations()) {
      assertThat(prisma.run(url, half, "migrate", "resolve", "--applied", migration.name()).code())
          .isZero();
    }
    assertThat(db.apply(read(bundle)).failure()).isNull();
    assertPrismaIsContent(bundle);
  }

  @Test
  void aPrismaCliRunByHandDuringAConcurrentIndexNeitherHangsNorIsHungBy() throws Exception {
    Path bundle = FIXTURES.resolve("03-index-concurrently");
    Bundle all = read(bundle);
    assertThat(db.apply(all.upTo(all.migrations().getFirst().name())).failure()).isNull();
    try (Connection reader = db.server().connect(db.name())) {
      reader.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
      reader.setAutoCommit(false);
      // An old snapshot: the index is not finished before it is gone.
      reader.createStatement().executeQuery("select count(*) from " + table()).close();
      CompletableFuture<ApplyOutcome> applying =
          CompletableFuture.supplyAsync(() -> db.applyPatiently(all));
      Awaitility.await()
          .until(
              () ->
                  !db.query(
                          "select 1 from pg_stat_activity where query ilike 'create%concurrently%'"
                              + " and wait_event = 'virtualxid'")
                      .isEmpty());
      PrismaCli.Said deploy = prisma.run(url, bundle, "migrate", "deploy");
      assertThat(deploy.text()).contains("P3009");
      reader.commit();
      ApplyOutcome outcome = applying.get(2, TimeUnit.MINUTES);
      assertThat(outcome.failure()).isNull();
    }
    assertPrismaIsContent(bundle);
    assertThat(db.query("select count(*)::text from pg_index where not indisvalid"))
        .containsExactly("0");
  }

  @Test
  void aByteOrderMarkIsFoundBeforeAnythingRuns() {
    assertThatThrownBy(() -> read(FIXTURES.resolve("06-crlf-bom")))
        .hasMessageContaining("20240802090000_note_crlf_bom")
        .hasMessageContaining("byte order mark");
  }
}
