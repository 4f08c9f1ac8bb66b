package dev.schemaward.engine.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BundleReaderTest {
  private static final String LOCK = "# comment\nprovider = \"postgresql\"\n";

  @TempDir private Path work;

  private Path file(String path, String content) throws IOException {
    return file(path, content.getBytes(StandardCharsets.UTF_8));
  }

  private Path file(String path, byte[] content) throws IOException {
    Path file = work.resolve(path);
    Files.createDirectories(file.getParent());
    return Files.write(file, content);
  }

  private Bundle read(String path) throws InvalidBundleException {
    return BundleReader.read(work.resolve(path), Optional.empty());
  }

  private void assertFault(String path, String... says) {
    assertThatThrownBy(() -> read(path))
        .isInstanceOf(InvalidBundleException.class)
        .hasMessageContainingAll(says);
  }

  @Test
  void theContainerDoesNotMatter() throws Exception {
    file("checkout/prisma/schema.prisma", "datasource db {}");
    file("checkout/prisma/migrations/migration_lock.toml", LOCK);
    file("checkout/prisma/migrations/20260101000000_a/migration.sql", "select 1;");
    file("checkout/prisma/migrations/20260102000000_b/migration.sql", "select 2;");
    file("keys/migration_lock.toml", LOCK);
    file("keys/20260101000000_a.sql", "select 1;");
    file("keys/20260102000000_b.sql", "select 2;");
    // as the kubelet mounts a ConfigMap
    file("mount/..2026_01_01/20260101000000_a.sql", "select 1;");
    file("mount/..2026_01_01/20260102000000_b.sql", "select 2;");
    Files.createSymbolicLink(work.resolve("mount/..data"), Path.of("..2026_01_01"));
    for (String key : new String[] {"20260101000000_a.sql", "20260102000000_b.sql"}) {
      Files.createSymbolicLink(work.resolve("mount/" + key), Path.of("..data/" + key));
    }
    Files.createDirectories(work.resolve("packed"));
    archive(
        "packed/bundle.tar.gz",
        "./20260101000000_a/migration.sql",
        "select 1;",
        "20260102000000_b/migration.sql",
        "select 2;");

    Bundle checkout = read("checkout");
    assertThat(checkout.format()).isEqualTo(Format.PRISMA);
    assertThat(checkout.migrations())
        .extracting(Migration::name)
        .containsExactly("20260101000000_a", "20260102000000_b");
    for (String other :
        new String[] {
          "checkout/prisma",
          "checkout/prisma/migrations",
          "keys",
          "mount",
          "packed",
          "packed/bundle.tar.gz"
        }) {
      assertThat(read(other).digest()).as(other).isEqualTo(checkout.digest());
    }
    assertThat(checkout.upTo("20260101000000_a").migrations()).hasSize(1);
    assertThat(checkout.upTo("20260101000000_a").digest()).isNotEqualTo(checkout.digest());
    assertThatThrownBy(() -> checkout.upTo("nope")).hasMessageContaining("20260102000000_b");
  }

  private void archive(String path, String... namesAndContents) throws IOException {
    try (OutputStream out = Files.newOutputStream(work.resolve(path));
        TarArchiveOutputStream tar = new TarArchiveOutputStream(new GZIPOutputStream(out))) {
      for (int i = 0; i < namesAndContents.length; i += 2) {
        byte[] content = namesAndContents[i + 1].getBytes(StandardCharsets.UTF_8);
        TarArchiveEntry entry = new TarArchiveEntry(namesAndContents[i], true);
        entry.setSize(content.length);
        tar.putArchiveEntry(entry);
        tar.write(content);
        tar.closeArchiveEntry();
      }
    }
  }

  @Test
  void everyFaultIsReportedAtOnce() throws IOException {
    file("b/migration_lock.toml", "provider = 'postgresql'");
    file("b/20260101000000_bom/migration.sql", "\uFEFFselect 1;");
    file("b/20260102000000_utf16/migration.sql", concat((byte) 0xFF, (byte) 0xFE));
    file(
        "b/20260103000000_latin/migration.sql",
        new byte[] {'-', '-', '\n', '-', '-', (byte) 0xE4, '\n'});
    file("b/20260104000000_empty_dir/readme.txt", "x");
    file("b/20260104000000_empty_dir/other.sql", "select 1;");
    file("b/20260105000000_psql/migration.sql", "select 1;\n\\i x.sql");
    assertFault(
        "b",
        "5 faults".replace("5", "6"),
        "P3019",
        "byte order mark",
        "UTF-16",
        "line 2: is not UTF-8",
        "P3015",
        "20260105000000_psql/migration.sql line 2");
  }

  private static byte[] concat(byte first, byte second) {
    return new byte[] {first, second, 's', 0};
  }

  @ParameterizedTest
  @CsvSource({
    "provider = \"postgresql\", true",
    "provider = \"postgresql\" # x, false",
    "provider=\"postgresql\", false",
    "provider = \"cockroachdb\", false",
    "' provider = \"postgresql\"', false",
    "'', false"
  })
  void theProviderLineIsReadAsPrismaReadsIt(String line, boolean valid) throws Exception {
    file("b/migration_lock.toml", line + "\n");
    file("b/20260101000000_a.sql", "select 1;");
    if (valid) {
      assertThat(read("b").migrations()).hasSize(1);
    } else {
      assertFault("b", "P3019");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "1_a,10_a,2_a",
    "2024_x,20240101000000_a,20250101000000_b",
    "20240101000000_z,20240101000000-a,20240101000000_b"
  })
  void anOrderThatDependsOnTheSorterIsRefused(String one, String two, String three)
      throws IOException {
    for (String name : new String[] {one, two, three}) {
      file("b/" + name + "/migration.sql", "select 1;");
    }
    assertFault("b", "the order is ambiguous");
  }

  @Test
  void nothingOutsideTheBundleIsRead() throws IOException {
    file("secret/password.sql", "select 'x'");
    file("b/20260101000000_a.sql", "select 1;");
    Files.createSymbolicLink(
        work.resolve("b/20260102000000_b.sql"), work.resolve("secret/password.sql"));
    assertFault("b", "leads out of the bundle");
    Files.createDirectories(work.resolve("t"));
    archive("t/bundle.tar.gz", "../../etc/evil.sql", "x");
    assertFault("t", "leads out of the bundle");
  }

  @Test
  void aBombIsNotUnpacked() throws IOException {
    try (OutputStream out = Files.newOutputStream(work.resolve("bomb.tar.gz"));
        TarArchiveOutputStream tar = new TarArchiveOutputStream(new GZIPOutputStream(out))) {
      tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
      byte[] zeros = new byte[1 << 20];
      TarArchiveEntry entry = new TarArchiveEntry("20260101000000_a.sql");
      entry.setSize(300L << 20);
      tar.putArchiveEntry(entry);
      for (int i = 0; i < 300; i++) {
        tar.write(zeros);
      }
      tar.closeArchiveEntry();
    }
    assertFault("bomb.tar.gz", "larger than 256 MiB");
  }

  @Test
  void anEmptyBundleIsNoBundle() throws IOException {
    Files.createDirectories(work.resolve("b"));
    assertFault("b", "no migration found");
    assertFault("absent", "there is no bundle at");
  }

  @Test
  void plainSqlIsRecognisedAndItsNamesChecked() throws Exception {
    file("b/0001_init.sql", "select 1;");
    file("b/0002_more.sql", "select 2;");
    assertThat(read("b").format()).isEqualTo(Format.SQL);
    file("b/readme.sql", "select 3;");
    assertFault("b", "readme.sql", "<version>_<name>.sql");
  }
}
