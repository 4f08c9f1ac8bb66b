package dev.schemaward.runner;

import dev.schemaward.engine.execute.Cancellation;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * What the build runs once to record the ahead-of-time cache: every command, against a real
 * database, so that a Job's start-up loads no class that is not in the cache. Not for users.
 */
final class AotTraining {
  private AotTraining() {}

  /**
   * Runs the training.
   *
   * @param arguments bundle directory, file with the URL of an empty database, file for results,
   *     name of the bundle's first migration
   */
  public static void main(String[] arguments) {
    String[] common = {
      "--bundle", arguments[0], "--database-url-file", arguments[1], "--result-file", arguments[2]
    };
    int worst = 0;
    worst = Math.max(worst, run("validate", "--bundle", arguments[0]));
    worst = Math.max(worst, run(with(common, "plan", "--plan-frame")));
    worst =
        Math.max(
            worst,
            run(
                with(
                    common,
                    "apply",
                    "--plan-frame",
                    "--owner",
                    "c/n/n",
                    "--target-version",
                    arguments[3])));
    worst =
        Math.max(
            worst, run("apply", "--bundle", arguments[0], "--database-url-file", arguments[1]));
    worst = Math.max(worst, run(with(common, "apply", "--plan-frame", "--owner", "c/n/n")));
    worst = Math.max(worst, run(with(common, "status")));
    worst = Math.max(worst, run(with(common, "plan", "--output", "json")));
    worst = Math.max(worst, verify(arguments));
    if (worst != 0) {
      throw new IllegalStateException("a training run ended with exit code " + worst);
    }
  }

  private static int verify(String[] arguments) {
    try {
      Path spec =
          Files.writeString(
              Path.of(arguments[2]).resolveSibling("verify.yaml"),
              "sql: [{name: one, query: SELECT 1, expect: value, value: 1}]\n");
      return run(
          "verify",
          "--spec",
          spec.toString(),
          "--database-url-file",
          arguments[1],
          "--result-file",
          arguments[2]);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String[] with(String[] common, String... more) {
    String[] all = new String[common.length + more.length];
    System.arraycopy(more, 0, all, 0, more.length);
    System.arraycopy(common, 0, all, more.length, common.length);
    return all;
  }

  private static int run(String... arguments) {
    PrintStream silent =
        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
    return Main.run(arguments, silent, System.err, Map.of(), new Cancellation());
  }
}
