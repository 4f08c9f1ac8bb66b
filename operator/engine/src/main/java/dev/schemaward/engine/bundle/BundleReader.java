package dev.schemaward.engine.bundle;

import dev.schemaward.engine.sql.ScriptFault;
import dev.schemaward.engine.sql.Statement;
import dev.schemaward.engine.sql.StatementSplitter;
import java.nio.ByteBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Reads a bundle and checks up front what the tools find out half-way through a deployment:
 * encoding, missing and misnamed files, provider, ambiguous order, scripts that only psql
 * understands. Reports every fault at once.
 *
 * <p>The migrations are looked for at the top, or where the tools keep them. Each {@link Layout}
 * says what its files are called. Auto recognises a format by what no other has, and takes what
 * nobody claims for plain SQL.
 */
public final class BundleReader {
  private static final int MAX_NAME = 255;
  private static final List<String> DIRECTORIES =
      List.of(
          "prisma/migrations/",
          "migrations/",
          "db/migrations/",
          "db/migration/",
          "src/main/resources/db/migration/");

  private final List<Fault> faults = new ArrayList<>();

  private BundleReader() {}

  /**
   * Reads a bundle.
   *
   * @param source a directory or a {@code .tar.gz} file
   * @param format what the user said; empty for Auto
   * @throws InvalidBundleException with every fault
   */
  public static Bundle read(Path source, Optional<Format> format) throws InvalidBundleException {
    return new BundleReader().read(BundleFiles.read(source), format);
  }

  private Bundle read(Map<String, byte[]> all, Optional<Format> asked)
      throws InvalidBundleException {
    Map<String, byte[]> files = below(all);
    Format format = asked.orElseGet(() -> detect(files));
    Layout layout = Layout.of(format);
    List<Layout.Script> scripts = layout.scripts(files, this::fault);
    if (scripts.isEmpty() && faults.isEmpty()) {
      fault(
          "",
          0,
          "no migration found (format " + format.displayName() + ")",
          files.isEmpty()
              ? "The bundle is empty"
              : "It has: " + String.join(", ", files.keySet().stream().limit(5).toList()));
    }
    List<Migration> migrations = new ArrayList<>();
    for (Layout.Script script : scripts) {
      migration(layout, script, files.get(script.path())).ifPresent(migrations::add);
    }
    if (!faults.isEmpty()) {
      throw new InvalidBundleException(faults);
    }
    return Bundle.of(format, migrations);
  }

  /** The directory that holds the migrations: the top, or where the tools put them. */
  private static Map<String, byte[]> below(Map<String, byte[]> all) {
    for (String directory : DIRECTORIES) {
      boolean here = all.keySet().stream().anyMatch(path -> path.startsWith(directory));
      if (here) {
        Map<String, byte[]> files = new TreeMap<>();
        all.forEach(
            (path, content) -> {
              if (path.startsWith(directory)) {
                files.put(path.substring(directory.length()), content);
              }
            });
        return files;
      }
    }
    return all;
  }

  private static Format detect(Map<String, byte[]> files) {
    if (files.keySet().stream().anyMatch(PrismaLayout::isUnmistakable)) {
      return Format.PRISMA;
    }
    if (files.keySet().stream().anyMatch(FlywayLayout::isMigration)) {
      return Format.FLYWAY;
    }
    if (files.keySet().stream().anyMatch(GolangMigrateLayout::isMigration)) {
      return Format.GOLANG_MIGRATE;
    }
    boolean dbmate =
        files.entrySet().stream()
            .filter(file -> file.getKey().endsWith(".sql"))
            .map(file -> new String(file.getValue(), StandardCharsets.UTF_8))
            .anyMatch(DbmateLayout::isMigration);
    if (dbmate) {
      return Format.DBMATE;
    }
    List<String> flat =
        files.keySet().stream()
            .filter(path -> !path.contains("/") && path.endsWith(".sql"))
            .toList();
    return !flat.isEmpty() && flat.stream().allMatch(PrismaLayout::isFlatName)
        ? Format.PRISMA
        : Format.SQL;
  }

  private Optional<Migration> migration(Layout layout, Layout.Script script, byte[] content) {
    String path = script.path();
    if (script.name().length() > MAX_NAME) {
      fault(path, 0, "its name is longer than " + MAX_NAME + " characters", "Shorten it");
      return Optional.empty();
    }
    Optional<String> text = decode(path, content, layout.stripsByteOrderMark());
    Optional<String> executed = text.flatMap(whole -> layout.executed(script, whole, this::fault));
    if (executed.isEmpty()) {
      return Optional.empty();
    }
    try {
      List<Statement> statements = StatementSplitter.split(executed.get());
      String sha256 = sha256(content);
      return Optional.of(
          new Migration(
              script.name(),
              path,
              sha256,
              alternates(text.get(), content),
              statements,
              layout.recorded(script, text.get(), sha256)));
    } catch (ScriptFault e) {
      fault(path, e.line(), e.getMessage(), upper(e.advice()));
      return Optional.empty();
    }
  }

  private Optional<String> decode(String path, byte[] content, boolean stripsByteOrderMark) {
    if (startsWith(content, 0xFF, 0xFE) || startsWith(content, 0xFE, 0xFF)) {
      fault(
          path,
          0,
          "is UTF-16 (PowerShell's > writes that)",
          "Save it as UTF-8 without a byte order mark");
      return Optional.empty();
    }
    boolean byteOrderMark = startsWith(content, 0xEF, 0xBB, 0xBF);
    if (byteOrderMark && !stripsByteOrderMark) {
      fault(
          path,
          1,
          "begins with a byte order mark, which PostgreSQL takes for a syntax error",
          "Save it as UTF-8 without a byte order mark");
      return Optional.empty();
    }
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    ByteBuffer bytes = ByteBuffer.wrap(content);
    java.nio.CharBuffer characters = java.nio.CharBuffer.allocate(content.length + 1);
    CoderResult result = decoder.decode(bytes, characters, true);
    if (result.isError()) {
      String before = new String(content, 0, bytes.position(), StandardCharsets.UTF_8);
      fault(
          path,
          (int) before.chars().filter(c -> c == '\n').count() + 1,
          "is not UTF-8: byte " + bytes.position() + " fits nowhere",
          "Save it as UTF-8");
      return Optional.empty();
    }
    String text = characters.flip().toString();
    return Optional.of(byteOrderMark ? text.substring(1) : text);
  }

  private static boolean startsWith(byte[] content, int... prefix) {
    if (content.length < prefix.length) {
      return false;
    }
    for (int i = 0; i < prefix.length; i++) {
      if ((content[i] & 0xFF) != prefix[i]) {
        return false;
      }
    }
    return true;
  }

  private static List<String> alternates(String text, byte[] content) {
    if (text.indexOf('\n') < 0) {
      return List.of();
    }
    String lf = text.replace("\r\n", "\n");
    return Stream.of(lf, lf.replace("\n", "\r\n"))
        .map(variant -> variant.getBytes(StandardCharsets.UTF_8))
        .filter(variant -> !java.util.Arrays.equals(variant, content))
        .map(BundleReader::sha256)
        .toList();
  }

  private static String upper(String text) {
    return text.isEmpty() ? text : Character.toUpperCase(text.charAt(0)) + text.substring(1);
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private void fault(String path, int line, String message, String advice) {
    faults.add(new Fault(path, line, message, advice));
  }
}
