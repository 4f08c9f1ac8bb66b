package dev.schemaward.engine.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.schemaward.engine.sql.Statement;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What dbmate's and golang-migrate's files are taken for, and which format Auto takes. */
class ToolLayoutsTest {
  @TempDir private Path work;

  private void file(String path, String content) throws IOException {
    Path file = work.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, content.replace("\\n", "\n"));
  }

  private Bundle read(Optional<Format> format) throws InvalidBundleException {
    return BundleReader.read(work, format);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "migrations/20260101000000_a/migration.sql | -- migrate:up | PRISMA",
        "20260101000000_a.sql                      | select 1      | PRISMA",
        "20260101000000_a.sql                      | -- migrate:up | DBMATE",
        "20260101000000_a.sql                      | select '-- migrate:up' | PRISMA",
        "db/migrations/20260101000000_a.sql        | --migrate:up transaction:false | DBMATE",
        "1_a.up.sql                                | select 1      | GOLANG_MIGRATE",
        "migrations/20260101000000_a.up.sql        | select 1      | GOLANG_MIGRATE",
        "V1__a.sql                                 | select 1      | FLYWAY",
        "src/main/resources/db/migration/R__a.sql  | select 1      | FLYWAY",
        "db/migration/sub/V1_2__a.sql              | select 1      | FLYWAY",
        "V1_a.sql                                  | select 1      | SQL",
        "0001_a.sql                                | select 1      | SQL",
      })
  void autoGoesByWhatNoOtherFormatHas(String path, String content, Format format) throws Exception {
    file(path, content);
    assertThat(read(Optional.empty()).format()).isEqualTo(format);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "2_b.sql     | select 1                                   | no section -- migrate:up",
        "2_b.sql     | --x\\nselect 1;\\n-- migrate:up\\nselect 2 | line 2: a statement before",
        "2_b.sql     | -- migrate:up\\n"
            + "\\n"
            + "-- migrate:up\\n"
            + "select 2 | line 3: a second -- migrate:up",
        "2_b.sql     | -- migrate:up\\n-- migrate:down\\n\\n-- migrate:down\\n | line 4: a second",
        "2_b.sql     | -- migrate:upx\\nselect 1                  | no section -- migrate:up",
        "1_again.sql | -- migrate:up\\nselect 1                   | the same version as",
        "seed.sql    | -- migrate:up\\nselect 1                   | begin with a version",
        "sub/2_b.sql | -- migrate:up\\nselect 1                   | subdirectory",
      })
  void whatDbmateWouldNotRunLikeThatIsAFault(String path, String content, String says)
      throws IOException {
    file("1_a.sql", "-- migrate:up\\nselect 1;");
    file(path, content);
    assertThatThrownBy(() -> read(Optional.of(Format.DBMATE)))
        .isInstanceOf(InvalidBundleException.class)
        .hasMessageContainingAll(path, says);
  }

  @Test
  void ofADbmateFileTheUpSectionIsExecutedWithItsOwnLineNumbers() throws Exception {
    file(
        "1_a.sql",
        "-- why;\\n\\n--  migrate:up   transaction:false\\nselect 1;\\n\\nselect\\n 2\\n"
            + "-- migrate:down\\nselect 3;\\n");
    assertThat(read(Optional.empty()).migrations().getFirst().statements())
        .extracting(Statement::line, Statement::text)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(4, "select 1"),
            org.assertj.core.groups.Tuple.tuple(6, "select\n 2"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "01_again.up.sql | the same version as",
        "2_b.down.sql    | no .up.sql of its version",
        "2_b.sql         | not of the form <version>_<title>.up.sql",
        "2_b.up.json     | not SQL",
        "sub/2_b.up.sql  | subdirectory",
        "9223372036854775808_b.up.sql | larger than",
      })
  void whatGolangMigrateWouldNotRunLikeThatIsAFault(String path, String says) throws IOException {
    file("1_a.up.sql", "select 1;");
    file("1_a.down.sql", "select 1;");
    file(path, "select 2;");
    assertThatThrownBy(() -> read(Optional.of(Format.GOLANG_MIGRATE)))
        .isInstanceOf(InvalidBundleException.class)
        .hasMessageContainingAll(path, says);
  }
}
