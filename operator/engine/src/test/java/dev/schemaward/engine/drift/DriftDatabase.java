package dev.schemaward.engine.drift;

import dev.schemaward.engine.EngineException;
import dev.schemaward.engine.connect.RoundTrip;
import dev.schemaward.engine.connect.SecretDirectory;
import dev.schemaward.engine.connect.Session;
import dev.schemaward.testkit.postgres.PostgresServer;
import dev.schemaward.testkit.postgres.SharedPostgres;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;

/** A fresh database on a shared server for tests of drift. Close it: it is dropped. */
final class DriftDatabase implements AutoCloseable {
  /** The majors that drift is tested on. */
  static final int[] MAJORS = {14, 16, 18};

  private final PostgresServer server;
  private final String name;

  DriftDatabase(int major) {
    server = SharedPostgres.of(major);
    server.execute(
        "postgres",
        """
        DO $$ DECLARE r text; BEGIN
          FOREACH r IN ARRAY ARRAY['drift_reader', 'drift_owner', 'drift_nobody'] LOOP
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = r) THEN
              EXECUTE format('CREATE ROLE %I LOGIN PASSWORD %L', r, r);
            END IF;
          END LOOP;
        END $$\
        """);
    name = server.createDatabase();
  }

  /** A directory in which the server programs of this major, and no other, are found. */
  static Path programs(int major) {
    try {
      Path programs = Files.createTempDirectory("programs");
      Path link = programs.resolve(Integer.toString(major));
      Files.createSymbolicLink(link, PostgresServer.installation(major));
      programs.toFile().deleteOnExit();
      link.toFile().deleteOnExit();
      return programs;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static String everyKind() {
    try (InputStream in = DriftDatabase.class.getResourceAsStream("/drift/every-kind.sql")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  DriftDatabase sql(String sql) {
    try (Session session = session()) {
      session.execute(sql);
      return this;
    } catch (SQLException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
  }

  PostgresServer server() {
    return server;
  }

  String name() {
    return name;
  }

  Session session() {
    return session(PostgresServer.SUPERUSER, PostgresServer.PASSWORD);
  }

  Session session(String user, String password) {
    try {
      return Session.open(
          SecretDirectory.parseUrl(server.url(name, user, password), "test"),
          new Session.Settings("drift-test", "public", Duration.ofMinutes(1)),
          RoundTrip.UNWATCHED);
    } catch (EngineException e) {
      throw new IllegalStateException(e);
    }
  }

  SchemaSnapshot snapshot() {
    return snapshot(SchemaScope.of("public"));
  }

  SchemaSnapshot snapshot(SchemaScope scope) {
    try (Session session = session()) {
      return SchemaSnapshot.read(session, scope);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    server.execute("postgres", "DROP DATABASE \"" + name + "\" WITH (FORCE)");
  }
}
