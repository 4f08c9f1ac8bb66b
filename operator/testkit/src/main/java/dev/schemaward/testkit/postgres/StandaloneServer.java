package dev.schemaward.testkit.postgres;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Map;

/**
 * A server for as long as this process lives: the quickstart's database.
 *
 * <p>Arguments: major, address to listen on, port, database to create, role to create as its owner,
 * file with that role's password. Prints {@code ready} when both exist.
 */
public final class StandaloneServer {
  private StandaloneServer() {}

  public static void main(String[] arguments)
      throws IOException, SQLException, InterruptedException {
    String database = arguments[3];
    String role = arguments[4];
    String password = Files.readString(Path.of(arguments[5])).strip().replace("'", "''");
    try (PostgresServer server =
        PostgresServer.start(
            Integer.parseInt(arguments[0]),
            arguments[1],
            Integer.parseInt(arguments[2]),
            Map.of())) {
      server.execute("postgres", "CREATE ROLE " + role + " LOGIN PASSWORD '" + password + "'");
      server.execute("postgres", "CREATE DATABASE " + database + " OWNER " + role);
      server.execute(database, "GRANT ALL ON SCHEMA public TO " + role);
      System.out.println("ready");
      server.await();
    }
  }
}
