package dev.schemaward.runner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.schemaward.runner.Commands.Ended;
import dev.schemaward.testkit.postgres.PostgresServer;
import dev.schemaward.testkit.postgres.SharedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Drift of a real database as a page; {@code -Dschemaward.pages=DIR} keeps it to be looked at. */
class DriftPageTest {
  private final PostgresServer server = SharedPostgres.of(18);
  private final String database = server.createDatabase("drift_page_" + System.nanoTime());
  private final Map<String, String> environment =
      Map.of("DATABASE_URL", server.url(database), "SHADOW_DATABASE_URL", server.url("postgres"));
  @TempDir private Path work;
  private String bundle;

  @BeforeEach
  void applied() {
    bundle =
        Commands.bundle(
            work.resolve("bundle"),
            "20260101000000_init",
            """
            create table users (id bigint primary key, email text, nick varchar(40));
            create table orders (id bigint primary key, user_id bigint references users);
            create index orders_user on orders (user_id);
            create view emails as select email from users;
            """);
    assertThat(Commands.run(environment, "apply", "--bundle", bundle).code()).isZero();
  }

  private String page(int expected) throws IOException {
    Ended ended = Commands.run(environment, "drift", "--bundle", bundle, "--output", "html");
    assertThat(ended.code()).as(ended.err()).isEqualTo(expected);
    String pages = System.getProperty("schemaward.pages");
    if (pages != null) {
      Files.writeString(
          Files.createDirectories(Path.of(pages)).resolve("drift-" + expected + ".html"),
          ended.out());
    }
    return ended.out();
  }

  @Test
  void whatDiffersAndBothWaysOut() throws IOException {
    server.execute(
        database,
        "drop index orders_user; alter table users add phone text, alter nick type text;"
            + " create table \"<script>alert(1)</script>\" (id int);"
            + " comment on table users is 'people & others'; create or replace view emails as"
            + " select lower(email) as email from users");
    String page = page(1);
    assertThat(page)
        .startsWith("<!DOCTYPE html>")
        .contains("index public.orders_user", "column public.users.phone", "CREATE INDEX")
        .contains("To revert", "To adopt", "LOSES DATA")
        .doesNotContain("<script")
        .doesNotContain("src=\"http");
  }

  @Test
  void nothingDiffers() throws IOException {
    assertThat(page(0)).contains("No drift").doesNotContain("To revert");
  }
}
