package dev.schemaward.engine.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.schemaward.engine.EngineException;
import dev.schemaward.engine.FailureReason;
import dev.schemaward.testkit.postgres.CertificateAuthority;
import dev.schemaward.testkit.postgres.CertificateAuthority.Issued;
import dev.schemaward.testkit.postgres.PostgresServer;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Base64;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** TLS as the URL and the Secret ask for it, against servers with good and bad certificates. */
class TlsTest {
  private static final String PASSWORD = "pw-of-the-role";
  private static final String KEY_PASSWORD = "pw-of-the-key";
  private static final String HBA =
      """
      hostnossl all postgres 127.0.0.1/32 scram-sha-256
      hostssl all by_certificate 127.0.0.1/32 cert
      hostssl all with_both 127.0.0.1/32 scram-sha-256 clientcert=verify-ca
      host all plain 127.0.0.1/32 scram-sha-256
      """;

  private enum ServerCertificate {
    GOOD,
    EXPIRED,
    OTHER_HOST
  }

  private static final Map<ServerCertificate, PostgresServer> SERVERS =
      new EnumMap<>(ServerCertificate.class);
  private static final CertificateAuthority CA = new CertificateAuthority("right");
  private static final CertificateAuthority OTHER_CA = new CertificateAuthority("wrong");

  @TempDir private Path secret;

  @BeforeAll
  static void servers() {
    start(ServerCertificate.GOOD, List.of("localhost", "127.0.0.1"), Duration.ofDays(9));
    start(ServerCertificate.EXPIRED, List.of("localhost", "127.0.0.1"), Duration.ofDays(-2));
    start(ServerCertificate.OTHER_HOST, List.of("orders-rw.shop.svc"), Duration.ofDays(9));
  }

  private static void start(ServerCertificate kind, List<String> hosts, Duration validFor) {
    Issued issued = CA.issue("RSA", hosts.getFirst(), hosts, validFor);
    PostgresServer server =
        PostgresServer.start(
            18,
            Map.of("ssl", "on", "ssl_ca_file", "root.crt"),
            Map.of(
                "server.crt", issued.certificatePem(),
                "server.key", issued.keyPem(),
                "root.crt", CA.certificatePem(),
                "pg_hba.conf", HBA));
    for (String role : List.of("plain", "by_certificate", "with_both")) {
      server.execute("postgres", "create role " + role + " login password '" + PASSWORD + "'");
    }
    SERVERS.put(kind, server);
  }

  @AfterAll
  static void stop() {
    SERVERS.values().forEach(PostgresServer::close);
  }

  private String write(String name, String content) throws IOException {
    return Files.writeString(secret.resolve(name), content).toString();
  }

  private static Session open(Credentials credentials) throws EngineException {
    return Session.open(
        credentials,
        new Session.Settings("schemaward/test", null, Duration.ofSeconds(7)),
        RoundTrip.UNWATCHED);
  }

  private static String url(ServerCertificate kind, String role, String parameters) {
    return SERVERS.get(kind).url("postgres", role, PASSWORD) + "?" + parameters;
  }

  /** {@code TLS} or {@code plain}. */
  private static String connect(Credentials credentials) throws Exception {
    try (Session session = open(credentials)) {
      return session.row("select ssl::text from pg_stat_ssl where pid = pg_backend_pid()")[0]
              .equals("true")
          ? "TLS"
          : "plain";
    }
  }

