package dev.schemaward.engine.connect;

import dev.schemaward.engine.EngineException;
import dev.schemaward.engine.FailureReason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Reads credentials from a mounted Secret: one file a key. Layouts, in this order: an explicit key
 * map; {@code DIRECT_URL} and {@code DATABASE_URL} (Prisma); {@code uri} or single keys as
 * CloudNativePG, Crunchy, Zalando and the Service Binding specification write them.
 */
public final class SecretDirectory {
  private static final Map<String, List<String>> SINGLE_KEYS =
      Map.of(
          "host", List.of("host", "hostname"),
          "port", List.of("port"),
          "database", List.of("dbname", "database", "db"),
          "user", List.of("user", "username"),
          "password", List.of("password"));

  private SecretDirectory() {}

  /**
   * Reads a Secret's directory.
   *
   * @param directory where the Secret is mounted
   * @param keys explicit key names for a whole URL (direct one first), {@code host}, {@code port},
   *     {@code database}, {@code user}, database}, {@code user}, {@code password}; may be empty
   * @throws EngineException DependencyMissing, naming the keys that are there and those that were
   *     looked for
   */
  public static Credentials read(Path directory, Map<String, String> keys) throws EngineException {
    Map<String, String> files = files(directory);
    for (String name : List.of("directUrl", "url")) {
      String key = keys.get(name);
      if (key != null) {
        return DatabaseUrl.parse(required(files, key, directory), "key " + key, directory);
      }
    }
    for (String key : List.of("DIRECT_URL", "DATABASE_URL", "directUrl", "url")) {
      if (files.containsKey(key) && !files.get(key).isBlank()) {
        return DatabaseUrl.parse(files.get(key), "key " + key, directory);
      }
    }
    boolean explicit = keys.keySet().stream().anyMatch(SINGLE_KEYS::containsKey);
    if (!explicit && files.containsKey("uri") && !files.get("uri").isBlank()) {
      return DatabaseUrl.parse(files.get("uri"), "key uri", directory);
    }
    return single(directory, files, keys);
  }

  private static Credentials single(
      Path directory, Map<String, String> files, Map<String, String> keys) throws EngineException {
    Map<String, String> found = new LinkedHashMap<>();
    for (Map.Entry<String, List<String>> wanted : SINGLE_KEYS.entrySet()) {
      if (keys.containsKey(wanted.getKey())) {
        found.put(wanted.getKey(), required(files, keys.get(wanted.getKey()), directory).strip());
      } else {
        wanted.getValue().stream()
            .filter(files::containsKey)
            .findFirst()
            .ifPresent(key -> found.put(wanted.getKey(), files.get(key).strip()));
      }
    }
    if (found.containsKey("password")) {
      found.put("password", withoutLineEnd(raw("password", files, keys)));
    }
    if (!found.containsKey("host") || !found.containsKey("user")) {
      throw new EngineException(
          FailureReason.DependencyMissing,
          "the database Secret has no usable key; looked for DIRECT_URL, DATABASE_URL, uri, or"
              + " host, port, dbname, user, password; found "
              + (files.isEmpty() ? "no key" : String.join(", ", files.keySet()))
              + ". Name your keys in spec.target.secretRef.keys");
    }
    int port;
    try {
      port = Integer.parseInt(found.getOrDefault("port", "5432"));
    } catch (NumberFormatException e) {
      throw new EngineException(
          FailureReason.DependencyMissing, "the database Secret's port is not a number");
    }
    Map<String, String> sslmode =
        files.containsKey("sslmode") ? Map.of("sslmode", files.get("sslmode").strip()) : Map.of();
    return new Credentials(
        found.get("host"),
        port,
        found.getOrDefault("database", "postgres"),
        found.get("user"),
        found.get("password"),
        null,
        TlsParameters.of(sslmode, "the database Secret", directory),
        Duration.ofSeconds(5),
        null,
        List.of());
  }

  /** Spaces may belong to a password; the line end that an editor leaves does not. */
  private static String withoutLineEnd(String text) {
    return text.replaceFirst("\\r?\\n\\z", "");
  }

  private static String raw(String wanted, Map<String, String> files, Map<String, String> keys) {
    return files.get(
        keys.containsKey(wanted)
            ? keys.get(wanted)
            : SINGLE_KEYS.get(wanted).stream()
                .filter(files::containsKey)
                .findFirst()
                .orElseThrow());
  }

  /** Reads a file that holds a URL. */
  public static Credentials readUrlFile(Path file) throws EngineException {
    try {
      return DatabaseUrl.parse(
          Files.readString(file), file.toString(), file.toAbsolutePath().getParent());
    } catch (IOException e) {
      throw new EngineException(FailureReason.DependencyMissing, "cannot read " + file);
    }
  }

  /**
   * Parses a URL that came from elsewhere, for example an environment variable named {@code
   * source}.
   */
  public static Credentials parseUrl(String url, String source) throws EngineException {
    return DatabaseUrl.parse(url, source, null);
  }

  private static String required(Map<String, String> files, String key, Path directory)
      throws EngineException {
    String value = files.get(key);
    if (value == null || value.isBlank()) {
      throw new EngineException(
          FailureReason.DependencyMissing,
          "the database Secret has no key "
              + key
              + " (or it is empty); it has "
              + (files.isEmpty() ? "no key" : String.join(", ", files.keySet()))
              + (Files.exists(directory) ? "" : "; the directory is missing"));
    }
    return value;
  }

  private static Map<String, String> files(Path directory) throws EngineException {
    Map<String, String> files = new TreeMap<>();
    if (!Files.isDirectory(directory)) {
      throw new EngineException(
          FailureReason.DependencyMissing, "no database Secret is mounted at " + directory);
    }
    // A mounted Secret is replaced by turning this link: behind it old and new are never mixed.
    Path link = directory.resolve("..data");
    try (Stream<Path> list = Files.list(Files.isDirectory(link) ? link.toRealPath() : directory)) {
      for (Path file : (Iterable<Path>) list::iterator) {
        String name = file.getFileName().toString();
        if (!name.startsWith("..") && Files.isRegularFile(file) && Files.size(file) < 1 << 20) {
          files.put(name, new String(Files.readAllBytes(file), StandardCharsets.UTF_8));
        }
      }
    } catch (IOException e) {
      throw new EngineException(
          FailureReason.DependencyMissing, "cannot read the database Secret at " + directory);
    }
    return files;
  }
}
