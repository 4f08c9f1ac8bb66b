package dev.schemaward.engine.drift;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.schemaward.engine.EngineException;
import dev.schemaward.engine.FailureReason;
import dev.schemaward.engine.bundle.Bundle;
import dev.schemaward.engine.bundle.Format;
import dev.schemaward.engine.connect.Credentials;
import dev.schemaward.engine.connect.SecretDirectory;
import dev.schemaward.engine.execute.TargetDatabase;
import dev.schemaward.engine.shadow.ShadowSource;
import dev.schemaward.testkit.postgres.SharedPostgres;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where drift cannot be told, the answer says why; where it can, it does not give up. */
class DriftBadInputTest {
  @TempDir private Path scratch;

  private DriftReport check(Credentials credentials, int major, String schema, Bundle bundle)
      throws EngineException {
    return DriftCheck.run(
        new DriftRequest(
            bundle,
            credentials,
            schema,
            new ShadowSource.Embedded(DriftDatabase.programs(major), scratch),
            List.of(),
            true));
  }

  @ParameterizedTest
  @ValueSource(ints = {14, 16, 18})
  void aSchemaThatVanishedIsDriftAndComesBack(int major) throws EngineException {
    Bundle bundle =
        TargetDatabase.bundle(
            Format.SQL,
            "1_app",
            "CREATE SCHEMA app; CREATE TABLE app.users (id int PRIMARY KEY, name text NOT NULL);"
                + " CREATE INDEX users_name ON app.users (name)");
    TargetDatabase db = new TargetDatabase(SharedPostgres.of(major));
    assertThat(db.apply(bundle).failure()).isNull();
    db.sql("DROP SCHEMA app CASCADE");
    DriftReport report = check(db.credentials(), major, null, bundle);
    assertThat(report.comparison().drifts().stream().map(DriftText::line))
        .contains("schema app is missing", "table app.users is missing");
    assertThat(report.revert().verdict()).isEqualTo(DriftProposal.Verdict.EXACT);
    db.sql(DriftText.revertFile(report.revert()));
    assertThat(check(db.credentials(), major, null, bundle).drifted()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"public", "no_such_schema"})
  void aTargetSchemaThatIsNotThereIsNoDrift(String schema) throws EngineException {
    Bundle bundle = TargetDatabase.prisma("1_users", "CREATE TABLE users (id int)");
    TargetDatabase db = new TargetDatabase(SharedPostgres.of(18));
    assertThat(db.apply(bundle).failure()).isNull();
    db.sql("DROP SCHEMA public CASCADE");
    assertThatThrownBy(() -> check(db.credentials(), 18, schema, bundle))
        .isInstanceOfSatisfying(
            EngineException.class,
            e -> {
              assertThat(e.reason()).isEqualTo(FailureReason.DependencyMissing);
              assertThat(e)
                  .hasMessageContaining("database " + db.name() + " has no schema " + schema)
                  .hasMessageContaining("or it was dropped with its history");
            });
  }

  @Test
  void aRoleWithoutPrivilegesIsToldWhatItLacks() throws EngineException {
    Bundle bundle = TargetDatabase.prisma("1_users", "CREATE TABLE users (id int)");
    TargetDatabase db = new TargetDatabase(SharedPostgres.of(18));
    assertThat(db.apply(bundle).failure()).isNull();
    db.sql(
        "DO $$ BEGIN IF to_regrole('drift_nobody') IS NULL THEN CREATE ROLE drift_nobody LOGIN"
            + " PASSWORD 'drift_nobody'; END IF; END $$");
    Credentials nobody =
        SecretDirectory.parseUrl(
            db.server().url(db.name(), "drift_nobody", "drift_nobody") + "?schema=public", "test");
    assertThatThrownBy(() -> check(nobody, 18, null, bundle))
        .isInstanceOfSatisfying(
            EngineException.class,
            e -> {
              assertThat(e.reason()).isEqualTo(FailureReason.PrivilegeMissing);
              assertThat(e)
                  .hasMessageContaining("permission denied for schema schemaward")
                  .hasMessageContaining("GRANT USAGE ON SCHEMA schemaward TO drift_nobody")
                  .hasMessageContaining(
                      "GRANT SELECT ON \"public\".\"_prisma_migrations\" TO drift_nobody");
              String message = e.getMessage();
              db.sql(message.substring(message.indexOf("GRANT")));
            });
    assertThat(check(nobody, 18, null, bundle).drifted()).isFalse();
    db.sql("DROP OWNED BY drift_nobody");
  }

  @Test
  void aServerThatIsTooOldIsRefused() throws IOException {
    try (ServerSocket old = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      Thread.startVirtualThread(() -> serve(old, "12.22"));
      Credentials credentials =
          SecretDirectory.parseUrl(
              "postgresql://u:p@127.0.0.1:" + old.getLocalPort() + "/db?sslmode=disable", "test");
      assertThatThrownBy(
              () -> check(credentials, 18, null, TargetDatabase.prisma("1_a", "CREATE TABLE a ()")))
          .isInstanceOfSatisfying(
              EngineException.class,
              e -> {
                assertThat(e.reason()).isEqualTo(FailureReason.ServerUnsupported);
                assertThat(e)
                    .hasMessage("the server is PostgreSQL 12.22; Schemaward needs 13 or newer");
              });
    } catch (EngineException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A server that lets everybody in and says of which version it is. */
  private static void serve(ServerSocket socket, String version) {
    try {
      while (true) {
        try (Socket client = socket.accept()) {
          DataInputStream in = new DataInputStream(client.getInputStream());
          in.readNBytes(in.readInt() - 4);
          DataOutputStream out = new DataOutputStream(client.getOutputStream());
          message(out, 'R', new byte[4]);
          for (Map.Entry<String, String> parameter :
              Map.of(
                      "server_version", version,
                      "client_encoding", "UTF8",
                      "standard_conforming_strings", "on",
                      "integer_datetimes", "on")
                  .entrySet()) {
            message(
                out,
                'S',
                (parameter.getKey() + "\0" + parameter.getValue() + "\0")
                    .getBytes(StandardCharsets.UTF_8));
          }
          message(out, 'K', new byte[8]);
          message(out, 'Z', new byte[] {'I'});
          out.flush();
          in.readAllBytes();
        }
      }
    } catch (IOException e) {
      return; // the test is over
    }
  }

  private static void message(DataOutputStream out, char type, byte[] body) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.write(type);
    new DataOutputStream(bytes).writeInt(body.length + 4);
    bytes.write(body);
    out.write(bytes.toByteArray());
  }
}
