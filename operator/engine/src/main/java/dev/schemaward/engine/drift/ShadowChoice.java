package dev.schemaward.engine.drift;

import dev.schemaward.engine.connect.Credentials;
import dev.schemaward.engine.shadow.ShadowDatabase;
import dev.schemaward.engine.shadow.ShadowServer;
import dev.schemaward.engine.shadow.ShadowUnavailableException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where the expected schema is built. */
public sealed interface ShadowChoice {
  /**
   * A server of our own, from server programs on this machine.
   *
   * @param installation directory with {@code bin/postgres} of the target's major version, or one
   *     with such a directory for each major version, named by it
   * @param scratch where its files go
   */
  record Embedded(Path installation, Path scratch) implements ShadowChoice {}

  /**
   * A temporary database on a server that somebody gave for this.
   *
   * @param server a role that may create databases there
   */
  record OnServer(Credentials server) implements ShadowChoice {}

  /**
   * A database, and the server below it when that is ours.
   *
   * @param server null when the database is on somebody else's
   */
  record Opened(ShadowServer server, ShadowDatabase database) implements AutoCloseable {
    @Override
    public void close() {
      database.close();
      if (server != null) {
        server.close();
      }
    }
  }

  /**
   * Opens it. The caller closes.
   *
   * @param major of the target: an expected schema is true for one major version only
   * @param names what the target is called
   */
  default Opened open(int major, ShadowDatabase.Names names) throws ShadowUnavailableException {
    return switch (this) {
      case OnServer there ->
          new Opened(null, ShadowDatabase.onServer(there.server(), names.schema()));
      case Embedded here -> {
        Path perMajor = here.installation().resolve(Integer.toString(major));
        ShadowServer server =
            ShadowServer.start(
                Files.isDirectory(perMajor) ? perMajor : here.installation(), here.scratch());
        try {
          if (server.major() != major) {
            throw new ShadowUnavailableException(
                "the server programs in "
                    + here.installation()
                    + " are PostgreSQL "
                    + server.major()
                    + ", the target is "
                    + major
                    + "; give those of "
                    + major);
          }
          yield new Opened(server, server.createDatabase(names));
        } catch (ShadowUnavailableException e) {
          server.close();
          throw e;
        }
      }
    };
  }
}
