package dev.schemaward.engine.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationVersion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Names, order and checksums, with the Flyway library as judge. */
class FlywayLayoutTest {
  @TempDir private Path work;

  private void file(String path, String content) throws IOException {
    Path file = work.resolve(path);
    Files.createDirectories(file.getParent());
    Files.write(file, content.getBytes(StandardCharsets.UTF_8));
  }

  private Bundle read() throws InvalidBundleException {
    return BundleReader.read(work, Optional.empty());
  }

  private void assertFault(String... says) {
    assertThatThrownBy(this::read)
        .isInstanceOf(InvalidBundleException.class)
        .hasMessageContainingAll(says);
  }

  @Test
  void versionedOnesComeInFlywaysOrderAndRepeatableOnesLast() throws Exception {
    for (String path :
        new String[] {
          "V10__ten.sql",
          "V2__two.sql",
          "sub/dir/V1_1__one_point_one.sql",
          "V1.0.5__x__y.sql",
          "V007__bond.sql",
          "V20240101120000__stamp.sql",
          "V3.sql",
          "R__views.sql",
          "R__Functions.sql",
          "U2__two.sql",
          "README.md",
          "flyway.conf"
        }) {
      file(path, "select 1;\n");
    }
    Bundle bundle = read();
    assertThat(bundle.format()).isEqualTo(Format.FLYWAY);
    List<String> ours =
        bundle.migrations().stream()
            .map(m -> m.recorded().version() + "|" + m.recorded().description() + "|" + m.path())
            .toList();
    assertThat(ours)
        .isEqualTo(
            Arrays.stream(resolvedByFlyway())
                .map(i -> i.getVersion() + "|" + i.getDescription() + "|" + i.getScript())
                .toList())
        .first()
        .isEqualTo("1.0.5|x  y|V1.0.5__x__y.sql");
    assertThat(bundle.migrations().getLast().recorded().repeatable()).isTrue();
  }

  /** What the library finds; it needs a database that it can ask, not a schema. */
  private MigrationInfo[] resolvedByFlyway() {
    return Flyway.configure()
        .dataSource(
            dev.schemaward.testkit.postgres.SharedPostgres.of(17).jdbcUrl("postgres"),
            "postgres",
            "postgres")
        .locations("filesystem:" + work)
        .load()
        .info()
        .pending();
  }

  @Test
  void checksumsAreFlyways() throws Exception {
    String[] awkward = {
      "",
      "\n",
      "\n\n\n",
      "select 1;",
      "select 1;\n",
      "select 1;\r\nselect 2;\r\n",
      "select 1;\rselect 2;",
      "select 1;\n\r\nselect 2;",
      "\uFEFFselect 1;\n",
      "\uFEFF",
      "\uFEFF\r\nselect 1;",
      "select 1;  \t \n   \nselect 2;   ",
      "\n\n-- leading lines\nselect 1;\n\n\n",
      "select 'ä€𝄞 \u2028 \u0085 \f \u000b';\n",
      "select $x$\n\ttext\n$x$;\n",
      "-- x\0y\nselect 1;",
      "select " + "'long' || ".repeat(3000) + "'';\n"
    };
    for (int i = 0; i < awkward.length; i++) {
      file("V" + (i + 1) + "__f.sql", awkward[i]);
      file("R__f" + String.format("%02d", i) + ".sql", awkward[i]);
    }
    List<String> ours = new ArrayList<>();
    for (Migration migration : read().migrations()) {
      ours.add(migration.name() + " " + migration.recorded().checksum());
    }
    List<String> flyways = new ArrayList<>();
    for (MigrationInfo info : resolvedByFlyway()) {
      flyways.add(info.getScript().replace(".sql", "") + " " + info.getChecksum());
    }
    assertThat(ours).hasSize(2 * awkward.length).isEqualTo(flyways);
  }

  @Test
  void versionsCompareAsFlywayComparesThem() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int i = 0; i < 3000; i++) {
      String one = version(random);
      String two = version(random);
      assertThat(
              Integer.signum(
                  FlywayVersion.parse(one)
                      .orElseThrow()
                      .compareTo(FlywayVersion.parse(two).orElseThrow())))
          .as("%s and %s, seed %d", one, two, seed)
          .isEqualTo(
              Integer.signum(
                  MigrationVersion.fromVersion(one).compareTo(MigrationVersion.fromVersion(two))));
      assertThat(FlywayVersion.parse(one).orElseThrow().text())
          .isEqualTo(MigrationVersion.fromVersion(one).toString());
    }
  }

  private static String version(Random random) {
    StringBuilder version = new StringBuilder();
    for (int part = random.nextInt(4); part >= 0; part--) {
      version.append(random.nextInt(3) == 0 ? "0" : "").append(random.nextInt(3));
      if (random.nextInt(20) == 0) {
        version.append("99999999999999999999");
      }
      version.append(part > 0 ? (random.nextBoolean() ? "." : "_") : "");
    }
    return version.toString();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "1.", "1..2", "x", "1a", "-1", "+1", "1 ", "٣"})
  void whatFlywayTakesForNoVersionIsNone(String text) {
    assertThat(FlywayVersion.parse(text)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "V2__a.sql       | select ${who};            | ${who} is a placeholder",
        "V2__a.sql       | -- in a comment ${x}      | V2__a.sql line 1",
        "R__a.sql        | select '${flyway:user}'   | placeholderReplacement=false in"
            + " R__a.sql.conf",
        "V1.0__again.sql | select 1                  | the same version as",
        "beforeMigrate.sql | select 1                | callback",
        "afterMigrate__grants.sql | select 1         | callback",
        "B1__sum.sql     | select 1                  | baseline migration",
        "V3__x.java      | class X {}                | not SQL",
        "V1x__a.sql      | select 1                  | not of the form V<version>__",
        "R1__a.sql       | select 1                  | not of the form V<version>__",
        "seed.sql        | select 1                  | not of the form V<version>__",
        "V4__a.SQL       | select 1                  | suffix",
        "V1__init.sql.conf | shouldExecute=false     | sets shouldExecute",
        "V1__init.sql.conf | encoding=latin1         | sets encoding",
        "flyway.conf     | flyway.table=other        | sets table",
        "flyway.toml     | sqlMigrationPrefix = \"M\" | sets sqlMigrationPrefix",
      })
  void whatFlywayWouldRunDifferentlyIsAFault(String path, String content, String says)
      throws IOException {
    file("V1__init.sql", "select 1;");
    file(path, content);
    assertFault(path, says);
  }

  @ParameterizedTest
  @CsvSource({
    "V2__a.sql.conf,placeholderReplacement=false",
    "V2__a.sql.conf,executeInTransaction=false\\nplaceholderReplacement=false\\nencoding=UTF-8",
    "flyway.conf,flyway.placeholderReplacement=false\\nflyway.url=x",
    "flyway.toml,[flyway]\\nplaceholderReplacement = false"
  })
  void aDollarBraceThatFlywayLeavesAloneIsLeftAlone(String path, String settings) throws Exception {
    file("V2__a.sql", "select '${x}';");
    file(path, settings.replace("\\n", "\n"));
    assertThat(read().migrations()).hasSize(1);
  }
}
