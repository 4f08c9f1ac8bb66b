package dev.schemaward.engine.shadow;

import dev.schemaward.engine.EngineException;
import dev.schemaward.engine.connect.Credentials;
import dev.schemaward.engine.connect.Session;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where shadow databases come from: the choices of {@code --shadow}. */
public sealed interface ShadowSource {
  /**
   * Opens a fresh database; closing it leaves nothing.
   *
   * @param major of the target: effects differ from one major version to the next
   * @param names what the target is called
   * @throws ShadowUnavailableException when there is none, with the reason for a person
   */
  ShadowDatabase open(int major, ShadowDatabase.Names names) throws ShadowUnavailableException;

  /**
   * A server of our own for each database.
   *
   * @param installations directory with one installation a major version: {@code 18/bin/postgres} …
   * @param scratch writable directory, about 25 MB for a server; created when missing
   */
  record Embedded(Path installations, Path scratch) implements ShadowSource {
    @Override
    public ShadowDatabase open(int major, ShadowDatabase.Names names)
        throws ShadowUnavailableException {
      Path installation = installations.resolve(String.valueOf(major));
      if (!Files.isDirectory(installation)) {
        throw new ShadowUnavailableException(
            "there are no server programs of PostgreSQL "
                + major
                + " in "
                + installations
                + "; give a server of that version with --shadow URL");
      }
      ShadowServer server = ShadowServer.start(installation, scratch);
      try {
        return server.createDatabase(names).endingWith(server);
      } catch (ShadowUnavailableException e) {
        server.close();
        throw e;
      }
    }
  }

  /**
   * A temporary database on a server that somebody gave.
   *
   * @param server a role that may create databases there
   */
  record OnServer(Credentials server) implements ShadowSource {
    @Override
    public ShadowDatabase open(int major, ShadowDatabase.Names names)
        throws ShadowUnavailableException {
      ShadowDatabase database = ShadowDatabase.onServer(server, names.schema());
      try (Session session = database.open()) {
        if (session.majorVersion() == major) {
          return database;
        }
        database.close();
        throw new ShadowUnavailableException(
            "the shadow server is PostgreSQL "
                + session.majorVersion()
                + " and the target "
                + major
                + "; what statements lock differs between versions");
      } catch (EngineException e) {
        database.close();
        throw new ShadowUnavailableException("the shadow server: " + e.getMessage(), e);
      }
    }
  }

  /** None, because nobody wants one. */
  record Off() implements ShadowSource {
    @Override
    public ShadowDatabase open(int major, ShadowDatabase.Names names)
        throws ShadowUnavailableException {
      throw new ShadowUnavailableException("the shadow is switched off (--shadow off)");
    }
  }
}
