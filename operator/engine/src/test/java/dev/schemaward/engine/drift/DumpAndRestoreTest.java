package dev.schemaward.engine.drift;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What pg_dump and psql carry to another database is no drift there. Needs both on the PATH. */
class DumpAndRestoreTest {
  @TempDir private Path work;

  @ParameterizedTest
  @CsvSource({"14, every-kind.sql", "14, shop.sql"})
  void aRestoredDumpIsTheSameSchema(int major, String schema)
      throws IOException, InterruptedException {
    Path dump = work.resolve("dump.sql");
    try (DriftDatabase original = new DriftDatabase(major).sql(DriftKindsTest.resource(schema));
        DriftDatabase restored = new DriftDatabase(major)) {
      run("pg_dump", "-f", dump.toString(), original.server().url(original.name()));
      run(
          "psql",
          "-q",
          "-v",
          "ON_ERROR_STOP=1",
          "-f",
          dump.toString(),
          restored.server().url(restored.name()));
      assertThat(SchemaComparison.of(original.snapshot(), restored.snapshot()).drifts()).isEmpty();
      assertThat(restored.snapshot().fingerprint()).isEqualTo(original.snapshot().fingerprint());
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
      System.out.println("SKIPPED: DumpAndRestoreTest because " + e.getMessage());
      abort(e.getMessage());
      return;
    }
    assertThat(process.waitFor()).as(command[0]).isZero();
  }
}
