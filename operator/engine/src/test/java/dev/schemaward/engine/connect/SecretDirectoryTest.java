package dev.schemaward.engine.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.schemaward.engine.EngineException;
import dev.schemaward.engine.FailureReason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SecretDirectoryTest {
  @TempDir private Path secret;

  private void key(String name, String value) throws IOException {
    Files.writeString(secret.resolve(name), value);
  }

  @Test
  void theDirectUrlWins() throws Exception {
    key("DATABASE_URL", "postgresql://u:p@pooler/db");
    key("DIRECT_URL", "postgresql://u:p@primary:5433/db?schema=app\n");
    Credentials credentials = SecretDirectory.read(secret, Map.of());
    assertThat(credentials.display()).isEqualTo("primary:5433/db");
    assertThat(credentials.schema()).isEqualTo("app");
  }

  @Test
  void cloudNativePgsAppSecretIsRecognised() throws Exception {
    key("host", "orders-rw");
    key("port", "5432");
    key("dbname", "orders");
    key("user", "app");
    key("username", "app");
    key("password", "p@ss/word");
    key("pgpass", "x");
    Credentials credentials = SecretDirectory.read(secret, Map.of());
    assertThat(credentials.display()).isEqualTo("orders-rw:5432/orders");
    assertThat(credentials.password()).isEqualTo("p@ss/word");
  }

  @Test
  void explicitKeysAreTakenAndMissedByName() throws Exception {
    key("MAIN", "postgresql://u:p@h/db");
    assertThat(SecretDirectory.read(secret, Map.of("url", "MAIN")).host()).isEqualTo("h");
    assertThatThrownBy(() -> SecretDirectory.read(secret, Map.of("url", "OTHER")))
        .hasMessageContainingAll("OTHER", "MAIN")
        .isInstanceOfSatisfying(
            EngineException.class,
            e -> assertThat(e.reason()).isEqualTo(FailureReason.DependencyMissing));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          postgresql://u:p%40ss@h:6000/db                 | h:6000/db      | prefer
          postgres://u@h                                  | h:5432/postgres | prefer
          postgresql://u:p@[::1]:5/db                     | ::1:5/db       | prefer
          postgresql://u:p@h/db?sslmode=require           | h:5432/db      | require
          postgresql://u:p@h/db?sslmode=verify-full       | h:5432/db      | verify-full
          postgresql://u:p@h/db?sslmode=require&sslaccept=strict | h:5432/db | verify-full
          postgresql://u:p@h/db?sslmode=disable           | h:5432/db      | disable
          postgresql://u:p@h/db?host=other                | other:5432/db  | prefer
          postgresql://u:a+b@h/db?connection_limit=5&pgbouncer=true | h:5432/db | prefer
          """)
  void urlsAreReadByPrismasRules(String url, String display, String mode) throws EngineException {
    Credentials credentials = SecretDirectory.parseUrl(url, "test");
    assertThat(credentials.display()).isEqualTo(display);
    assertThat(credentials.tls().mode()).isEqualTo(mode);
    assertThat(credentials.toString()).doesNotContain("p@ss").doesNotContain("a+b");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mysql://u:topsecret@h/db",
        "prisma+postgres://h?api_key=topsecret",
        "postgresql://u:topsecret@h:port/db",
        "postgresql://u:topsecret%zz@h/db",
        "postgresql://u:topsecret@a,b/db",
        "postgresql://u:topsecret@/db?host=/var/run/postgresql"
      })
  void whatCannotBeUsedIsSaidWithoutShowingIt(String url) {
    assertThatThrownBy(() -> SecretDirectory.parseUrl(url, "key URL"))
        .hasMessageContaining("key URL")
        .hasMessageNotContaining("topsecret")
        .hasNoCause();
  }
}
