package dev.schemaward.engine.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.schemaward.engine.EngineException;
import dev.schemaward.engine.catalog.LiveCatalog.Column;
import dev.schemaward.engine.catalog.LiveCatalog.Constraint;
import dev.schemaward.engine.catalog.LiveCatalog.Index;
import dev.schemaward.engine.catalog.LiveCatalog.Relation;
import dev.schemaward.engine.connect.RoundTrip;
import dev.schemaward.engine.connect.SecretDirectory;
import dev.schemaward.engine.connect.Session;
import dev.schemaward.testkit.postgres.PostgresServer;
import dev.schemaward.testkit.postgres.SharedPostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The catalogue as the rules need it, read without getting in anybody's way. */
class LiveCatalogReaderTest {
  private static final AtomicInteger ROLES = new AtomicInteger();

  private static final String SCHEMA =
      """
      create schema shop;
      create domain positive as int check (value > 0);
      create domain more_positive as positive;
      create domain any_text as text;
      create table shop.customers (
        id int primary key,
        email varchar(200) not null,
        age positive,
        older more_positive,
        bio any_text,
        constraint email_key unique (email));
      alter table shop.customers add constraint age_check check (age < 200) not valid;
      create table shop.orders (
        id bigint primary key,
        customer_id int,
        total int);
      alter table shop.orders add constraint orders_customer foreign key (customer_id)
        references shop.customers not valid;
      create index orders_partly on shop.orders (lower(customer_id::text), total) include (id)
        where total > 0;
      create table events (id int, at date) partition by range (at);
      create table events_2024 partition of events for values from ('2024-01-01') to ('2025-01-01')
        partition by range (at);
      create table events_2024_h1 partition of events_2024
        for values from ('2024-01-01') to ('2024-07-01');
      create index on events (id);
      create materialized view totals as select 1 as one;
      create function touch() returns trigger language plpgsql as 'begin return new; end';
      create trigger customers_touch before update on shop.customers for each row
        execute function touch();
      create publication outside for table shop.orders;
      insert into shop.customers select i, 'e' || i, i, i, 'b' from generate_series(1, 150) i;
      insert into events select i, '2024-02-01' from generate_series(1, 1000) i;
      analyze shop.customers, events_2024_h1;
      """;

  private static Session open(String url) throws EngineException {
    return Session.open(
        SecretDirectory.parseUrl(url, "test"),
        new Session.Settings("schemaward/test", "shop", Duration.ofSeconds(30)),
        RoundTrip.UNWATCHED);
  }

  /** As a role that may do nothing but connect. */
  private static Session openAsStranger(PostgresServer server, String database)
      throws EngineException {
    String role = "stranger_" + ROLES.incrementAndGet();
    server.execute("postgres", "create role " + role + " login password 'p'");
    return open(server.url(database, role, "p"));
  }

