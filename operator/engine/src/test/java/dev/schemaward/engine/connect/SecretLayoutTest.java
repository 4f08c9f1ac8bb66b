package dev.schemaward.engine.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.schemaward.engine.EngineException;
import dev.schemaward.engine.FailureReason;
import dev.schemaward.testkit.postgres.PostgresServer;
import dev.schemaward.testkit.postgres.SharedPostgres;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every layout of a Secret leads to the database, with a password that needs care. */
class SecretLayoutTest {
  private static final String PASSWORD = " p@ss/w:rd %41?#'\"\\ é ";
  private static final String NOWHERE = "postgresql://u:p@127.0.0.1:1/nowhere";

  private final PostgresServer server = SharedPostgres.of(18);
  private final String role = "role_" + System.nanoTime();
  private final String database = server.createDatabase("db_" + System.nanoTime());
  @TempDir private Path secret;

  @BeforeEach
  void role() {
    server.execute(
        "postgres",
        "create role " + role + " login password '" + PASSWORD.replace("'", "''") + "'");
  }

  private String url() {
    return server.url(
        database, role, URLEncoder.encode(PASSWORD, StandardCharsets.UTF_8).replace("+", "%20"));
  }

  private enum Layout {
    PRISMA,
    PRISMA_DIRECT,
    CLOUDNATIVE_PG,
    CLOUDNATIVE_PG_WITHOUT_URI,
    CRUNCHY,
    ZALANDO_WITH_A_HOST,
    SERVICE_BINDING,
    KEYS_FOR_URL,
    KEYS_FOR_DIRECT_URL,
    KEYS_FOR_PARTS
  }

  private Map<String, String> content(Layout layout) {
    String port = Integer.toString(server.port());
    Map<String, String> files = new LinkedHashMap<>();
    switch (layout) {
      case PRISMA -> files.put("DATABASE_URL", url() + "\n");
      case PRISMA_DIRECT -> {
        files.put("DATABASE_URL", NOWHERE);
        files.put("DIRECT_URL", url());
      }
      case CLOUDNATIVE_PG, CLOUDNATIVE_PG_WITHOUT_URI -> {
        files.put("dbname", database);
        files.put("host", "127.0.0.1");
        files.put("jdbc-uri", "jdbc:postgresql://127.0.0.1:1/nowhere");
        files.put("password", PASSWORD);
        files.put("pgpass", "127.0.0.1:" + port + ":" + database + ":" + role + ":x\n");
        files.put("port", port);
        files.put("user", role);
        files.put("username", role);
        if (layout == Layout.CLOUDNATIVE_PG) {
          files.put("uri", url());
        }
      }
      case CRUNCHY -> {
        files.put("dbname", database);
        files.put("host", "127.0.0.1");
        files.put("password", PASSWORD);
        files.put("pgbouncer-host", "127.0.0.2");
        files.put("pgbouncer-port", "1");
        files.put("pgbouncer-uri", NOWHERE);
        files.put("port", port);
        files.put("uri", url());
        files.put("user", role);
        files.put("verifier", "SCRAM-SHA-256$4096:x");
      }
      case ZALANDO_WITH_A_HOST -> {
        files.put("username", role + "\n");
        files.put("password", PASSWORD + "\n");
        files.put("host", "127.0.0.1");
        files.put("port", port);
        files.put("dbname", database);
      }
      case SERVICE_BINDING -> {
        files.put("type", "postgresql");
        files.put("provider", "example");
        files.put("host", "127.0.0.1");
        files.put("port", port);
        files.put("database", database);
        files.put("username", role);
        files.put("password", PASSWORD);
      }
      case KEYS_FOR_URL -> {
        files.put("MAIN", url());
        files.put("DATABASE_URL", NOWHERE);
      }
      case KEYS_FOR_DIRECT_URL -> {
        files.put("MAIN", NOWHERE);
        files.put("PRIMARY", url());
      }
      case KEYS_FOR_PARTS -> {
        files.put("where", "127.0.0.1");
        files.put("door", port);
        files.put("what", database);
        files.put("who", role);
        files.put("key", PASSWORD);
        files.put("uri", NOWHERE);
      }
    }
    return files;
  }

