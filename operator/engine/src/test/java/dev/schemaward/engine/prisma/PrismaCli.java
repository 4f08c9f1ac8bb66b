package dev.schemaward.engine.prisma;

import dev.schemaward.engine.ledger.Ledger;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.opentest4j.TestAbortedException;

/**
 * The real Prisma CLI from npm, with the schema engine's WASM build that ships inside the same
 * package behind a stand-in for the native binary (which npm does not have). Installed once into
 * the cache.
 */
final class PrismaCli {
  private static PrismaCli shared;

  private final Path home;

  private PrismaCli(Path home) {
    this.home = home;
  }

  /** What a call said. */
  record Said(int code, String text) {}

  /** The CLI, or an aborted test where there is no Node or no registry. */
  static synchronized PrismaCli getOrSkip() {
    if (shared == null) {
      try {
        shared = new PrismaCli(install());
      } catch (IOException e) {
        System.err.println("SKIPPED: tests against the Prisma CLI because " + e.getMessage());
        throw new TestAbortedException(e.getMessage(), e);
      }
    }
    return shared;
  }

  private static Path install() throws IOException {
    Path recipe =
        Path.of(System.getProperty("schemaward.root"), "operator/engine/src/test/prisma-cli");
    String digest =
        Ledger.sha256(Files.readString(recipe.resolve("package.json"))).substring(0, 12);
    String xdg = System.getenv("XDG_CACHE_HOME");
    Path cache =
        xdg == null || xdg.isEmpty()
            ? Path.of(System.getProperty("user.home"), ".cache")
            : Path.of(xdg);
    Path home = Files.createDirectories(cache.resolve("schemaward/prisma-cli-" + digest));
    for (String file :
        new String[] {"package.json", "prisma-cli", "prisma.config.ts", "schema-engine.mjs"}) {
      Path copy = home.resolve(file);
      Files.write(copy, Files.readAllBytes(recipe.resolve(file)));
      if (!copy.toFile().setExecutable(true)) {
        throw new IOException("cannot make " + file + " executable");
      }
    }
    Path installed = home.resolve("installed");
    if (!Files.exists(installed)) {
      ProcessBuilder npm =
          new ProcessBuilder(
                  "npm",
                  "install",
                  "--ignore-scripts",
                  "--omit=optional",
                  "--no-audit",
                  "--no-fund")
              .directory(home.toFile());
      Said said = run(npm, 600);
      if (said.code() != 0) {
        throw new IOException("npm install failed: " + said.text());
      }
      Files.createFile(installed);
    }
    return home;
  }

  /** For example {@code migrate deploy}; the migrations are those below {@code bundle/prisma}. */
  Said run(String url, Path bundle, String... arguments) {
    String[] command = new String[arguments.length + 1];
    command[0] = home.resolve("prisma-cli").toString();
    System.arraycopy(arguments, 0, command, 1, arguments.length);
    ProcessBuilder builder = new ProcessBuilder(command);
    builder
        .environment()
        .putAll(
            Map.of(
                "DATABASE_URL",
                url,
                "BUNDLE",
                bundle.toString(),
                "NO_COLOR",
                "1",
                "SHIM_SPLIT",
                "v74"));
    try {
      return run(builder, 120);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Said run(ProcessBuilder builder, int seconds) throws IOException {
    Process process = builder.redirectErrorStream(true).start();
    process.getOutputStream().close();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IOException("timed out: " + String.join(" ", builder.command()));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
    return new Said(process.exitValue(), text);
  }
}
