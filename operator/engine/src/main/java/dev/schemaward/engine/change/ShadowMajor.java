package dev.schemaward.engine.change;

import dev.schemaward.engine.EngineException;
import dev.schemaward.engine.FailureReason;
import dev.schemaward.engine.connect.RoundTrip;
import dev.schemaward.engine.connect.Session;
import dev.schemaward.engine.shadow.ShadowSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.stream.Stream;

/** For which major version of PostgreSQL a change is judged, where nobody has said so. */
final class ShadowMajor {
  /** Where there is no server at all. */
  private static final int NEWEST = 18;

  private ShadowMajor() {}

  /**
   * What was asked for; else the highest installed, or the given server's.
   *
   * @throws EngineException DependencyMissing when nothing is installed; when the server cannot be
   *     reached, why
   */
  static int of(ShadowSource shadow, OptionalInt asked) throws EngineException {
    if (asked.isPresent()) {
      return asked.getAsInt();
    }
    return switch (shadow) {
      case ShadowSource.Embedded embedded -> highest(embedded.installations());
      case ShadowSource.OnServer there -> {
        try (Session session =
            Session.open(
                there.server(),
                new Session.Settings("schemaward-validate", null, Duration.ofSeconds(30)),
                RoundTrip.UNWATCHED)) {
          yield session.majorVersion();
        }
      }
      case ShadowSource.Off off -> NEWEST;
    };
  }

  private static int highest(Path installations) throws EngineException {
    try (Stream<Path> entries = Files.list(installations)) {
      return entries
          .filter(entry -> Files.isExecutable(entry.resolve("bin/postgres")))
          .map(entry -> entry.getFileName().toString())
          .filter(name -> name.matches("[1-9][0-9]"))
          .mapToInt(Integer::parseInt)
          .max()
          .orElseThrow(() -> nothing(installations, null));
    } catch (IOException e) {
      throw nothing(installations, e);
    }
  }

  private static EngineException nothing(Path installations, IOException cause) {
    return new EngineException(
        FailureReason.DependencyMissing,
        "there are no PostgreSQL server programs in "
            + installations
            + ": <major>/bin/postgres is expected there",
        cause);
  }
}