  private static Map<String, String> keys(Layout layout) {
    return switch (layout) {
      case KEYS_FOR_URL -> Map.of("url", "MAIN");
      case KEYS_FOR_DIRECT_URL -> Map.of("url", "MAIN", "directUrl", "PRIMARY");
      case KEYS_FOR_PARTS ->
          Map.of(
              "host",
              "where",
              "port",
              "door",
              "database",
              "what",
              "user",
              "who",
              "password",
              "key");
      default -> Map.of();
    };
  }

  /** As the kubelet mounts a Secret: each key a link into a directory that a link leads to. */
  private void mount(String version, Map<String, String> files) throws IOException {
    Path data = Files.createDirectory(secret.resolve("..version_" + version));
    for (Map.Entry<String, String> file : files.entrySet()) {
      Files.writeString(data.resolve(file.getKey()), file.getValue());
      Path key = secret.resolve(file.getKey());
      if (!Files.isSymbolicLink(key)) {
        Files.createSymbolicLink(key, Path.of("..data", file.getKey()));
      }
    }
    Path link = secret.resolve("..data_new");
    Files.createSymbolicLink(link, data.getFileName());
    Files.move(link, secret.resolve("..data"), java.nio.file.StandardCopyOption.ATOMIC_MOVE);
  }

  private static Session open(Credentials credentials) throws EngineException {
    return Session.open(
        credentials,
        new Session.Settings("schemaward/test", null, Duration.ofSeconds(7)),
        RoundTrip.UNWATCHED);
  }

  @ParameterizedTest
  @EnumSource(Layout.class)
  void leadsToTheDatabase(Layout layout) throws Exception {
    mount("1", content(layout));
    try (Session session = open(SecretDirectory.read(secret, keys(layout)))) {
      assertThat(session.row("select current_user, current_database()"))
          .containsExactly(role, database);
    }
  }

  @Test
  void aPasswordThatWasRotatedBetweenReadingAndConnectingIsReadAgain() throws Exception {
    mount("1", content(Layout.CLOUDNATIVE_PG_WITHOUT_URI));
    AtomicInteger reads = new AtomicInteger();
    Credentials old =
        SecretDirectory.read(secret, Map.of())
            .orElseFrom(
                () -> {
                  reads.incrementAndGet();
                  return SecretDirectory.read(secret, Map.of());
                });
    try (Session session = open(old)) {
      assertThat(session.row("select current_user")[0]).isEqualTo(role);
      assertThat(reads).hasValue(0);
    }
    server.execute("postgres", "alter role " + role + " password 'rotated'");
    Map<String, String> rotated = content(Layout.CLOUDNATIVE_PG_WITHOUT_URI);
    rotated.put("password", "rotated");
    mount("2", rotated);
    try (Session session = open(old)) {
      assertThat(session.row("select current_user")[0]).isEqualTo(role);
      assertThat(reads).hasValue(1);
    }
  }

  @Test
  void aPasswordThatIsWrongTwiceIsRejectedAfterOneMoreLook() throws Exception {
    Map<String, String> wrong = content(Layout.SERVICE_BINDING);
    wrong.put("password", "wrong-one");
    mount("1", wrong);
    AtomicInteger reads = new AtomicInteger();
    Credentials credentials =
        SecretDirectory.read(secret, Map.of())
            .orElseFrom(
                () -> {
                  wrong.put("password", "wrong-two" + reads.incrementAndGet());
                  try {
                    mount("again", wrong);
                  } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                  }
                  return SecretDirectory.read(secret, Map.of());
                });
    assertThatThrownBy(() -> open(credentials))
        .isInstanceOfSatisfying(
            EngineException.class,
            e -> assertThat(e.reason()).isEqualTo(FailureReason.CredentialsRejected))
        .hasMessageContaining("28P01")
        .hasMessageNotContaining("wrong-one")
        .hasMessageNotContaining("wrong-two");
    assertThat(reads).hasValue(1);
  }

  @Test
  void zalandosOwnSecretHasNoHostAndSaysSo() throws Exception {
    mount("1", Map.of("username", role, "password", PASSWORD));
    assertThatThrownBy(() -> SecretDirectory.read(secret, Map.of()))
        .hasMessageContainingAll("host", "found password, username");
  }
}
