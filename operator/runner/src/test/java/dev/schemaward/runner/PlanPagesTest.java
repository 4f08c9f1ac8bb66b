package dev.schemaward.runner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.schemaward.runner.Commands.Ended;
import dev.schemaward.testkit.postgres.PostgresServer;
import dev.schemaward.testkit.postgres.SharedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Plans of real bundles, measured on a real shadow, as HTML and Markdown. With {@code
 * -Dschemaward.pages=DIR} the documents are kept there, to be looked at in a browser.
 */
class PlanPagesTest {
  private static final String INIT =
      """
      create table customers (id bigint primary key, email text, phone text, note text);
      create table orders (id bigint primary key, customer_id bigint, total numeric(10,2),
        state text not null default 'new', placed_at timestamp);
      create table order_items (id bigint primary key, order_id bigint references orders, sku text,
        quantity int not null default 1);
      create index order_items_order on order_items (order_id);
      create view open_orders as select * from orders where state <> 'done';
      create table events (id bigint, at timestamptz, payload json) partition by range (at);
      create table events_2026 partition of events for values from ('2026-01-01') to ('2027-01-01');
      """;

  private final PostgresServer server = SharedPostgres.of(18);
  private final String database = server.createDatabase("pages_" + System.nanoTime());
  private final Map<String, String> environment =
      Map.of("DATABASE_URL", server.url(database), "SHADOW_DATABASE_URL", server.url("postgres"));
  @TempDir private Path work;
  private Path directory;

  @BeforeEach
  void applied() {
    directory = work.resolve("bundle");
    String bundle = Commands.bundle(directory, "20260101000000_init", INIT);
    Ended init = Commands.run(environment, "apply", "--bundle", bundle);
    assertThat(init.code()).as(init.err()).isZero();
    server.execute(
        database,
        "insert into orders select g, g % 100, 1, 'new', now() from generate_series(1, 20000) g;"
            + " insert into customers select g, 'a' || (g / 2), null, null from"
            + " generate_series(1, 2000) g; analyze");
  }

  private String plan(String format, String name, String... more) throws IOException {
    List<String> arguments =
        new ArrayList<>(List.of("plan", "--bundle", directory.toString(), "--output", format));
    arguments.addAll(List.of(more));
    Ended ended = Commands.run(environment, arguments.toArray(String[]::new));
    assertThat(ended.code()).as(ended.err()).isZero();
    String pages = System.getProperty("schemaward.pages");
    if (pages != null) {
      Path kept = Files.createDirectories(Path.of(pages));
      Files.writeString(
          kept.resolve(name + (format.equals("html") ? ".html" : ".md")), ended.out());
    }
    return ended.out();
  }

  private void one() {
    Commands.bundle(
        directory,
        "20260315100000_drop_customer_phone",
        "-- no code reads it since 4.2\nalter table customers drop column phone;\n");
  }

  private void twenty() {
    Commands.bundle(
        directory,
        "20260301000000_order_total",
        """
        alter table orders alter column total set not null;
        alter table orders add constraint total_positive check (total >= 0);
        alter table order_items add column discount numeric(5,2) not null default 0;
        update order_items set discount = 0.1 where sku like 'B-%';
        create index orders_customer on orders (customer_id);
        alter table orders add foreign key (customer_id) references customers;
        create table refunds (id bigint primary key, order_id bigint references orders,
          amount numeric(10,2) not null);
        create index refunds_order on refunds (order_id);
        """,
        "20260302000000_customer_email",
        """
        create unique index concurrently customers_email on customers (email);
        """,
        "20260303000000_types",
        """
        -- schemaward: allow type-rewrite -- the table is small in production, checked
        alter table order_items alter column quantity type bigint;
        alter table orders alter column placed_at type timestamptz using placed_at at time zone 'UTC';
        alter table customers alter column email type varchar(320);
        comment on table customers is 'who buys';
        """,
        "20260304000000_events",
        """
        create table events_2027 partition of events for values from ('2027-01-01') to ('2028-01-01');
        create index events_at on events (at);
        do $$ begin perform 1; end $$;
        grant select on customers to public;
        """,
        "20260305000000_clean_up",
        """
        drop view open_orders;
        alter table customers rename column note to remark;
        drop index concurrently order_items_order;
        """);
  }

