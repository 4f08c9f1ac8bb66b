package dev.schemaward.runner;

import dev.schemaward.engine.execute.Cancellation;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Runs the whole command within the test, and writes the bundles that it reads. */
final class Commands {
  private Commands() {}

  /** How it ended and what it said. */
  record Ended(int code, String out, String err) {}

  static Ended run(Map<String, String> environment, String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int code =
        Main.run(
            arguments,
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            environment,
            new Cancellation());
    return new Ended(
        code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  /** Writes {@code <name>.sql} files into a directory, and returns it. */
  static String bundle(Path directory, String... namesAndSql) {
    try {
      Files.createDirectories(directory);
      for (int i = 0; i < namesAndSql.length; i += 2) {
        Files.writeString(directory.resolve(namesAndSql[i] + ".sql"), namesAndSql[i + 1]);
      }
      return directory.toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