  private static void assertRefused(Credentials credentials, FailureReason reason, String says) {
    assertThatThrownBy(() -> open(credentials))
        .isInstanceOfSatisfying(
            EngineException.class,
            e -> {
              assertThat(e.reason()).isEqualTo(reason);
              assertThat(e.getMessage())
                  .contains(says)
                  .doesNotContain(PASSWORD)
                  .doesNotContain(KEY_PASSWORD);
            });
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          # sslmode and sslaccept | server | CA | outcome
          sslmode=disable                                   | GOOD       | right | plain
          sslmode=allow                                     | GOOD       | none  | TLS
          sslmode=prefer                                    | GOOD       | none  | TLS
          sslmode=prefer                                    | EXPIRED    | wrong | TLS
          connect_timeout=5                                 | OTHER_HOST | none  | TLS
          sslmode=require                                   | GOOD       | none  | TLS
          sslmode=require                                   | EXPIRED    | none  | TLS
          sslmode=require                                   | OTHER_HOST | right | TLS
          sslmode=require                                   | GOOD       | wrong | not issued by the CA in
          sslmode=require                                   | EXPIRED    | right | expired
          sslmode=no-verify                                 | EXPIRED    | none  | TLS
          sslmode=verify-ca                                 | GOOD       | right | TLS
          sslmode=verify-ca                                 | OTHER_HOST | right | TLS
          sslmode=verify-ca                                 | GOOD       | wrong | not issued by the CA in
          sslmode=verify-ca                                 | GOOD       | none  | not issued by any public authority
          sslmode=verify-ca                                 | EXPIRED    | right | Renew it at the server
          sslmode=verify-full                               | GOOD       | right | TLS
          sslmode=verify-full                               | OTHER_HOST | right | not made out to 127.0.0.1
          sslmode=verify-full                               | GOOD       | wrong | not issued by the CA in
          sslmode=verify-full                               | EXPIRED    | right | expired
          sslmode=verify-full&sslaccept=accept_invalid_certs | GOOD      | wrong | not issued by
          sslmode=require&sslaccept=accept_invalid_certs    | EXPIRED    | wrong | TLS
          sslmode=require&sslaccept=strict                  | GOOD       | right | TLS
          sslaccept=strict                                  | OTHER_HOST | right | not made out to 127.0.0.1
          sslaccept=strict                                  | GOOD       | none  | not issued by any public authority
          sslaccept=whatever                                | GOOD       | wrong | not issued by
          """)
  void theServerIsVerifiedAsAsked(
      String parameters, ServerCertificate kind, String authority, String outcome)
      throws Exception {
    String root =
        switch (authority) {
          case "right" -> "&sslrootcert=" + write("right.crt", CA.certificatePem());
          case "wrong" -> "&sslrootcert=" + write("wrong.crt", OTHER_CA.certificatePem());
          default -> "";
        };
    Credentials credentials =
        SecretDirectory.parseUrl(url(kind, "plain", parameters + root), "test");
    if (outcome.equals("TLS") || outcome.equals("plain")) {
      assertThat(connect(credentials)).isEqualTo(outcome);
    } else {
      assertRefused(credentials, FailureReason.CredentialsRejected, outcome);
    }
  }

  @Test
  void prismasSslcertIsTheAuthorityAndCountsOnlyWithStrict() throws Exception {
    String wrong = "sslcert=" + write("wrong.crt", OTHER_CA.certificatePem());
    String right = "sslcert=" + write("right.crt", CA.certificatePem());
    assertThat(connect(secretUrl(url(ServerCertificate.GOOD, "plain", "sslmode=require&" + wrong))))
        .isEqualTo("TLS");
    assertThat(
            connect(secretUrl(url(ServerCertificate.GOOD, "plain", "sslaccept=strict&" + right))))
        .isEqualTo("TLS");
    assertRefused(
        secretUrl(url(ServerCertificate.GOOD, "plain", "sslaccept=strict&" + wrong)),
        FailureReason.CredentialsRejected,
        "not issued by");
  }

  private Credentials secretUrl(String url) throws Exception {
    write("DATABASE_URL", url);
    return SecretDirectory.read(secret, Map.of());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          connect_timeout=5                    | right | verify-full
          connect_timeout=5                    | wrong | refused
          sslmode=require                      | wrong | refused
          sslmode=require                      | right | verify-ca
          sslmode=prefer                       | wrong | prefer
          sslaccept=accept_invalid_certs       | wrong | prefer
          """)
  void anAuthorityInTheSecretIsNotIgnored(String parameters, String authority, String outcome)
      throws Exception {
    write("ca.crt", (authority.equals("right") ? CA : OTHER_CA).certificatePem());
    Credentials credentials = secretUrl(url(ServerCertificate.GOOD, "plain", parameters));
    if (outcome.equals("refused")) {
      assertRefused(credentials, FailureReason.CredentialsRejected, "not issued by the CA in");
    } else {
      assertThat(credentials.tls().mode()).isEqualTo(outcome);
      assertThat(connect(credentials)).isEqualTo("TLS");
    }
  }

