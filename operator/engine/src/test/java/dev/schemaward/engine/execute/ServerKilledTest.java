package dev.schemaward.engine.execute;

import static org.assertj.core.api.Assertions.assertThat;

import dev.schemaward.engine.bundle.Bundle;
import dev.schemaward.engine.connect.RoundTrip;
import dev.schemaward.testkit.postgres.PostgresServer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The server dies under a run, at each message in turn, comes back, and the run ends as if nothing
 * had been.
 */
class ServerKilledTest {
  private static final Bundle BUNDLE =
      TargetDatabase.prisma(
          "20260101000000_init",
          "create table marks (what text); insert into marks values ('init');",
          "20260102000000_mixed",
          "insert into marks values ('mixed'); create index concurrently marks_what on marks"
              + " (what); insert into marks values ('mixed 2');");

  /**
   * Kills the server after the answer to one message, and starts it again: the next message finds
   * no connection.
   */
  private static final class KillServerAt implements RoundTrip {
    private final PostgresServer server;
    private final int place;
    private int count;

    KillServerAt(PostgresServer server, int place) {
      this.server = server;
      this.place = place;
    }

    @Override
    public void before(String sql) {}

    @Override
    public void after(String sql) {
      if (++count == place) {
        server.restart();
      }
    }
  }

  @Test
  void theRunConnectsAgainAndTheLedgerDecides() {
    try (PostgresServer server = PostgresServer.start(18)) {
      TargetDatabase calm = new TargetDatabase(server);
      KillServerAt never = new KillServerAt(server, -1);
      apply(calm, never);
      List<String> expected = facts(calm);
      List<String> wrong = new ArrayList<>();
      for (int place = 1; place <= never.count; place++) {
        TargetDatabase db = new TargetDatabase(server);
        ApplyOutcome outcome = apply(db, new KillServerAt(server, place));
        if (outcome.failure() != null) {
          outcome = apply(db, new KillServerAt(server, -1));
        }
        if (outcome.failure() != null) {
          wrong.add(place + ": " + outcome.failure().getMessage());
        } else if (!facts(db).equals(expected)) {
          wrong.add(place + ": " + facts(db));
        }
      }
      assertThat(wrong).isEmpty();
    }
  }

  private static ApplyOutcome apply(TargetDatabase db, RoundTrip roundTrip) {
    return db.apply(
        BUNDLE, new ApplyRequest.Gate.Always(), roundTrip, Progress.SILENT, "cluster/shop/orders");
  }

  private static List<String> facts(TargetDatabase db) {
    List<String> facts = new ArrayList<>(db.query("select what from marks order by 1"));
    facts.addAll(
        db.query("select indisvalid from pg_index where indexrelid = 'marks_what'::regclass"));
    facts.addAll(db.history().stream().filter(row -> !row.endsWith("rolled back")).toList());
    return facts;
  }
}
