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
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Reads a bundle and checks up front what the tools find out half-way through a deployment:
 * encoding, missing and misnamed files, provider, ambiguous order, scripts that only psql
 * understands. Reports every fault at once.
 *
 * <p>Layouts. Prisma: {@code <name>/migration.sql} with {@code migration_lock.toml} beside the
 * directories, at the top or below {@code migrations/} or {@code prisma/migrations/}; or, as keys
 * of a ConfigMap, {@code <name>.sql} beside {@code migration_lock.toml}. Plain SQL: {@code
 * <version>_<name>.sql} in one directory. Auto takes Prisma where a {@code migration.sql}, a {@code
 * migration_lock.toml}, or only names of 14 digits and {@code _} are found, else plain SQL.
 */
public final class BundleReader {
  private static final int MAX_NAME = 255;
  private static final Pattern PRISMA_NAME = Pattern.compile("\\d{14}_.+");
  private static final Pattern SQL_NAME = Pattern.compile("[Vv]?\\d[\\d.]*_.+");
  private static final String LOCK_FILE = "migration_lock.toml";

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
    Map<String, byte[]> scripts =
        switch (format) {
          case PRISMA -> prismaScripts(files);
          case SQL -> plainScripts(files);
        };
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
    scripts.forEach((path, content) -> migration(path, content).ifPresent(migrations::add));
    List<Migration> ordered = order(migrations);
    if (!faults.isEmpty()) {
      throw new InvalidBundleException(faults);
    }
    return Bundle.of(format, ordered);
  }

  /** The directory that holds the migrations: the top, or where Prisma puts them. */
  private static Map<String, byte[]> below(Map<String, byte[]> all) {
    for (String directory : List.of("prisma/migrations/", "migrations/")) {
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
    List<String> flat =
        files.keySet().stream()
            .filter(path -> !path.contains("/") && path.endsWith(".sql"))
            .map(BundleReader::withoutSuffix)
            .toList();
    boolean prisma =
        files.containsKey(LOCK_FILE)
            || files.keySet().stream().anyMatch(path -> path.endsWith("/migration.sql"))
            || (!flat.isEmpty()
                && flat.stream().allMatch(name -> PRISMA_NAME.matcher(name).matches()));
    return prisma ? Format.PRISMA : Format.SQL;
  }

  /** Path by path, the scripts of a Prisma bundle in either layout. */
  private Map<String, byte[]> prismaScripts(Map<String, byte[]> files) {
    byte[] lock = files.get(LOCK_FILE);
    if (lock != null) {
      checkProvider(new String(lock, StandardCharsets.UTF_8));
    }
    Map<String, byte[]> scripts = new TreeMap<>();
    Map<String, Boolean> directories = new TreeMap<>();
    files.forEach(
        (path, content) -> {
          String[] parts = path.split("/");
          if (parts.length >= 2) {
            boolean script = parts.length == 2 && parts[1].equals("migration.sql");
            directories.merge(parts[0], script, Boolean::logicalOr);
            if (script) {
              scripts.put(path, content);
            }
          } else if (path.endsWith(".sql")) {
            scripts.put(path, content);
          }
        });
    directories.forEach(
        (directory, hasScript) -> {
          if (!hasScript) {
            fault(
                directory,
                0,
                "no migration.sql in it (Prisma's P3015)",
                "Add the file, or remove the directory");
          }
        });
    return scripts;
  }

  private Map<String, byte[]> plainScripts(Map<String, byte[]> files) {
    Map<String, byte[]> scripts = new TreeMap<>();
    files.forEach(
        (path, content) -> {
          if (!path.endsWith(".sql")) {
            return;
          }
          if (path.contains("/")) {
            fault(path, 0, "a script below a subdirectory", "Put all scripts into one directory");
          } else if (!SQL_NAME.matcher(path).matches()) {
            fault(
                path,
                0,
                "not of the form <version>_<name>.sql",
                "Rename it, for example 0001_" + path);
          } else {
            scripts.put(path, content);
          }
        });
    return scripts;
  }

  /** Prisma's own rule: the first line that begins with {@code provider} must be literally this. */
  private void checkProvider(String lock) {
    Optional<String> line =
        lock.lines().filter(candidate -> candidate.startsWith("provider")).findFirst();
    if (line.isEmpty() || !line.get().equals("provider = \"postgresql\"")) {
      fault(
          LOCK_FILE,
          0,
          "Prisma accepts only the line provider = \"postgresql\" (P3019)"
              + line.map(found -> ", and it has: " + found).orElse(", and it has none"),
          "Write it exactly like that");
    }
  }

  private Optional<Migration> migration(String path, byte[] content) {
    String name =
        path.endsWith("/migration.sql")
            ? path.substring(0, path.length() - "/migration.sql".length())
            : withoutSuffix(path);
    if (name.length() > MAX_NAME) {
      fault(path, 0, "its name is longer than " + MAX_NAME + " characters", "Shorten it");
      return Optional.empty();
    }
    Optional<String> text = decode(path, content);
    if (text.isEmpty()) {
      return Optional.empty();
    }
    try {
      List<Statement> statements = StatementSplitter.split(text.get());
      return Optional.of(
          new Migration(name, path, sha256(content), alternates(text.get(), content), statements));
    } catch (ScriptFault e) {
      fault(path, e.line(), e.getMessage(), upper(e.advice()));
      return Optional.empty();
    }
  }

  private Optional<String> decode(String path, byte[] content) {
    if (startsWith(content, 0xFF, 0xFE) || startsWith(content, 0xFE, 0xFF)) {
      fault(
          path,
          0,
          "is UTF-16 (PowerShell's > writes that)",
          "Save it as UTF-8 without a byte order mark");
      return Optional.empty();
    }
    if (startsWith(content, 0xEF, 0xBB, 0xBF)) {
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
    return Optional.of(characters.flip().toString());
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

  /**
   * Byte order, provided that Prisma's order (ICU, as {@code localeCompare} gives it) is the same:
   * otherwise what runs first would depend on who runs it.
   */
  private List<Migration> order(List<Migration> migrations) {
    List<Migration> byBytes = new ArrayList<>(migrations);
    byBytes.sort(Comparator.comparing(Migration::name));
    List<Migration> byCollation = new ArrayList<>(migrations);
    Comparator<String> collation = icuLike();
    byCollation.sort((a, b) -> collation.compare(a.name(), b.name()));
    for (int i = 0; i < byBytes.size(); i++) {
      if (i > 0 && byBytes.get(i).name().equals(byBytes.get(i - 1).name())) {
        fault(
            byBytes.get(i).path(),
            0,
            "a second migration named " + byBytes.get(i).name(),
            "Rename one");
      }
      String here = byBytes.get(i).name();
      String there = byCollation.get(i).name();
      if (!here.equals(there)) {
        fault(
            "",
            0,
            "the order is ambiguous: sorted by bytes "
                + here
                + " comes where sorted as Prisma does "
                + there
                + " comes",
            "Give all migrations prefixes of the same form, for example 14 digits");
        break;
      }
    }
    return byBytes;
  }

  /**
   * ICU's root order for the characters that names have: {@code _ - , digits, letters}; case only
   * as a tie-break.
   */
  private static Comparator<String> icuLike() {
    return (a, b) -> {
      int length = Math.min(a.length(), b.length());
      for (int i = 0; i < length; i++) {
        char x = Character.toLowerCase(a.charAt(i));
        char y = Character.toLowerCase(b.charAt(i));
        if (x != y) {
          int byClass = Integer.compare(rank(x), rank(y));
          return byClass != 0 ? byClass : Character.compare(x, y);
        }
      }
      int byLength = Integer.compare(a.length(), b.length());
      // Lower case first at the third level.
      return byLength != 0 ? byLength : b.compareTo(a);
    };
  }

  private static int rank(char c) {
    if (c == '_') {
      return 0;
    }
    if (c == '-') {
      return 1;
    }
    if (Character.isDigit(c)) {
      return 3;
    }
    return Character.isLetter(c) ? 4 : 2;
  }

  private static String withoutSuffix(String path) {
    return path.substring(0, path.length() - ".sql".length());
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
