package dev.schemaward.engine.execute;

import static org.assertj.core.api.Assertions.assertThat;

import dev.schemaward.engine.EngineException;
import dev.schemaward.engine.bundle.Bundle;
import dev.schemaward.engine.connect.RoundTrip;
import dev.schemaward.engine.plan.Plan;
import dev.schemaward.testkit.postgres.SharedPostgres;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Runs a scenario once and counts its messages to the server, then dies before and after each one
 * in turn, as a killed process would, and runs again under the same approval: each migration takes
 * effect exactly once, whatever the place.
 */
class InterruptedAnywhereTest {
  static final String[] MIGRATIONS = {
    "20260101000000_init",
    "create table users (id int primary key, email text); create table marks (what text);"
        + " insert into marks values ('init');",
    "20260102000000_mixed",
    "insert into marks values ('mixed'); create index concurrently users_email on users (email);"
        + " insert into marks values ('mixed 2');",
    "20260103000000_own",
    "begin; insert into marks values ('own'); commit; insert into marks values ('own 2');",
    "20260104000000_label",
    "create type mood as enum ('ok');",
    "20260105000000_label_used",
    "alter type mood add value 'sad'; create table m (m mood default 'sad'); insert into marks"
        + " values ('label');"
  };

  @Test
  void everyMigrationTakesEffectOnceWhereverTheRunDies() throws EngineException {
    Bundle bundle = TargetDatabase.prisma(MIGRATIONS);
    DieAt never = DieAt.never();
    TargetDatabase calm = new TargetDatabase(SharedPostgres.of(18));
    run(calm, bundle, calm.plan(bundle), never);
    List<String> expected = facts(calm);
    assertThat(never.count()).isGreaterThan(30);

    List<String> wrong = new ArrayList<>();
    for (int place = 1; place <= never.count(); place++) {
      for (boolean before : new boolean[] {true, false}) {
        String where = (before ? "before " : "after ") + place;
        TargetDatabase db = new TargetDatabase(SharedPostgres.of(18));
        Plan approved = db.plan(bundle);
        try {
          run(db, bundle, approved, new DieAt(place, before));
        } catch (DieAt.Death death) {
          // as intended
        }
        ApplyOutcome again = run(db, bundle, approved, DieAt.never());
        if (again.failure() != null) {
          wrong.add(where + ": " + again.failure().getMessage());
        } else if (!facts(db).equals(expected)) {
          wrong.add(where + ": " + facts(db));
        }
        db.server().execute("postgres", "drop database " + db.name() + " with (force)");
      }
    }
    assertThat(wrong).isEmpty();
  }

  @Test
  void norDoesItMatterHowOftenItDies() throws EngineException {
    Bundle bundle = TargetDatabase.prisma(MIGRATIONS);
    TargetDatabase calm = new TargetDatabase(SharedPostgres.of(18));
    run(calm, bundle, calm.plan(bundle), DieAt.never());
    List<String> expected = facts(calm);
    long seed = System.nanoTime();
    for (int round = 0; round < 40; round++) {
      Random random = new Random(seed + round);
      TargetDatabase db = new TargetDatabase(SharedPostgres.of(18));
      Plan approved = db.plan(bundle);
      for (int death = 0; death < 6; death++) {
        try {
          run(db, bundle, approved, new DieAt(20 + random.nextInt(35), random.nextBoolean()));
        } catch (DieAt.Death expectedEnd) {
          // as intended
        }
      }
      ApplyOutcome last = run(db, bundle, approved, DieAt.never());
      assertThat(last.failure()).as("seed %d", seed + round).isNull();
      assertThat(facts(db)).as("seed %d", seed + round).isEqualTo(expected);
      db.server().execute("postgres", "drop database " + db.name() + " with (force)");
    }
  }

  private static ApplyOutcome run(
      TargetDatabase db, Bundle bundle, Plan approved, RoundTrip roundTrip) {
    return db.apply(
        bundle,
        new ApplyRequest.Gate.Expected(approved.hash()),
        roundTrip,
        Progress.SILENT,
        "cluster/shop/orders");
  }

  static List<String> facts(TargetDatabase db) {
    List<String> facts = new ArrayList<>(db.query("select what from marks order by 1"));
    facts.addAll(db.tables());
    facts.addAll(
        db.query(
            "select c.relname from pg_index i join pg_class c on c.oid = i.indexrelid where"
                + " i.indisvalid and c.relname = 'users_email'"));
    facts.addAll(db.query("select count(*) from pg_index where not indisvalid"));
    facts.addAll(db.history().stream().filter(row -> row.endsWith("finished")).toList());
    facts.add(db.history().stream().filter(row -> row.endsWith("open")).count() + " open");
    return facts;
  }
}