  private void fourHundred() {
    StringBuilder first = new StringBuilder();
    for (int i = 0; i < 120; i++) {
      first.append("create table archive_" + i + " (id bigint primary key, note text);\n");
    }
    StringBuilder second = new StringBuilder();
    for (int i = 0; i < 120; i++) {
      second.append("create index archive_" + i + "_note on archive_" + i + " (note);\n");
    }
    StringBuilder third = new StringBuilder();
    for (int i = 0; i < 100; i++) {
      third.append(
          "insert into customers (id, email) values (" + (90000 + i) + ", 'x" + i + "');\n");
    }
    for (int i = 0; i < 40; i++) {
      third.append("alter table orders add column extra_" + i + " int default " + i + ";\n");
    }
    StringBuilder fourth = new StringBuilder();
    for (int i = 0; i < 20; i++) {
      fourth.append(
          "create index concurrently orders_extra_" + i + " on orders (extra_" + i + ");\n");
    }
    Commands.bundle(
        directory,
        "20260401000000_archive_tables",
        first.toString(),
        "20260402000000_archive_indexes",
        second.toString(),
        "20260403000000_extra_columns_and_some_customers",
        third.toString(),
        "20260404000000_extra_indexes",
        fourth.toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"1", "20", "400"})
  void aPageIsWholeAndLoadsNothing(String size) throws IOException {
    switch (size) {
      case "1" -> one();
      case "20" -> twenty();
      default -> fourHundred();
    }
    String html = plan("html", "plan-" + size);
    assertThat(html).startsWith("<!DOCTYPE html>").endsWith("</html>\n");
    assertThat(html)
        .doesNotContain(
            "<script", "<link", "<img", "src=", "url(", "@import", "http://", "https://");
    assertThat(count(html, "class=\"statement\"")).isEqualTo(Integer.parseInt(size));
    assertThat(html)
        .contains(
            "ACCESS EXCLUSIVE on public.", "<svg ", "prefers-color-scheme: dark", "@media print");
    Matcher links = Pattern.compile("href=\"#([^\"]+)\"").matcher(html);
    int checked = 0;
    while (links.find()) {
      assertThat(count(html, "id=\"" + links.group(1) + "\"")).as(links.group(1)).isOne();
      checked++;
    }
    assertThat(checked).isPositive();
    String markdown = plan("markdown", "plan-" + size);
    assertThat(markdown.length()).isLessThanOrEqualTo(60_000);
  }

  private static int count(String text, String part) {
    return text.split(Pattern.quote(part), -1).length - 1;
  }

  @Test
  void findingsComeWithConsequenceSaferSqlAndTheirPage() throws IOException {
    twenty();
    String docs = "https://docs.example/schemaward/docs";
    String html = plan("html", "plan-linked", "--docs-url", docs + "/");
    assertThat(html)
        .contains("href=\"" + docs + "/hazards/rename-column.md\"")
        .contains("Beside the old version of the application", "Not safe beside the old version")
        .contains("Waived: the table is small in production, checked")
        .contains("CREATE INDEX CONCURRENTLY");
    String markdown = plan("markdown", "plan-linked", "--docs-url", docs);
    assertThat(markdown)
        .contains("[`rename-column`](" + docs + "/hazards/rename-column.md)", "```sql\n")
        .contains("<details><summary>Statements (20)</summary>");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"javascript:alert(1)", "ftp://x", "https://x/\" onload=", "https://x/)](y", ""})
  void aLinkThatIsNoneIsRefusedAndNeverWritten(String url) {
    one();
    for (String format : List.of("html", "markdown")) {
      Ended ended =
          Commands.run(
              environment,
              "plan",
              "--bundle",
              directory.toString(),
              "--output",
              format,
              "--docs-url",
              url);
      assertThat(ended.code()).isEqualTo(url.isEmpty() ? 0 : 2);
      assertThat(ended.out()).doesNotContain("javascript:", "onload", "](y");
    }
  }

  @Test
  void withoutAShadowThePageSaysThatNothingWasMeasured() throws IOException {
    twenty();
    String html = plan("html", "plan-unmeasured", "--shadow", "off");
    assertThat(html).contains("Not measured: the shadow is switched off").doesNotContain("<svg");
    assertThat(plan("markdown", "plan-unmeasured", "--shadow", "off"))
        .contains("Not measured: the shadow is switched off");
  }

  @Test
  void aPlanWithNothingToDoSaysSo() throws IOException {
    assertThat(plan("html", "plan-none")).contains("Nothing to do.");
    assertThat(plan("markdown", "plan-none")).contains("**Nothing to do.**");
  }

  @ParameterizedTest
  @ValueSource(strings = {"apply", "status", "recover"})
  void whatHasNoSuchFormRefusesIt(String command) {
    Ended ended =
        Commands.run(environment, command, "--bundle", directory.toString(), "--output", "xml");
    assertThat(ended.code()).isEqualTo(2);
    Ended html =
        Commands.run(environment, command, "--bundle", directory.toString(), "--output", "html");
    assertThat(html.code()).isEqualTo(2);
    assertThat(html.err()).contains("--output", "html");
    assertThat(html.out()).isEmpty();
  }
}
