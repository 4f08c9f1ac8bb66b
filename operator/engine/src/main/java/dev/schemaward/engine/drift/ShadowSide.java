package dev.schemaward.engine.drift;

import dev.schemaward.engine.connect.Session;
import dev.schemaward.engine.drift.script.SchemaScript;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;

/** The shadow that holds the expected schema: what scripts are tried on. */
final class ShadowSide {
  private static final String NOT_ALLOWED = "42501";

  private final Session session;
  private final SchemaScope scope;
  private final String worker;
  private final String role;
  private final UnaryOperator<SchemaObject> view;

  /**
   * A shadow.
   *
   * @param session of a role that may do what the migrating role may not
   * @param worker the role that owns there what {@code role} owns on the target, quoted
   * @param view how its objects are seen
   */
  ShadowSide(
      Session session,
      SchemaScope scope,
      String worker,
      String role,
      UnaryOperator<SchemaObject> view) {
    this.session = session;
    this.scope = scope;
    this.worker = worker;
    this.role = role;
    this.view = view;
  }

  SchemaSnapshot snapshot() throws SQLException {
    return RoleNames.renamed(SchemaSnapshot.read(session, scope), worker, role).map(view);
  }

  /** Makes roles that the target has; those that it cannot make are missed by who names them. */
  void makeRoles(Set<String> roles) throws SQLException {
    List<String> known =
        session.rows("SELECT quote_ident(rolname) FROM pg_catalog.pg_roles").stream()
            .map(row -> row[0])
            .toList();
    if (!session.row("SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user")[0]
        .equals("t")) {
      return;
    }
    for (String each : roles) {
      if (!known.contains(each)) {
        session.execute("CREATE ROLE " + each + " NOLOGIN");
      }
    }
  }

  /**
   * Runs a script in one transaction, as the role that would run it on the target; a statement that
   * this role may not run is run by the shadow's own.
   *
   * @throws SQLException of the statement that failed; nothing took effect
   */
  void run(SchemaScript script) throws SQLException {
    session.execute("BEGIN; SET LOCAL check_function_bodies = off; SET LOCAL ROLE " + worker);
    try {
      for (String statement : script.statements()) {
        session.execute("SAVEPOINT statement");
        try {
          session.execute(statement);
        } catch (SQLException e) {
          if (!NOT_ALLOWED.equals(e.getSQLState())) {
            throw e;
          }
          session.execute("ROLLBACK TO SAVEPOINT statement; RESET ROLE");
          session.execute(statement);
          session.execute("SET LOCAL ROLE " + worker);
        }
      }
      session.execute("COMMIT");
    } catch (SQLException e) {
      if (session.inTransaction()) {
        session.execute("ROLLBACK");
      }
      throw e;
    }
  }
}
