package dev.schemaward.runner;

import dev.schemaward.engine.EngineException;
import dev.schemaward.engine.FailureReason;
import dev.schemaward.engine.connect.Credentials;
import dev.schemaward.engine.connect.SecretDirectory;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;

/**
 * Which database. Credentials come from files or the environment, never from an argument, which
 * others could read.
 */
final class TargetOptions {
  @Option(
      names = "--secret-dir",
      paramLabel = "DIR",
      description = "A mounted Secret: one file a key.")
  Path secretDirectory;

  @Option(
      names = "--secret-key",
      paramLabel = "WHAT=KEY",
      description =
          "Name of the key that holds url, directUrl, host, port, database, user or password."
              + " Repeatable.")
  Map<String, String> secretKeys = new LinkedHashMap<>();

  @Option(
      names = "--database-url-file",
      paramLabel = "FILE",
      description = "A file that holds a postgresql:// URL.")
  Path urlFile;

  @Option(
      names = "--schema",
      paramLabel = "NAME",
      description = "Target schema. Default: the URL's, else the first of the role's search_path.")
  String schema;

  /** The variables that may hold a URL; the first one counts. */
  static final List<String> ENVIRONMENT = List.of("DIRECT_URL", "DATABASE_URL");

  /** What of a URL must not be shown, as far as it can be read; null has nothing. */
  static List<String> secrets(String url) {
    if (url == null || url.isBlank()) {
      return List.of();
    }
    try {
      return SecretDirectory.parseUrl(url, "URL").secrets();
    } catch (EngineException e) {
      return List.of(url.strip());
    }
  }

  /** Reads the credentials; null environment values are ignored. */
  Credentials credentials(Map<String, String> environment) throws EngineException {
    if (secretDirectory != null) {
      return SecretDirectory.read(secretDirectory, secretKeys);
    }
    if (urlFile != null) {
      return SecretDirectory.readUrlFile(urlFile);
    }
    for (String name : ENVIRONMENT) {
      String url = environment.get(name);
      if (url != null && !url.isBlank()) {
        return SecretDirectory.parseUrl(url, name);
      }
    }
    throw new EngineException(
        FailureReason.InvalidRequest,
        "no database given: use --secret-dir, --database-url-file, or set DATABASE_URL");
  }
}
