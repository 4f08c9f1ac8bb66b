package dev.schemaward.benchmark;

/**
 * The database of one run.
 *
 * @param host address
 * @param port TCP port
 * @param database name
 * @param user superuser
 * @param password of it; the server is a throw-away
 */
record Target(String host, int port, String database, String user, String password) {
  /** {@code postgresql://} URL. */
  String url() {
    return "postgresql://" + user + ":" + password + "@" + host + ":" + port + "/" + database;
  }

  /** {@code jdbc:} URL, without credentials. */
  String jdbcUrl() {
    return "jdbc:postgresql://" + host + ":" + port + "/" + database;
  }
}
