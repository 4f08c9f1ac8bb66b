package dev.schemaward.engine.drift;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.schemaward.engine.EngineException;
import dev.schemaward.engine.bundle.Bundle;
import dev.schemaward.engine.connect.Credentials;
import dev.schemaward.engine.connect.RoundTrip;
import dev.schemaward.engine.connect.SecretDirectory;
import dev.schemaward.engine.connect.Session;
import dev.schemaward.engine.execute.TargetDatabase;
import dev.schemaward.engine.shadow.ShadowSource;
import dev.schemaward.testkit.postgres.SharedPostgres;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Large schemas: no false drift, bounded time and memory. {@code -Dschemaward.tables=2000} or
 * {@code 20000} for sizes that take longer than a test should.
 */
class DriftScaleTest {
  private static final int TABLES = Integer.getInteger("schemaward.tables", 300);
  private static final int TABLES_A_MIGRATION = 100;
  private static final int TOO_LARGE = 42;

  @TempDir private Path work;

  /** Eight columns, three indexes, a check, a comment, a foreign key a table. */
  private static String table(int i) {
    return """
    CREATE TABLE t%1$d (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, a text NOT NULL, b int DEFAULT 1,
      c timestamptz DEFAULT now(), d numeric(10,2), e jsonb, f uuid, g boolean, CHECK (b > 0));
    CREATE INDEX ON t%1$d (a);
    CREATE INDEX ON t%1$d (c) WHERE b > 0;
    COMMENT ON TABLE t%1$d IS 'table %1$d';
    """
            .formatted(i)
        + (i % 100 == 0
            ? ""
            : "ALTER TABLE t%1$d ADD CONSTRAINT fk FOREIGN KEY (id) REFERENCES t%2$d;\n"
                .formatted(i, i - 1))
        + (i % 10 == 0 ? "CREATE VIEW v%1$d AS SELECT * FROM t%1$d;\n".formatted(i) : "");
  }

  private static String[] migrations() {
    List<String> namesAndSql = new ArrayList<>();
    for (int first = 0; first < TABLES; first += TABLES_A_MIGRATION) {
      StringBuilder sql = new StringBuilder();
      for (int i = first; i < Math.min(TABLES, first + TABLES_A_MIGRATION); i++) {
        sql.append(table(i));
      }
      namesAndSql.add("%014d_tables".formatted(20_000_101_000_000L + first));
      namesAndSql.add(sql.toString());
    }
    return namesAndSql.toArray(String[]::new);
  }

  @Test
  void aLargeSchemaComparesCleanAfterReplayAndAfterDumpAndRestore()
      throws EngineException, IOException, InterruptedException {
    Bundle bundle = TargetDatabase.prisma(migrations());
    TargetDatabase db = new TargetDatabase(SharedPostgres.of(14));
    long begun = System.nanoTime();
    assertThat(db.apply(bundle).failure()).isNull();
    begun = said("apply", begun);
    DriftReport report = check(db, bundle);
    said("drift", begun);
    assertThat(report.comparison().drifts()).isEmpty();
    assertThat(report.fingerprint()).isEqualTo(report.expectedFingerprint());

    TargetDatabase restored = new TargetDatabase(SharedPostgres.of(14));
    Path dump = work.resolve("dump.sql");
    run("pg_dump", "-f", dump.toString(), db.server().url(db.name()));
    run(
        "psql",
        "-q",
        "-v",
        "ON_ERROR_STOP=1",
        "-f",
        dump.toString(),
        db.server().url(restored.name()));
    assertThat(check(restored, bundle).drifted()).isFalse();

    restored.sql("DROP INDEX t7_a_idx");
    begun = System.nanoTime();
    assertThat(check(restored, bundle).comparison().drifts().stream().map(DriftText::line))
        .containsExactly("index public.t7_a_idx is missing");
    said("drift with proposals", begun);
  }

  private DriftReport check(TargetDatabase db, Bundle bundle) throws EngineException {
    return check(db.credentials(), db.server().major(), bundle);
  }

  private DriftReport check(Credentials credentials, int major, Bundle bundle)
      throws EngineException {
    return DriftCheck.run(
        new DriftRequest(
            bundle,
            credentials,
            null,
            new ShadowSource.Embedded(DriftDatabase.programs(major), work.resolve("shadow")),
            List.of(),
            true));
  }

