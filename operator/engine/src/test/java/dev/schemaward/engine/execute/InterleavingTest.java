package dev.schemaward.engine.execute;

import static org.assertj.core.api.Assertions.assertThat;

import dev.schemaward.engine.bundle.Bundle;
import dev.schemaward.engine.bundle.Migration;
import dev.schemaward.engine.connect.RoundTrip;
import dev.schemaward.testkit.postgres.PostgresServer;
import dev.schemaward.testkit.postgres.SharedPostgres;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/**
 * Two runners and a Prisma CLI at once on one database, message by message in the order that a seed
 * gives; a runner may die on the way. Afterwards one calm run must find everything there exactly
 * once. {@code -Dschemaward.seeds=N} tries more; {@code -Dschemaward.seed=S} one.
 */
class InterleavingTest {
  private static final int SEEDS = Integer.getInteger("schemaward.seeds", 1000);
  private static final int WORKERS = 6;
  private static final Bundle BUNDLE =
      TargetDatabase.prisma(
          "20260101000000_init",
          "create table marks (what text); insert into marks values ('init');",
          "20260102000000_mixed",
          "insert into marks values ('mixed'); create index concurrently marks_what on marks"
              + " (what);",
          "20260103000000_last",
          "create table orders (id int); insert into marks values ('last');");

  /** Lets the actors send their messages one at a time, in the order of a seed. */
  private static final class Schedule {
    /** After which an actor that has not come back is taken to be waiting in the server. */
    private static final long BLOCKED_MILLIS = 12;

    private final Random random;
    private final List<Turn> turns = new ArrayList<>();

    Schedule(long seed) {
      this.random = new Random(seed);
    }

    /** One actor's permission to go on. */
    final class Turn implements RoundTrip {
      private final int diesAt;
      private final Semaphore go = new Semaphore(0);
      private final Semaphore back = new Semaphore(0);
      private volatile boolean waiting;
      private volatile boolean ended;
      private int messages;

      Turn(int diesAt) {
        this.diesAt = diesAt;
        turns.add(this);
      }

      @Override
      public void before(String sql) {
        waiting = true;
        back.release();
        go.acquireUninterruptibly();
        waiting = false;
        if (++messages == diesAt) {
          throw new DieAt.Death();
        }
      }

      @Override
      public void after(String sql) {}

      void end() {
        ended = true;
        back.release();
      }
    }

    void run() throws InterruptedException {
      while (turns.stream().anyMatch(turn -> !turn.ended)) {
        List<Turn> ready = turns.stream().filter(turn -> turn.waiting && !turn.ended).toList();
        if (ready.isEmpty()) {
          // Everybody waits in the server or steps back: whoever returns first goes on.
          turns.stream().filter(turn -> !turn.ended).findFirst().ifPresent(Schedule::moment);
          continue;
        }
        Turn next = ready.get(random.nextInt(ready.size()));
        next.back.drainPermits();
        next.go.release();
        next.back.tryAcquire(BLOCKED_MILLIS, TimeUnit.MILLISECONDS);
      }
    }

