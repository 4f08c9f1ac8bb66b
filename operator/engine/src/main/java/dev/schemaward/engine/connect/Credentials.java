package dev.schemaward.engine.connect;

import dev.schemaward.engine.EngineException;
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
 * @param secrets every text that must never be shown: the password, as it is and as the URL had it
 *     …
 * @param again where they can be read anew; null for nowhere
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
    List<String> secrets,
    Source again) {
  /** Where credentials come from; read a second time when the server refuses the first. */
  @FunctionalInterface
  public interface Source {
    Credentials read() throws EngineException;
  }

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

  /** Without a socket timeout and without a source. */
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
        secrets,
        null);
  }

  /** The same, and if the server refuses them, they are read again from there, once. */
  public Credentials orElseFrom(Source source) {
    return new Credentials(
        host,
        port,
        database,
        user,
        password,
        schema,
        tls,
        connectTimeout,
        socketTimeout,
        options,
        secrets,
        source);
  }

  /** True when there is no point in trying with {@code other} what these were refused for. */
  boolean sameAs(Credentials other) {
    return orElseFrom(null).equals(other.orElseFrom(null));
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
