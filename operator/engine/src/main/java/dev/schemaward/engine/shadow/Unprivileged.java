package dev.schemaward.engine.shadow;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** How to run a command as somebody else than root, whom PostgreSQL refuses. */
final class Unprivileged {
  private Unprivileged() {}

  /**
   * What to put before a command; empty for a plain user.
   *
   * @param directory becomes writable for the user that the command will run as
   * @throws IOException when root has no way to become somebody else
   */
  static List<String> prefix(Path directory) throws IOException {
    if (!"root".equals(System.getProperty("user.name"))) {
      return List.of();
    }
    if (succeeds("unshare", "-U", "true")) {
      return List.of("unshare", "-U");
    }
    if (!succeeds("chown", "-R", "nobody", directory.toString())) {
      throw new IOException(
          "PostgreSQL does not run as root, and neither a user namespace nor user nobody can be"
              + " had; run as another user");
    }
    return List.of("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups");
  }

  private static boolean succeeds(String... command) throws IOException {
    try {
      return new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } catch (IOException e) {
      return false; // no such command here
    }
  }
}
