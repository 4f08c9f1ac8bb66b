package dev.schemaward.benchmark;

import org.flywaydb.core.Flyway;

/** The Flyway library with its default settings. Arguments: JDBC URL, user, password, directory. */
final class FlywayMigrate {
  private FlywayMigrate() {}

  public static void main(String[] arguments) {
    Flyway.configure()
        .dataSource(arguments[0], arguments[1], arguments[2])
        .locations("filesystem:" + arguments[3])
        .load()
        .migrate();
  }
}