    private static void moment(Turn turn) {
      try {
        turn.back.tryAcquire(1, TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Test
  void whateverTheOrderEverythingTakesEffectOnce() throws Exception {
    PostgresServer server = SharedPostgres.of(17);
    long first = Long.getLong("schemaward.seed", System.nanoTime() >>> 8);
    int count = System.getProperty("schemaward.seed") == null ? SEEDS : 1;
    ConcurrentLinkedQueue<String> wrong = new ConcurrentLinkedQueue<>();
    AtomicInteger next = new AtomicInteger();
    List<Future<?>> done = new ArrayList<>();
    try (ExecutorService workers = Executors.newFixedThreadPool(WORKERS)) {
      for (int worker = 0; worker < WORKERS; worker++) {
        done.add(
            workers.submit(
                () -> {
                  TargetDatabase db = new TargetDatabase(server);
                  for (int i = next.getAndIncrement(); i < count; i = next.getAndIncrement()) {
                    String fault = trial(db, first + i);
                    if (fault != null) {
                      wrong.add("-Dschemaward.seed=" + (first + i) + ": " + fault);
                    }
                  }
                  return null;
                }));
      }
    }
    for (Future<?> worker : done) {
      worker.get();
    }
    assertThat(next.get()).isGreaterThanOrEqualTo(count);
    assertThat(wrong).isEmpty();
  }

  /** Null when all is well. */
  private static String trial(TargetDatabase db, long seed) {
    try {
      db.sql(
          "drop schema if exists schemaward cascade; drop schema public cascade; create schema"
              + " public");
      Schedule schedule = new Schedule(seed);
      Random random = new Random(~seed);
      List<Schedule.Turn> turns = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        turns.add(schedule.new Turn(i < 2 && random.nextInt(3) == 0 ? 5 + random.nextInt(45) : -1));
      }
      List<Thread> actors =
          List.of(
              actor(turns.get(0), () -> apply(db, turns.get(0))),
              actor(turns.get(1), () -> apply(db, turns.get(1))),
              actor(turns.get(2), () -> prismaDeploy(db, turns.get(2))));
      schedule.run();
      for (Thread actor : actors) {
        actor.join();
      }
      ApplyOutcome calm = apply(db, RoundTrip.UNWATCHED);
      if (calm.failure() != null) {
        return calm.failure().toString() + " " + db.history();
      }
      List<String> facts = facts(db);
      return facts.equals(EXPECTED) ? null : facts.toString();
    } catch (Exception | AssertionError e) {
      return e.toString();
    }
  }

  private static Thread actor(Schedule.Turn turn, Runnable work) {
    return Thread.ofVirtual()
        .start(
            () -> {
              try {
                work.run();
              } catch (DieAt.Death expected) {
                // as the seed wants
              } finally {
                turn.end();
              }
            });
  }

  private static ApplyOutcome apply(TargetDatabase db, RoundTrip turn) {
    return db.apply(
        BUNDLE, new ApplyRequest.Gate.Always(), turn, Progress.SILENT, "cluster/shop/orders");
  }

  private static final List<String> EXPECTED =
      List.of(
          "init",
          "last",
          "mixed",
          "marks",
          "orders",
          "marks_what valid",
          "20260101000000_init finished",
          "20260102000000_mixed finished",
          "20260103000000_last finished");

  private static List<String> facts(TargetDatabase db) {
    List<String> facts = new ArrayList<>(db.query("select what from marks order by 1"));
    facts.addAll(db.tables());
    facts.addAll(
        db.query(
            "select c.relname || case when i.indisvalid then ' valid' else ' INVALID' end from"
                + " pg_index i join pg_class c on c.oid = i.indexrelid where c.relnamespace ="
                + " 'public'::regnamespace and not indisprimary order by 1"));
    facts.addAll(
        db.history().stream().filter(row -> !row.endsWith("rolled back")).sorted().toList());
    return facts;
  }

  /**
   * {@code prisma migrate deploy} as CLI 7.10.1 sends it (measured with log_statement): a blocking
   * lock, P3009 for an unfinished row, then row, statements one by one, row, row.
   */
  private static void prismaDeploy(TargetDatabase db, Schedule.Turn turn) {
    try (Connection connection = db.server().connect(db.name());
        Statement cli = connection.createStatement()) {
      cli.execute("set statement_timeout = '400ms'");
      say(turn, cli, "select pg_advisory_lock(72707369)");
      cli.execute("set statement_timeout = 0");
      turn.before("");
      cli.execute(
          "create table if not exists _prisma_migrations (id varchar(36) primary key not null,"
              + " checksum varchar(64) not null, finished_at timestamptz, migration_name"
              + " varchar(255) not null, logs text, rolled_back_at timestamptz, started_at"
              + " timestamptz not null default now(), applied_steps_count integer not null default"
              + " 0)");
      turn.before("");
      Map<String, Boolean> standing = new java.util.HashMap<>();
      try (ResultSet rows =
          cli.executeQuery(
              "select migration_name, finished_at is not null from _prisma_migrations where"
                  + " rolled_back_at is null order by started_at")) {
        while (rows.next()) {
          standing.put(rows.getString(1), rows.getBoolean(2));
        }
      }
      if (standing.containsValue(false)) {
        return; // P3009
      }
      for (Migration migration : BUNDLE.migrations()) {
        if (standing.containsKey(migration.name())) {
          continue;
        }
        String id = UUID.randomUUID().toString();
        say(
            turn,
            cli,
            "insert into _prisma_migrations (id, checksum, started_at, migration_name) values ('"
                + id
                + "', '"
                + migration.checksum()
                + "', clock_timestamp(), '"
                + migration.name()
                + "')");
        for (var statement : migration.statements()) {
          say(turn, cli, statement.text());
        }
        say(
            turn,
            cli,
            "update _prisma_migrations set applied_steps_count = applied_steps_count + 1 where id ="
                + " '"
                + id
                + "'");
        say(
            turn,
            cli,
            "update _prisma_migrations set finished_at = clock_timestamp() where id = '"
                + id
                + "'");
      }
    } catch (SQLException e) {
      if (!"57014".equals(e.getSQLState())) {
        throw new IllegalStateException(e);
      } // P1002: timed out waiting for the lock
    }
  }

  private static void say(Schedule.Turn turn, Statement cli, String sql) throws SQLException {
    turn.before(sql);
    cli.execute(sql);
  }
}
