package dev.schemaward.engine.tool;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.opentest4j.TestAbortedException;

/**
 * A real migration tool: dbmate from npm, golang-migrate compiled from its Go module. Each version
 * is fetched once into the cache.
 */
final class MigrationTool {
  private static final Map<String, MigrationTool> SHARED = new HashMap<>();

  private final Path binary;

  private MigrationTool(Path binary) {
    this.binary = binary;
  }

  /** What a call said. */
  record Said(int code, String text) {}

  static MigrationTool dbmateOrSkip() {
    return getOrSkip(
        "dbmate-2.36.0",
        "/bin/dbmate",
        Map.of(),
        "npm",
        "install",
        "--prefix",
        ".",
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        "dbmate@2.36.0");
  }

  static MigrationTool golangMigrateOrSkip() {
    return getOrSkip(
        "golang-migrate-4.19.1",
        "/migrate",
        Map.of("GOBIN", "."),
        "go",
        "install",
        "-tags",
        "postgres",
        "github.com/golang-migrate/migrate/v4/cmd/migrate@v4.19.1");
  }

  /** The tool, or an aborted test where it cannot be had. */
  private static synchronized MigrationTool getOrSkip(
      String name, String binary, Map<String, String> environment, String... install) {
    return SHARED.computeIfAbsent(
        name,
        key -> {
          try {
            return new MigrationTool(installed(key, binary, environment, install));
          } catch (IOException e) {
            System.err.println("SKIPPED: tests against " + key + " because " + e.getMessage());
            throw new TestAbortedException(e.getMessage(), e);
          }
        });
  }

  private static Path installed(
      String name, String binary, Map<String, String> environment, String... install)
      throws IOException {
    String xdg = System.getenv("XDG_CACHE_HOME");
    Path cache =
        xdg == null || xdg.isEmpty()
            ? Path.of(System.getProperty("user.home"), ".cache")
            : Path.of(xdg);
    Path home = Files.createDirectories(cache.resolve("schemaward").resolve(name));
    Path done = home.resolve("installed");
    if (!Files.exists(done)) {
      ProcessBuilder builder = new ProcessBuilder(install).directory(home.toFile());
      environment.forEach(
          (key, value) ->
              builder.environment().put(key, value.equals(".") ? home.toString() : value));
      Said said = run(builder, 600);
      if (said.code() != 0) {
        throw new IOException(String.join(" ", install) + ": " + said.text());
      }
      Files.createFile(done);
    }
    try (Stream<Path> files = Files.walk(home)) {
      return files
          .filter(file -> file.toString().endsWith(binary) && Files.isExecutable(file))
          .filter(Files::isRegularFile)
          .findFirst()
          .orElseThrow(() -> new IOException("no " + binary + " in " + home));
    }
  }

  /** Runs it. */
  Said run(List<String> arguments) {
    ProcessBuilder builder = new ProcessBuilder(binary.toString());
    builder.command().addAll(arguments);
    try {
      return run(builder, 60);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Said run(ProcessBuilder builder, int seconds) throws IOException {
    Path output = Files.createTempFile("tool", ".txt");
    Process process = builder.redirectErrorStream(true).redirectOutput(output.toFile()).start();
    process.getOutputStream().close();
    try {
      if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IOException("timed out: " + String.join(" ", builder.command()));
      }
      return new Said(
          process.exitValue(), new String(Files.readAllBytes(output), StandardCharsets.UTF_8));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } finally {
      Files.delete(output);
    }
  }
}
