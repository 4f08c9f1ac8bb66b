package dev.schemaward.engine.shadow;

import dev.schemaward.engine.EngineException;
import dev.schemaward.engine.connect.Credentials;
import dev.schemaward.engine.connect.RoundTrip;
import dev.schemaward.engine.connect.ServerErrors;
import dev.schemaward.engine.connect.Session;
import dev.schemaward.engine.connect.Sql;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * A database for as long as a plan is made. {@link ShadowRun} fills it; afterwards it holds the
 * schema that the target should have, for whoever wants to read that.
 */
public final class ShadowDatabase implements AutoCloseable {
  private static final String PREFIX = "schemaward_shadow_";
  private static final Duration STATEMENT_TIMEOUT = Duration.ofSeconds(30);

  /** After that nobody can still be using it. */
  private static final Duration ABANDONED_AFTER = Duration.ofHours(6);

  private final Credentials worker;
  private final Credentials admin;
  private final Credentials maintenance;
  private final String schema;
  private final Set<String> rolesMade = new LinkedHashSet<>();

  /** Ends with this database; null when somebody else ends it. */
  private ShadowServer server;

  /**
   * What the target is called, so that a migration that names it works on the shadow too.
   *
   * @param database name of the target database
   * @param role name of the role that migrates it
   * @param schema target schema
   */
  public record Names(String database, String role, String schema) {}

  /**
   * A database that exists.
   *
   * @param maintenance where it is dropped from; null when it ends with its server
   */
  ShadowDatabase(Credentials worker, Credentials admin, Credentials maintenance, String schema) {
    this.worker = worker;
    this.admin = admin;
    this.maintenance = maintenance;
    this.schema = schema;
  }

  /**
   * Creates a temporary database on a server that somebody gave for this. Statements that act on
   * the whole server are not run there. Databases that killed runs left there hours ago are
   * dropped.
   *
   * @param server a role that may create databases, and any database to connect to
   * @param schema target schema
   * @throws ShadowUnavailableException when the server cannot be reached or does not let it
   */
  public static ShadowDatabase onServer(Credentials server, String schema)
      throws ShadowUnavailableException {
    long now = System.currentTimeMillis() / 1000;
    String name = PREFIX + now + "_" + Long.toHexString(new SecureRandom().nextLong());
    try (Session session = open(server, null)) {
      dropAbandoned(session, now);
      session.execute("CREATE DATABASE " + Sql.identifier(name));
    } catch (SQLException e) {
      throw new ShadowUnavailableException(
          "cannot create a shadow database at "
              + server.display()
              + ": "
              + ServerErrors.message(e)
              + ". Grant the role CREATEDB, or use --shadow embedded",
          e);
    } catch (EngineException e) {
      throw new ShadowUnavailableException("the shadow server: " + e.getMessage(), e);
    }
    Credentials there = inDatabase(server, name);
    ShadowDatabase made = new ShadowDatabase(there, there, server, schema);
    made.createSchema();
    return made;
  }

  /** Makes the server end with this database. */
  ShadowDatabase endingWith(ShadowServer itsServer) {
    this.server = itsServer;
    return this;
  }

  /** Opens a session as the role that runs migrations, with the target schema first. */
  public Session open() throws EngineException {
    return open(worker, schema);
  }

  /** Opens a session that looks on. */
  public Session openObserver() throws EngineException {
    return open(admin, null);
  }

  /** The target schema. */
  public String schema() {
    return schema;
  }

  /** True when the whole server is ours, so that nothing on it can be harmed. */
  boolean ownServer() {
    return maintenance == null;
  }

  /** The role that runs migrations. */
  String role() {
    return worker.user();
  }

