package dev.schemaward.engine.execute;

import static org.assertj.core.api.Assertions.assertThat;

import dev.schemaward.engine.bundle.Bundle;
import dev.schemaward.engine.bundle.Format;
import dev.schemaward.engine.connect.RoundTrip;
import dev.schemaward.engine.plan.Plan;
import dev.schemaward.testkit.postgres.SharedPostgres;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Histories of tools that record a migration at its end only, or have one row for all: wherever the
 * run dies, the next one brings database and history where a run that did not die brings them.
 */
class ToolHistoryInterruptedTest {
  private static final String TABLE =
      "create table users (id int, email text); create table marks (what text);"
          + " insert into marks values ('init');";
  private static final String MIXED =
      "insert into marks values ('before'); create index concurrently users_email on users (email);"
          + " insert into marks values ('after');";
  private static final String LAST = "insert into marks values ('last');";

  private static final class Death extends Error {
    private static final long serialVersionUID = 1L;
  }

  /** Dies after the message with this number; before the next one is the same moment. */
  private static final class DieAfter implements RoundTrip {
    private final int place;
    private int count;

    DieAfter(int place) {
      this.place = place;
    }

    @Override
    public void before(String sql) {
      count++;
    }

    @Override
    public void after(String sql) {
      if (count == place) {
        throw new Death();
      }
    }
  }

  @Test
  void flyway() throws Exception {
    diesAnywhere(
        TargetDatabase.bundle(
            Format.FLYWAY, "V1__t", TABLE, "V2__mixed", MIXED, "V10__last", LAST, "R__r", LAST),
        "select concat_ws(' ', installed_rank, script, success) from flyway_schema_history order by"
            + " installed_rank",
        "4 R__r.sql t");
  }

  @Test
  void dbmate() throws Exception {
    diesAnywhere(
        TargetDatabase.bundle(
            Format.DBMATE,
            "1_t",
            "-- migrate:up\n" + TABLE,
            "2_mixed",
            "-- migrate:up transaction:false\n" + MIXED + "\n-- migrate:down\nfail",
            "3_last",
            "-- migrate:up\n" + LAST),
        "select version from schema_migrations order by 1",
        "3");
  }

  @Test
  void golangMigrate() throws Exception {
    diesAnywhere(
        TargetDatabase.bundle(
            Format.GOLANG_MIGRATE, "1_t.up", TABLE, "2_mixed.up", MIXED, "10_last.up", LAST),
        "select version || ' ' || dirty from schema_migrations",
        "10 false");
  }

  private static void diesAnywhere(Bundle bundle, String history, String lastRow) throws Exception {
    TargetDatabase db = new TargetDatabase(SharedPostgres.of(18));
    DieAfter never = new DieAfter(-1);
    assertThat(run(db, bundle, db.plan(bundle), never).failure()).isNull();
    List<String> expected = facts(db, history);
    assertThat(expected).endsWith(lastRow);
    assertThat(never.count).isGreaterThan(20);
    List<String> wrong = new ArrayList<>();
    for (int place = 1; place <= never.count; place++) {
      db.sql("drop schema if exists schemaward, public cascade; create schema public");
      Plan approved = db.plan(bundle);
      try {
        run(db, bundle, approved, new DieAfter(place));
      } catch (Death death) {
        // as intended
      }
      ApplyOutcome again = run(db, bundle, approved, new DieAfter(-1));
      if (again.failure() != null || !facts(db, history).equals(expected)) {
        wrong.add("after " + place + ": " + again.failure() + " " + facts(db, history));
      }
    }
    assertThat(wrong).isEmpty();
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

  private static List<String> facts(TargetDatabase db, String history) {
    List<String> facts = new ArrayList<>();
    if (!db.tables().isEmpty()) {
      facts.addAll(db.query("select what from marks order by ctid"));
      facts.addAll(
          db.query(
              "select indexrelid::regclass::text || indisvalid from pg_index where indrelid ="
                  + " 'users'::regclass"));
      facts.addAll(db.query(history));
    }
    return facts;
  }
}
