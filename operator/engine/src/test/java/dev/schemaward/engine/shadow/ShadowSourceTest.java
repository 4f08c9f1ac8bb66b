package dev.schemaward.engine.shadow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.schemaward.engine.bundle.Migration;
import dev.schemaward.engine.connect.SecretDirectory;
import dev.schemaward.engine.sql.StatementSplitter;
import dev.schemaward.testkit.postgres.PostgresServer;
import dev.schemaward.testkit.postgres.SharedPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever {@code --shadow} says: effects, or one clear reason why there are none. */
class ShadowSourceTest {
  private static final ShadowDatabase.Names NAMES =
      new ShadowDatabase.Names("orders", "app", "public");

  @TempDir Path directory;

  private static StatementEffects effects(ShadowSource source, int major) throws Exception {
    Migration migration =
        new Migration(
            "1",
            "1.sql",
            "0",
            List.of(),
            StatementSplitter.split("create table t (id int); select 1"));
    ShadowOutcome outcome =
        ShadowRun.run(source, major, NAMES, ShadowRun.Request.of(List.of(), List.of(migration)));
    assertThat(outcome.effects()).hasSize(2);
    return outcome.effects().get(new StatementKey("1", 1));
  }

  @Test
  void embeddedChoosesTheTargetsMajorVersionAndEndsItsServer() throws Exception {
    Path installations = Files.createDirectory(directory.resolve("postgresql"));
    Files.createSymbolicLink(installations.resolve("16"), PostgresServer.installation(16));
    Path scratch = directory.resolve("scratch");
    ShadowSource embedded = new ShadowSource.Embedded(installations, scratch);
    assertThat(effects(embedded, 16).measured()).isTrue();
    try (Stream<Path> left = Files.list(scratch)) {
      assertThat(left.filter(Files::isDirectory).map(file -> file.getFileName().toString()))
          .allMatch(name -> name.contains("template"));
    }
    assertThat(effects(embedded, 13).notMeasured())
        .contains("PostgreSQL 13")
        .contains("--shadow URL");
  }

  @Test
  void aGivenServerMustHaveTheTargetsMajorVersion() throws Exception {
    ShadowSource given =
        new ShadowSource.OnServer(
            SecretDirectory.parseUrl(SharedPostgres.of(18).url("postgres"), "test"));
    assertThat(effects(given, 18).measured()).isTrue();
    assertThat(effects(given, 14).notMeasured()).contains("PostgreSQL 18").contains("target 14");
    ShadowSource absent =
        new ShadowSource.OnServer(
            SecretDirectory.parseUrl("postgresql://u:secret@127.0.0.1:1/x", "test"));
    assertThat(effects(absent, 18).notMeasured()).contains("127.0.0.1:1").doesNotContain("secret");
  }

  @Test
  void offSaysSo() throws Exception {
    assertThat(effects(new ShadowSource.Off(), 18).notMeasured()).contains("switched off");
  }
}