  /** Makes a role that a migration names and that exists on the target; forgotten at the end. */
  void makeRole(Session observer, String role) throws SQLException {
    observer.execute("CREATE ROLE " + Sql.identifier(role) + " NOLOGIN");
    rolesMade.add(role);
    StringBuilder grants = new StringBuilder();
    if (ownServer()) {
      grants.append("GRANT " + Sql.identifier(role) + " TO " + Sql.identifier(worker.user()) + ";");
    }
    // An owner of tables needs these; what it really may do on the target is not judged here.
    grants.append("GRANT ALL ON DATABASE " + Sql.identifier(worker.database()));
    grants.append(" TO " + Sql.identifier(role));
    for (String[] row :
        observer.rows(
            "SELECT nspname FROM pg_catalog.pg_namespace WHERE nspname !~ '^pg_' AND nspname <>"
                + " 'information_schema'")) {
      grants.append("; GRANT ALL ON SCHEMA " + Sql.identifier(row[0]));
      grants.append(" TO " + Sql.identifier(role));
    }
    observer.execute(grants.toString());
  }

  @Override
  public void close() {
    if (ownServer()) {
      if (server != null) {
        server.close();
      }
      return; // it ends with its server
    }
    try (Session session = open(admin, null)) {
      // The session's own database cannot be dropped: clear what hangs on roles, drop from outside.
      for (String role : rolesMade) {
        session.execute("DROP OWNED BY " + Sql.identifier(role));
      }
    } catch (SQLException | EngineException e) {
      // The database is dropped below all the same; a role that is still used stays.
      rolesMade.clear();
    }
    try (Session session = open(maintenance, null)) {
      session.execute("DROP DATABASE IF EXISTS " + Sql.identifier(worker.database()) + " (FORCE)");
      for (String role : rolesMade) {
        session.execute("DROP ROLE IF EXISTS " + Sql.identifier(role));
      }
    } catch (SQLException | EngineException e) {
      return; // the server is gone or refuses; a later run drops what is left
    }
  }

  /** What only a server of our own needs: there the admin is somebody else. */
  void prepareOwnServer() throws ShadowUnavailableException {
    try (Session session = open(admin, null)) {
      if (session.majorVersion() <= 14) {
        session.execute("ALTER SCHEMA public OWNER TO " + Sql.identifier(worker.user()));
      }
    } catch (SQLException | EngineException e) {
      throw new ShadowUnavailableException("the shadow database: " + e.getMessage(), e);
    }
    createSchema();
  }

  private void createSchema() throws ShadowUnavailableException {
    if (schema.equals("public")) {
      return;
    }
    try (Session session = open(worker, null)) {
      session.execute("CREATE SCHEMA IF NOT EXISTS " + Sql.identifier(schema));
    } catch (SQLException | EngineException e) {
      throw new ShadowUnavailableException("the shadow database: " + e.getMessage(), e);
    }
  }

  private static void dropAbandoned(Session session, long now) throws SQLException {
    for (String[] row :
        session.rows(
            "SELECT datname FROM pg_catalog.pg_database d WHERE datname ~ '^"
                + PREFIX
                + "[0-9]+_' AND split_part(datname, '_', 3)::bigint < "
                + (now - ABANDONED_AFTER.toSeconds())
                + " AND pg_catalog.pg_has_role(d.datdba, 'USAGE')"
                + " AND NOT EXISTS (SELECT FROM pg_catalog.pg_stat_activity a WHERE a.datid ="
                + " d.oid)")) {
      session.execute("DROP DATABASE IF EXISTS " + Sql.identifier(row[0]));
    }
  }

  private static Session open(Credentials credentials, String schema) throws EngineException {
    return Session.open(
        credentials,
        new Session.Settings("schemaward-shadow", schema, STATEMENT_TIMEOUT),
        RoundTrip.UNWATCHED);
  }

  private static Credentials inDatabase(Credentials there, String database) {
    return new Credentials(
        there.host(),
        there.port(),
        database,
        there.user(),
        there.password(),
        null,
        there.tls(),
        there.connectTimeout(),
        there.options(),
        there.secrets());
  }
}
