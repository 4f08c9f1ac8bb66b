package dev.schemaward.engine.shadow;

import dev.schemaward.engine.bundle.Migration;
import dev.schemaward.engine.catalog.LiveCatalogReader;
import dev.schemaward.engine.connect.RoundTrip;
import dev.schemaward.engine.connect.SecretDirectory;
import dev.schemaward.engine.connect.Session;
import dev.schemaward.engine.sql.StatementSplitter;
import dev.schemaward.testkit.postgres.PostgresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The figures of docs/benchmarks.md: not a test, because a clock that decides makes a test that
 * fails on a busy machine.
 */
public final class ShadowBenchmark {
  private ShadowBenchmark() {}

  public static void main(String[] arguments) throws Exception {
    Path scratch = Files.createTempDirectory("schemaward-benchmark");
    Path installation = PostgresServer.installation(18);
    List<Migration> applied = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      applied.add(applied(i));
    }
    for (int round = 1; round <= 5; round++) {
      plan(installation, scratch, applied, round);
    }
    System.out.println("peak memory of this JVM: " + figure("/proc/self/status", "VmHWM:") + " KB");
    many(installation, scratch);
    catalogue();
  }

  private static Migration applied(int i) throws Exception {
    String sql =
        switch (i % 3) {
          case 0 ->
              """
              create table t%1$d (id bigint primary key, name varchar(100) not null, other bigint);
              create index on t%1$d (name);
              """;
          case 1 ->
              """
              alter table t%2$d add column extra%1$d text not null default '';
              comment on table t%2$d is 'x';
              """;
          default ->
              """
              alter table t%2$d add constraint fk%1$d foreign key (other) references t0 (id);
              create index on t%2$d (other);
              """;
        };
    return migration("m" + i, sql.formatted(i, i - i % 3));
  }

  private static Migration migration(String name, String sql) throws Exception {
    return new Migration(name, name, "0", List.of(), StatementSplitter.split(sql));
  }

  private static void plan(Path installation, Path scratch, List<Migration> applied, int round)
      throws Exception {
    List<Migration> pending = new ArrayList<>();
    String[] forms = {
      "alter table t0 add column a%d int",
      "alter table t3 alter column name type text",
      "create index concurrently i%d on t6 (name)",
      "alter table t9 add constraint c%d check (id > 0)",
      "create table n%d (id int primary key, t bigint references t0)",
    };
    for (int i = 0; i < 20; i++) {
      pending.add(migration("p" + i, forms[i % forms.length].formatted(i)));
    }
    long begun = System.nanoTime();
    try (ShadowServer server = ShadowServer.start(installation, scratch)) {
      final long started = System.nanoTime();
      ShadowDatabase database =
          server.createDatabase(new ShadowDatabase.Names("orders", "app", "public"));
      final long created = System.nanoTime();
      ShadowOutcome outcome = ShadowRun.run(database, ShadowRun.Request.of(applied, pending));
      System.out.printf(
          "round %d: server %d ms, database %d ms, 400 applied %d ms, 20 pending %d ms, until the"
              + " outcome %d ms; measured %d; server memory %d KB%n",
          round,
          (started - begun) / 1_000_000,
          (created - started) / 1_000_000,
          outcome.baseTook().toMillis(),
          outcome.pendingTook().toMillis(),
          (System.nanoTime() - begun) / 1_000_000,
          outcome.measured(),
          memory(server.pid()));
      if (outcome.measured() != 20) {
        throw new IllegalStateException(outcome.toString());
      }
    }
    System.out.printf(
        "round %d: with stop %d ms%n", round, (System.nanoTime() - begun) / 1_000_000);
  }

  private static void many(Path installation, Path scratch) throws Exception {
    for (String form :
        List.of("insert into t values (%d)", "create table x%d (id int primary key)")) {
      StringBuilder sql = new StringBuilder();
      for (int i = 0; i < 10_000; i++) {
        sql.append(form.formatted(i)).append(";\n");
      }
      try (ShadowServer server = ShadowServer.start(installation, scratch)) {
        ShadowOutcome outcome =
            ShadowRun.run(
                server.createDatabase(new ShadowDatabase.Names("orders", "app", "public")),
                ShadowRun.Request.of(
                    List.of(migration("0", "create table t (id int)")),
                    List.of(migration("1", sql.toString()))));
        System.out.printf(
            "10,000 × %s: %d ms, measured %d; %s%n",
            form,
            outcome.pendingTook().toMillis(),
            outcome.measured(),
            outcome.effects().get(new StatementKey("1", 10_000)).notMeasured());
      }
    }
  }

  private static void catalogue() throws Exception {
    try (PostgresServer server = PostgresServer.start(18)) {
      String database = server.createDatabase();
      server.execute(
          database,
          "create function touch() returns trigger language plpgsql as 'begin return new; end'");
      server.execute(
          database,
          "do $$ begin for i in 1..2000 loop execute format('create table t%1$s (id int primary"
              + " key, a int check (a > 0), b text, c text, d int, e int, f int, g int); create"
              + " index on t%1$s (b); create index on t%1$s (c)', i); if i > 1 then execute"
              + " format('alter table t%1$s add foreign key (d) references t%2$s', i, i - 1); end"
              + " if; if mod(i, 10) = 0 then execute format('create trigger x before update on"
              + " t%1$s for each row execute function touch()', i); end if; if mod(i, 100) = 0 then"
              + " commit; end if; end loop; end $$");
      for (int round = 1; round <= 5; round++) {
        try (Session session =
            Session.open(
                SecretDirectory.parseUrl(server.url(database), "benchmark"),
                new Session.Settings("benchmark", "public", Duration.ofMinutes(1)),
                RoundTrip.UNWATCHED)) {
          long begun = System.nanoTime();
          int relations =
              LiveCatalogReader.read(session, Duration.ofSeconds(30)).relations().size();
          System.out.printf(
              "live catalogue, round %d: %d relations in %d ms%n",
              round, relations, (System.nanoTime() - begun) / 1_000_000);
        }
      }
    }
  }

  /** Resident memory of a server's processes, what they share counted once, in KB. */
  private static long memory(long postmaster) {
    List<Long> pids = new ArrayList<>(List.of(postmaster));
    ProcessHandle.of(postmaster)
        .ifPresent(handle -> handle.descendants().forEach(child -> pids.add(child.pid())));
    return pids.stream().mapToLong(pid -> figure("/proc/" + pid + "/smaps_rollup", "Pss:")).sum();
  }

  private static long figure(String file, String name) {
    try {
      return Files.readString(Path.of(file))
          .lines()
          .filter(line -> line.startsWith(name))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
          .sum();
    } catch (IOException e) {
      return 0; // a background process that has just ended
    }
  }
}
