package dev.schemaward.engine.verify;

import dev.schemaward.engine.verify.Check.HeaderSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * Where headers of HTTP checks get secret values from. Whoever writes the specification need not be
 * allowed to read every secret of the process, the database's first of all: so only variables with
 * a prefix, and only files of one directory, can be sent.
 */
public final class HeaderValues {
  /** What the name of a variable begins with. */
  public static final String VARIABLES = "VERIFY_";

  private static final int LONGEST = 8_000;
  private static final Pattern SENDABLE = Pattern.compile("[\\t\\x20-\\x7e]+");

  private final Map<String, String> environment;
  private final Path directory;
  private final Consumer<String> secrets;

  /**
   * From these places.
   *
   * @param directory null when no file may be sent
   * @param secrets is told every value, so that nobody shows it
   */
  public HeaderValues(Map<String, String> environment, Path directory, Consumer<String> secrets) {
    this.environment = Map.copyOf(environment);
    this.directory = directory;
    this.secrets = secrets;
  }

  /** Thrown when there is no value; its message holds none. */
  static final class MissingException extends Exception {
    private static final long serialVersionUID = 1L;

    MissingException(String message) {
      super(message);
    }
  }

  String of(HeaderSource source) throws MissingException {
    return switch (source) {
      case HeaderSource.Literal(String value) -> value;
      case HeaderSource.Environment(String variable) ->
          secret(environment.get(variable), "the environment variable " + variable);
      case HeaderSource.SecretFile(String file) -> secret(content(file), "the file " + file);
    };
  }

  private String content(String file) throws MissingException {
    if (directory == null) {
      throw new MissingException(
          "the file " + file + " cannot be read: no directory was given for it (--header-dir)");
    }
    try {
      Path path = directory.resolve(file);
      if (!Files.isRegularFile(path)) {
        return null;
      }
      if (Files.size(path) > LONGEST) {
        throw new MissingException("the file " + file + " is longer than 8,000 bytes");
      }
      return Files.readString(path);
    } catch (IOException e) {
      throw new MissingException(
          "the file " + file + " cannot be read: " + e.getClass().getSimpleName());
    }
  }

  /** Checks run at the same time; whoever is told the secrets need not be ready for that. */
  private synchronized String secret(String value, String where) throws MissingException {
    if (value == null || value.isBlank()) {
      throw new MissingException(where + " is not there or empty");
    }
    String stripped = value.strip();
    secrets.accept(stripped);
    int space = stripped.indexOf(' ');
    if (space > 0) {
      // "Bearer …": the part that is the secret may be shown alone.
      secrets.accept(stripped.substring(space + 1).strip());
    }
    if (!SENDABLE.matcher(stripped).matches()) {
      throw new MissingException(where + " holds characters that a header cannot have");
    }
    return stripped;
  }
}