  private static long said(String what, long begun) {
    System.out.printf(
        "%d tables: %s %d ms%n", TABLES, what, (System.nanoTime() - begun) / 1_000_000);
    return System.nanoTime();
  }

  /** With the heap of the command as it is shipped, and with one that cannot be enough. */
  @Test
  void theWholeCheckFitsIntoTheMemoryOfAJobOrSaysThatItDoesNot()
      throws EngineException, IOException, InterruptedException {
    TargetDatabase db = new TargetDatabase(SharedPostgres.of(18));
    assertThat(db.apply(TargetDatabase.prisma(migrations())).failure()).isNull();
    assertThat(child(14 * 1024, "drift", db)).isEqualTo(TOO_LARGE);
    assertThat(child(96 * 1024, "drift", db)).isEqualTo(TABLES > 2_000 ? TOO_LARGE : 0);
  }

  /** In a JVM that has no more heap than 64 MB and 16 KB for each table beyond 2,000. */
  @Test
  void snapshotAndFingerprintFitIntoLittleMemory() throws IOException, InterruptedException {
    TargetDatabase db = new TargetDatabase(SharedPostgres.of(18));
    for (int first = 0; first < TABLES; first += TABLES_A_MIGRATION) {
      StringBuilder sql = new StringBuilder();
      for (int i = first; i < Math.min(TABLES, first + TABLES_A_MIGRATION); i++) {
        sql.append(table(i));
      }
      db.sql(sql.toString());
    }
    assertThat(child(64 * 1024 + 16 * Math.max(0, TABLES - 2_000), "snapshot", db)).isZero();
  }

  private int child(int kilobytes, String what, TargetDatabase db)
      throws IOException, InterruptedException {
    return new ProcessBuilder(
            ProcessHandle.current().info().command().orElseThrow(),
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Xmx" + kilobytes + "k",
            "-Dschemaward.tables=" + TABLES,
            "-cp",
            System.getProperty("java.class.path"),
            DriftScaleTest.class.getName(),
            what,
            db.server().url(db.name()) + "?schema=public",
            work.toString())
        .inheritIO()
        .start()
        .waitFor();
  }

  public static void main(String[] arguments) throws Exception {
    long started = System.nanoTime();
    if (arguments[0].equals("drift")) {
      DriftScaleTest test = new DriftScaleTest();
      test.work = Path.of(arguments[2]);
      try {
        DriftReport report =
            test.check(
                SecretDirectory.parseUrl(arguments[1], "test"),
                18,
                TargetDatabase.prisma(migrations()));
        said("drift in little memory", started);
        Runtime.getRuntime().halt(report.drifted() ? 1 : 0);
      } catch (EngineException e) {
        System.out.println(e.getMessage());
        Runtime.getRuntime().halt(e.getMessage().contains("is too large") ? TOO_LARGE : 2);
      }
    }
    try (Session session =
        Session.open(
            SecretDirectory.parseUrl(arguments[1], "test"),
            new Session.Settings("drift-scale", "public", Duration.ofMinutes(2)),
            RoundTrip.UNWATCHED)) {
      long begun = System.nanoTime();
      SchemaFingerprint.of(session, "public", null);
      begun = said("fingerprint", begun);
      SchemaSnapshot snapshot = SchemaSnapshot.read(session, SchemaScope.of("public"));
      said("snapshot of " + snapshot.objects().size() + " objects", begun);
      System.gc();
      Runtime runtime = Runtime.getRuntime();
      System.out.printf(
          "  heap: %d MB of %d MB with the snapshot held%n",
          (runtime.totalMemory() - runtime.freeMemory()) >> 20, runtime.maxMemory() >> 20);
      Runtime.getRuntime().halt(snapshot.dependencies() == null ? 1 : 0);
    }
  }

  private void run(String... command) throws IOException, InterruptedException {
    Process process;
    try {
      process =
          new ProcessBuilder(List.of(command))
              .redirectErrorStream(true)
              .redirectOutput(work.resolve("out").toFile())
              .start();
    } catch (IOException e) {
      System.out.println("SKIPPED: the rest of DriftScaleTest because " + e.getMessage());
      abort(e.getMessage());
      return;
    }
    assertThat(process.waitFor()).as(command[0]).isZero();
  }
}
