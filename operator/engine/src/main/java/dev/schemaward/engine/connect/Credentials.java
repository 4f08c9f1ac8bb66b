package dev.schemaward.engine.connect;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Where a database is and who we are there.
 *
 * @param host name or address
 * @param port TCP port
 * @param database name
 * @param user role; null for the server's default
 * @param password null for none
 * @param schema target schema that the URL names; null when it names none
 * @param tls protection
 * @param connectTimeout zero for none
 * @param socketTimeout how long to wait for the answer to one of Schemaward's own statements; zero
 *     for its own bound
 * @param options libpq's {@code options}; null for none
 * @param secrets every text that must never be shown: the password, the whole URL …
 */
public record Credentials(
    String host,
    int port,
    String database,
    String user,
    String password,
    String schema,
    TlsSettings tls,
    Duration connectTimeout,
    Duration socketTimeout,
    String options,
    List<String> secrets) {
  public Credentials {
    Set<String> all = new LinkedHashSet<>(secrets);
    if (password != null) {
      all.add(password);
    }
    if (tls.clientKeyPassword() != null) {
      all.add(tls.clientKeyPassword());
    }
    secrets = List.copyOf(all);
  }

  /** Without a socket timeout. */
  public Credentials(
      String host,
      int port,
      String database,
      String user,
      String password,
      String schema,
      TlsSettings tls,
      Duration connectTimeout,
      String options,
      List<String> secrets) {
    this(
        host,
        port,
        database,
        user,
        password,
        schema,
        tls,
        connectTimeout,
        Duration.ZERO,
        options,
        secrets);
  }

  /** What may be shown: host, port and database. */
  public String display() {
    return host + ":" + port + "/" + database;
  }

  /** Shows no secret: a record's own toString would. */
  @Override
  public String toString() {
    return "Credentials[" + display() + "]";
  }
}
