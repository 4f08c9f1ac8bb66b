package dev.schemaward.runner;

import dev.schemaward.engine.EngineException;
import dev.schemaward.engine.FailureReason;
import dev.schemaward.engine.connect.Credentials;
import dev.schemaward.engine.connect.SecretDirectory;
import dev.schemaward.engine.shadow.ShadowSource;
import java.nio.file.Path;
import java.util.Map;
import picocli.CommandLine.Option;

/** Where a shadow database comes from. */
final class ShadowOptions {
  private static final String PROGRAMS = "SCHEMAWARD_SHADOW_PROGRAMS";
  private static final String URL = "SHADOW_DATABASE_URL";

  @Option(
      names = "--shadow-programs",
      paramLabel = "DIR",
      description = {
        "PostgreSQL server programs, DIR/<major>/bin/postgres: a server of the target's major"
            + " version is started for as long as needed.",
        "Default: environment variable " + PROGRAMS + "."
      })
  Path programs;

  @Option(
      names = "--shadow-url-file",
      paramLabel = "FILE",
      description = {
        "A file that holds the postgresql:// URL of a server of the same major version on which a"
            + " temporary database may be created.",
        "Default: environment variable " + URL + "."
      })
  Path urlFile;

  @Option(
      names = "--shadow-scratch",
      paramLabel = "DIR",
      description =
          "Where a server started for this keeps its files. Default: below the system's"
              + " directory for temporary files.")
  Path scratch = Path.of(System.getProperty("java.io.tmpdir"), "schemaward-shadow");

  /**
   * What was chosen.
   *
   * @throws EngineException InvalidRequest when nothing was
   */
  ShadowSource choice(Map<String, String> environment) throws EngineException {
    Credentials server = null;
    if (urlFile != null) {
      server = SecretDirectory.readUrlFile(urlFile);
    } else if (programs == null && present(environment.get(URL))) {
      server = SecretDirectory.parseUrl(environment.get(URL), URL);
    }
    if (server != null) {
      return new ShadowSource.OnServer(server);
    }
    if (programs != null) {
      return new ShadowSource.Embedded(programs, scratch);
    }
    if (present(environment.get(PROGRAMS))) {
      return new ShadowSource.Embedded(Path.of(environment.get(PROGRAMS)), scratch);
    }
    throw new EngineException(
        FailureReason.InvalidRequest,
        "no shadow database given: use --shadow-programs, --shadow-url-file, or set "
            + PROGRAMS
            + " or "
            + URL);
  }

  private static boolean present(String value) {
    return value != null && !value.isBlank();
  }
}
