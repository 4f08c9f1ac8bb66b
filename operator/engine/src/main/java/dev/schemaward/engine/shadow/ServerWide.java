package dev.schemaward.engine.shadow;

import dev.schemaward.engine.sql.NormalizedText;
import dev.schemaward.engine.sql.Statement;
import java.util.Optional;
import java.util.Set;

/**
 * Statements that act on the whole server and not on the database: they lock no table, the shadow's
 * role may not run them, and on a server that somebody gave they would harm others. They are not
 * run.
 */
final class ServerWide {
  private static final Set<String> COMMANDS =
      Set.of(
          "CREATE DATABASE",
          "ALTER DATABASE",
          "DROP DATABASE",
          "ALTER SYSTEM",
          "CREATE TABLESPACE",
          "ALTER TABLESPACE",
          "DROP TABLESPACE",
          "CREATE SUBSCRIPTION",
          "ALTER SUBSCRIPTION",
          "DROP SUBSCRIPTION",
          "ALTER ROLE",
          "ALTER USER",
          "ALTER GROUP",
          "DROP ROLE",
          "DROP USER",
          "DROP GROUP");

  private static final Set<String> MAKE_A_ROLE =
      Set.of("CREATE ROLE", "CREATE USER", "CREATE GROUP");

  private ServerWide() {}

  /** Why the statement is not run; empty when it is. */
  static Optional<String> reason(Statement statement) {
    String command = statement.kind().command();
    boolean membership =
        (command.equals("GRANT") || command.equals("REVOKE"))
            && !NormalizedText.of(statement).contains(" ON ");
    return COMMANDS.contains(command) || makesRole(statement) || membership
        ? Optional.of("it acts on the whole server and not on this database; not run on the shadow")
        : Optional.empty();
  }

  /** True when it makes a role, which later statements then need. */
  static boolean makesRole(Statement statement) {
    return MAKE_A_ROLE.contains(statement.kind().command());
  }

  /** The role that it makes; empty when it makes none or does not say it plainly. */
  static Optional<String> roleMade(Statement statement) {
    return makesRole(statement)
        ? statement.kind().objects().stream().findFirst()
        : Optional.empty();
  }
}
