package dev.schemaward.engine.execute;

import static dev.schemaward.engine.execute.TargetDatabase.prisma;
import static org.assertj.core.api.Assertions.assertThat;

import dev.schemaward.engine.EngineException;
import dev.schemaward.engine.Schemaward;
import dev.schemaward.engine.bundle.Bundle;
import dev.schemaward.engine.connect.RoundTrip;
import dev.schemaward.engine.recover.Recovery;
import dev.schemaward.testkit.postgres.SharedPostgres;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * A recovery that dies at any message has happened or has not: nothing in between, and the same
 * choice can be made again where it has not.
 */
class RecoveryInterruptedTest {
  private static final Bundle BUNDLE =
      prisma(
          "20260101000000_init", "create table users (id int primary key);",
          "20260102000000_two",
              "alter table users add column phone text; create index users_phone on users (phone);",
          "20260103000000_last", "create table orders (id int);");

  /** As Prisma ≥ 7.4 leaves it: the first of two statements took effect, the row is open. */
  private static TargetDatabase failedHalfWay() throws EngineException {
    TargetDatabase db = new TargetDatabase(SharedPostgres.of(16));
    assertThat(
            db.apply(prisma("20260101000000_init", "create table users (id int primary key);"))
                .failure())
        .isNull();
    db.sql("alter table users add column phone text");
    db.sql(
        "insert into _prisma_migrations (id, checksum, migration_name) values ('by-prisma', '"
            + BUNDLE.migrations().get(1).checksum()
            + "', '20260102000000_two')");
    return db;
  }

  private static RecoverRequest request(TargetDatabase db, RoundTrip roundTrip) {
    return new RecoverRequest(
        BUNDLE,
        db.credentials(),
        null,
        null,
        Duration.ofSeconds(5),
        null,
        null,
        null,
        null,
        "recover",
        TargetDatabase.BUILD,
        roundTrip);
  }

  private static void recover(TargetDatabase db, RoundTrip roundTrip) throws EngineException {
    Recovery shown = Schemaward.recovery(request(db, RoundTrip.UNWATCHED));
    if (shown.nothingToDo()) {
      return;
    }
    assertThat(shown.options().getFirst().title()).startsWith("go on behind statement 1 of 2");
    Schemaward.recover(
        request(db, roundTrip),
        shown.options().getFirst().hash(),
        Progress.SILENT,
        new Cancellation());
  }

  @Test
  void itHasHappenedOrItHasNot() throws EngineException {
    DieAt never = DieAt.never();
    recover(failedHalfWay(), never);
    assertThat(never.count()).isGreaterThan(5);
    List<String> wrong = new ArrayList<>();
    for (int place = 1; place <= never.count(); place++) {
      for (boolean before : new boolean[] {true, false}) {
        TargetDatabase db = failedHalfWay();
        try {
          recover(db, new DieAt(place, before));
        } catch (DieAt.Death expected) {
          // as intended
        }
        recover(db, RoundTrip.UNWATCHED);
        ApplyOutcome outcome = db.apply(BUNDLE);
        List<String> finished =
            db.history().stream().filter(row -> !row.endsWith("rolled back")).toList();
        if (outcome.failure() != null
            || finished.size() != 3
            || !db.tables().equals(List.of("orders", "users"))) {
          wrong.add((before ? "before " : "after ") + place + ": " + outcome + " " + finished);
        }
        db.server().execute("postgres", "drop database " + db.name() + " with (force)");
      }
    }
    assertThat(wrong).isEmpty();
  }
}
