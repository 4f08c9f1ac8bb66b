package dev.schemaward.benchmark;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import liquibase.Scope;
import liquibase.command.CommandScope;
import liquibase.command.core.UpdateCommandStep;
import liquibase.command.core.helpers.DatabaseChangelogCommandStep;
import liquibase.command.core.helpers.DbUrlConnectionArgumentsCommandStep;
import liquibase.database.Database;
import liquibase.database.DatabaseFactory;
import liquibase.database.jvm.JdbcConnection;
import liquibase.resource.DirectoryResourceAccessor;

/**
 * The Liquibase library with its default settings. Arguments: JDBC URL, user, password, directory
 * with {@code changelog.xml}.
 */
final class LiquibaseUpdate {
  private LiquibaseUpdate() {}

  public static void main(String[] arguments) throws Exception {
    // Not closed: the process ends here.
    DirectoryResourceAccessor files = new DirectoryResourceAccessor(Path.of(arguments[3]));
    try (Connection connection =
        DriverManager.getConnection(arguments[0], arguments[1], arguments[2])) {
      Database database =
          DatabaseFactory.getInstance()
              .findCorrectDatabaseImplementation(new JdbcConnection(connection));
      Scope.child(
          Scope.Attr.resourceAccessor,
          files,
          () ->
              new CommandScope(UpdateCommandStep.COMMAND_NAME)
                  .addArgumentValue(DbUrlConnectionArgumentsCommandStep.DATABASE_ARG, database)
                  .addArgumentValue(
                      DatabaseChangelogCommandStep.CHANGELOG_FILE_ARG, "changelog.xml")
                  .execute());
    }
  }
}