  @ParameterizedTest
  @ValueSource(ints = {14, 15, 16, 17, 18})
  void everythingThatRulesAskForIsThere(int major) throws Exception {
    PostgresServer server = SharedPostgres.of(major);
    String database = server.createDatabase();
    server.execute(database, SCHEMA);
    LiveCatalog catalog;
    try (Session session = openAsStranger(server, database)) {
      catalog = LiveCatalogReader.read(session, Duration.ofSeconds(10));
      assertThat(session.inTransaction()).isFalse();
      assertThat(session.row("show statement_timeout")[0]).isEqualTo("30s");
    }
    assertThat(catalog.serverVersion() / 10_000).isEqualTo(major);
    assertThat(catalog.schemas()).containsExactly("shop");
    Map<String, Relation> relations = catalog.relations();
    assertThat(relations.keySet())
        .contains("shop.customers", "shop.orders", "public.events", "shop.customers_pkey")
        .noneMatch(name -> name.startsWith("pg_") || name.startsWith("information_schema"));
    Relation customers = relations.get("shop.customers");
    assertThat(customers.kind()).isEqualTo('r');
    assertThat(customers.rows()).isEqualTo(150);
    assertThat(customers.bytes())
        .isGreaterThan(
            relations.get("shop.customers_pkey").bytes() + relations.get("shop.email_key").bytes());
    assertThat(relations.get("shop.customers_pkey").table()).isEqualTo("shop.customers");
    assertThat(customers.columns())
        .extracting(Column::name, Column::type, Column::notNull, Column::domainWithChecks)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("id", "integer", true, false),
            org.assertj.core.groups.Tuple.tuple("email", "character varying(200)", true, false),
            org.assertj.core.groups.Tuple.tuple("age", "public.positive", false, true),
            org.assertj.core.groups.Tuple.tuple("older", "public.more_positive", false, true),
            org.assertj.core.groups.Tuple.tuple("bio", "public.any_text", false, false));
    assertThat(constraint(customers, "age_check"))
        .isEqualTo(
            new Constraint(
                "age_check",
                'c',
                false,
                List.of("age"),
                constraint(customers, "age_check").definition(),
                null));
    assertThat(constraint(customers, "age_check").definition())
        .contains("200")
        .contains("NOT VALID");
    Constraint foreignKey = constraint(relations.get("shop.orders"), "orders_customer");
    assertThat(foreignKey.references()).isEqualTo("shop.customers");
    assertThat(foreignKey.columns()).containsExactly("customer_id");
    assertThat(foreignKey.validated()).isFalse();
    assertThat(relations.get("shop.orders").indexes())
        .contains(new Index("shop.orders_partly", false, true, true, List.of("", "total")));
    assertThat(customers.triggers()).containsExactly("customers_touch");
    assertThat(relations.get("shop.orders").publications()).containsExactly("outside");
    assertThat(relations.get("public.events_2024_h1").partitionOf())
        .isEqualTo("public.events_2024");
    assertThat(relations.get("public.events_2024").partitionOf()).isEqualTo("public.events");
    Relation events = relations.get("public.events");
    assertThat(events.kind()).isEqualTo('p');
    assertThat(events.rows()).isEqualTo(1000);
    assertThat(events.bytes())
        .isEqualTo(relations.get("public.events_2024_h1").bytes())
        .isPositive();
    assertThat(relations.get("public.totals").kind()).isEqualTo('m');
    assertThat(relations.get("shop.orders").rows()).isLessThanOrEqualTo(0);
    assertThat(catalog.replicas()).isZero();
    assertThat(catalog.preparedTransactions()).isZero();
  }

  private static Constraint constraint(Relation table, String name) {
    return table.constraints().stream()
        .filter(c -> c.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void anInvalidIndexIsToldFromAValidOne() throws Exception {
    PostgresServer server = SharedPostgres.of(18);
    String database = server.createDatabase();
    server.execute(database, "create schema shop; create table shop.t (a int)");
    server.execute(database, "insert into shop.t values (1), (1)");
    assertThatThrownBy(
            () -> server.execute(database, "create unique index concurrently broken on shop.t (a)"))
        .hasRootCauseInstanceOf(SQLException.class);
    try (Session session = openAsStranger(server, database)) {
      assertThat(
              LiveCatalogReader.read(session, Duration.ofSeconds(10))
                  .relations()
                  .get("shop.t")
                  .indexes())
          .containsExactly(new Index("shop.broken", true, false, false, List.of("a")));
    }
  }

  @Test
  void aTableThatSomebodyHoldsExclusivelyIsNotWaitedFor() throws Exception {
    PostgresServer server = SharedPostgres.of(18);
    String database = server.createDatabase();
    server.execute(
        database,
        "create schema shop; create table shop.t as select i from generate_series(1, 5000) i;"
            + " analyze shop.t");
    try (Connection holder = server.connect(database);
        Statement statement = holder.createStatement();
        Session session = open(server.url(database))) {
      statement.execute("begin; lock table shop.t in access exclusive mode");
      long begun = System.nanoTime();
      LiveCatalog catalog = LiveCatalogReader.read(session, Duration.ofSeconds(10));
      assertThat((System.nanoTime() - begun) / 1_000_000).isLessThan(2_000);
      assertThat(catalog.relations().get("shop.t").bytes()).isGreaterThan(100_000);
      assertThat(catalog.oldestTransaction()).isPositive();
      assertThat(catalog.oldestTransactionBy()).contains("pid").contains("idle in transaction");
      assertThat(catalog.schemas()).containsExactly("shop");
      assertThat(catalog.find("t").name()).isEqualTo("shop.t");
    }
  }

  @Test
  void aQueryThatTakesTooLongIsGivenUp() throws Exception {
    PostgresServer server = SharedPostgres.of(18);
    String database = server.createDatabase();
    server.execute(database, "create schema shop");
    server.execute(
        database,
        "do $$ begin for i in 1..400 loop execute format('create table shop.t%s (id int primary"
            + " key, a int, b int, c int)', i); end loop; end $$");
    try (Session session = open(server.url(database))) {
      assertThatThrownBy(() -> LiveCatalogReader.read(session, Duration.ofMillis(1)))
          .isInstanceOf(EngineException.class)
          .hasMessageContaining("57014");
      assertThat(session.inTransaction()).isFalse();
    }
  }
}
