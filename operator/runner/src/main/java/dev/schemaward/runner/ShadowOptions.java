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

  /** The values of {@code --shadow}. */
  enum Kind {
    auto,
    embedded,
    url,
    off
  }

  @Option(
      names = "--shadow",
      defaultValue = "auto",
      paramLabel = "KIND",
      description =
          "${COMPLETION-CANDIDATES}. embedded: a server of our own from --shadow-programs; url: a"
              + " temporary database on the server of --shadow-url-file; auto: what is given, else"
              + " off. Default: ${DEFAULT-VALUE}.")
  Kind kind;

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
   * What was chosen, or none where nothing is given: a plan can do without, and says so.
   *
   * @throws EngineException InvalidRequest when what was asked for is not given
   */
  ShadowSource choiceOrOff(Map<String, String> environment) throws EngineException {
    boolean given =
        urlFile != null
            || programs != null
            || present(environment.get(URL))
            || present(environment.get(PROGRAMS));
    return kind == Kind.off || (kind == Kind.auto && !given)
        ? new ShadowSource.Off()
        : choice(environment);
  }

  /**
   * What was chosen.
   *
   * @throws EngineException InvalidRequest when nothing was
   */
  ShadowSource choice(Map<String, String> environment) throws EngineException {
    if (kind == Kind.off) {
      throw new EngineException(
          FailureReason.InvalidRequest, "this needs a shadow database, and --shadow off has none");
    }
    Credentials server = null;
    if (urlFile != null && kind != Kind.embedded) {
      server = SecretDirectory.readUrlFile(urlFile);
    } else if (programs == null && kind != Kind.embedded && present(environment.get(URL))) {
      server = SecretDirectory.parseUrl(environment.get(URL), URL);
    }
    if (server != null) {
      return new ShadowSource.OnServer(server);
    }
    if (programs != null && kind != Kind.url) {
      return new ShadowSource.Embedded(programs, scratch);
    }
    if (present(environment.get(PROGRAMS)) && kind != Kind.url) {
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