  private enum KeyForm {
    PKCS1,
    SEC1,
    PKCS8,
    PKCS8_EC
  }

  private static String pkcs8(Issued issued) {
    return "-----BEGIN PRIVATE KEY-----\n"
        + Base64.getMimeEncoder().encodeToString(issued.keys().getPrivate().getEncoded())
        + "\n-----END PRIVATE KEY-----\n";
  }

  @ParameterizedTest
  @EnumSource(KeyForm.class)
  void aClientCertificateInTheSecretIsShown(KeyForm form) throws Exception {
    boolean ec = form == KeyForm.SEC1 || form == KeyForm.PKCS8_EC;
    Issued client = CA.issue(ec ? "EC" : "RSA", "by_certificate", List.of(), Duration.ofDays(9));
    boolean modern = form == KeyForm.PKCS8 || form == KeyForm.PKCS8_EC;
    write("tls.key", modern ? pkcs8(client) : client.keyPem());
    write("tls.crt", client.certificatePem());
    write("ca.crt", CA.certificatePem());
    write("host", "127.0.0.1");
    write("port", Integer.toString(SERVERS.get(ServerCertificate.GOOD).port()));
    write("dbname", "postgres");
    write("user", "by_certificate");
    Credentials credentials = SecretDirectory.read(secret, Map.of());
    assertThat(credentials.password()).isNull();
    assertThat(connect(credentials)).isEqualTo("TLS");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          by_certificate | right   | TLS
          by_certificate | missing | requires a valid client certificate
          by_certificate | wrong   | refused the client certificate
          by_certificate | expired | refused the client certificate
          by_certificate | other   | certificate authentication failed
          with_both      | right   | TLS
          with_both      | missing | requires a valid client certificate
          with_both      | wrong   | refused the client certificate
          with_both      | other   | TLS
          """)
  void theServerJudgesTheClientCertificate(String role, String certificate, String outcome)
      throws Exception {
    Issued client =
        switch (certificate) {
          case "wrong" -> OTHER_CA.issue("RSA", role, List.of(), Duration.ofDays(9));
          case "expired" -> CA.issue("RSA", role, List.of(), Duration.ofDays(-1));
          case "other" -> CA.issue("RSA", "somebody_else", List.of(), Duration.ofDays(9));
          default -> CA.issue("RSA", role, List.of(), Duration.ofDays(9));
        };
    String parameters = "sslmode=verify-full&sslrootcert=root.crt";
    write("root.crt", CA.certificatePem());
    if (!certificate.equals("missing")) {
      write("c.crt", client.certificatePem());
      write("c.key", client.keyPem());
      parameters += "&sslcert=c.crt&sslkey=c.key";
    }
    Credentials credentials = secretUrl(url(ServerCertificate.GOOD, role, parameters));
    if (outcome.equals("TLS")) {
      assertThat(connect(credentials)).isEqualTo("TLS");
    } else {
      assertRefused(credentials, FailureReason.CredentialsRejected, outcome);
    }
  }

  @Test
  void prismasIdentityIsAPkcs12File() throws Exception {
    Issued client = CA.issue("RSA", "by_certificate", List.of(), Duration.ofDays(9));
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setKeyEntry(
        "client",
        client.keys().getPrivate(),
        KEY_PASSWORD.toCharArray(),
        new Certificate[] {client.certificate()});
    try (OutputStream out = Files.newOutputStream(secret.resolve("client.p12"))) {
      store.store(out, KEY_PASSWORD.toCharArray());
    }
    String parameters = "sslmode=require&sslidentity=client.p12&sslpassword=";
    Credentials right =
        secretUrl(url(ServerCertificate.GOOD, "by_certificate", parameters + KEY_PASSWORD));
    assertThat(right.secrets()).contains(KEY_PASSWORD);
    assertThat(connect(right)).isEqualTo("TLS");
    assertRefused(
        secretUrl(url(ServerCertificate.GOOD, "by_certificate", parameters + "wrong")),
        FailureReason.DependencyMissing,
        "sslpassword does not open it");
  }

  @ParameterizedTest
  @CsvSource({"pw-of-the-key, TLS", "wrong, sslpassword is wrong", "'', no sslpassword"})
  void anEncryptedKeyIsOpenedWithItsPassword(String password, String outcome) throws Exception {
    Issued client = CA.issue("RSA", "by_certificate", List.of(), Duration.ofDays(9));
    write("c.crt", client.certificatePem());
    write("c.key", client.encryptedKeyPem(KEY_PASSWORD));
    String parameters = "sslmode=require&sslcert=c.crt&sslkey=c.key";
    Credentials credentials =
        secretUrl(
            url(
                ServerCertificate.GOOD,
                "by_certificate",
                parameters + (password.isEmpty() ? "" : "&sslpassword=" + password)));
    if (outcome.equals("TLS")) {
      assertThat(connect(credentials)).isEqualTo("TLS");
    } else {
      assertRefused(credentials, FailureReason.DependencyMissing, outcome);
    }
  }

  @Test
  void aRunningStatementIsCancelledOverTlsToo() throws Exception {
    write("ca.crt", CA.certificatePem());
    Credentials credentials = secretUrl(url(ServerCertificate.GOOD, "plain", "connect_timeout=5"));
    try (Session session = open(credentials);
        Session other = open(credentials)) {
      Thread.ofVirtual()
          .start(
              () -> {
                try {
                  while (!other.isWorking(session.backend())) {
                    Thread.onSpinWait();
                  }
                  session.cancelRunning();
                } catch (SQLException e) {
                  throw new IllegalStateException(e);
                }
              });
      assertThatThrownBy(() -> session.execute("select pg_sleep(6)"))
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("57014"))
          .hasMessageContaining("user request");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          sslmode=verify-full&sslrootcert=absent.crt   | the file does not exist
          sslmode=verify-full&sslrootcert=garbage      | holds no certificate
          sslmode=require&sslcert=good.crt&sslkey=garbage  | holds no private key
          sslmode=require&sslcert=garbage&sslkey=good.key  | holds no certificate
          sslmode=require&sslcert=good.crt&sslkey=absent   | the file does not exist
          sslmode=require&sslidentity=garbage&sslpassword=pw-of-the-key | it is no PKCS#12 file
          sslmode=require&sslidentity=absent&sslpassword=pw-of-the-key  | the file does not exist
          """)
  void aFileThatCannotBeUsedIsNamed(String parameters, String says) throws Exception {
    Issued client = CA.issue("RSA", "plain", List.of(), Duration.ofDays(9));
    write("good.crt", client.certificatePem());
    write("good.key", client.keyPem());
    write("garbage", "garbage");
    assertRefused(
        secretUrl(url(ServerCertificate.GOOD, "plain", parameters)),
        FailureReason.DependencyMissing,
        says);
  }

  @ParameterizedTest
  @ValueSource(strings = {"verify_full", "Verify-Full", "full", "verifyfull"})
  void aWordThatMayHaveMeantVerificationIsNotTakenForNone(String mode) {
    assertThatThrownBy(() -> secretUrl(url(ServerCertificate.GOOD, "plain", "sslmode=" + mode)))
        .hasMessageContainingAll("sslmode", "verify-full");
  }

  @Test
  void aServerThatDoesNotAllowPlainConnectionsSaysSo() throws Exception {
    assertRefused(
        secretUrl(url(ServerCertificate.GOOD, "by_certificate", "sslmode=disable")),
        FailureReason.CredentialsRejected,
        "no encryption");
  }
}
