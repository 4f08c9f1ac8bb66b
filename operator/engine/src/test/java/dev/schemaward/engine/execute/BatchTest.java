package dev.schemaward.engine.execute;

import static dev.schemaward.engine.execute.TargetDatabase.prisma;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.schemaward.engine.FailureReason;
import dev.schemaward.engine.bundle.Bundle;
import dev.schemaward.engine.connect.RoundTrip;
import dev.schemaward.testkit.postgres.SharedPostgres;
import java.sql.Connection;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Backfills: every row once, in ranges that are committed one by one, also across deaths. */
class BatchTest {
  private static final String TABLE =
      "create table orders (region text, id int, total int, primary key (region, id));"
          + "insert into orders select 'r' || i % 3, i, 0 from generate_series(1, 6000) i;";
  private static final String BACKFILL =
      "-- schemaward: batch\nupdate orders o set total = total + 1 where o.id % 2 = 0;";

  private final TargetDatabase db = new TargetDatabase(SharedPostgres.of(17));

  private static Bundle bundle(String backfill) {
    return prisma("20260101000000_init", TABLE, "20260102000000_backfill", backfill);
  }

  private List<String> totals() {
    return db.query("select total || ' x ' || count(*) from orders group by total order by total");
  }

  @Test
  void everyRowIsChangedOnceInRangesOfTheirOwn() {
    List<Progress.Event> events = new ArrayList<>();
    ApplyOutcome outcome =
        db.apply(
            bundle(BACKFILL),
            new ApplyRequest.Gate.Always(),
            RoundTrip.UNWATCHED,
            events::add,
            null);
    assertThat(outcome.failure()).isNull();
    assertThat(totals()).containsExactly("0 x 3000", "1 x 3000");
    assertThat(events.stream().filter(Progress.RangeDone.class::isInstance).count())
        .isGreaterThan(2);
    assertThat(db.query("select count(distinct xmin::text)::text from orders where total = 1"))
        .as("a transaction a range")
        .doesNotContain("1");
    assertThat(db.history()).last().isEqualTo("20260102000000_backfill finished");
  }

  @ParameterizedTest
  @ValueSource(ints = {14, 18})
  void goesOnBehindTheLastRangeWhereverItDies(int major) throws Exception {
    Bundle bundle = bundle(BACKFILL);
    for (int round = 0; round < 12; round++) {
      Random random = new Random(major * 100L + round);
      TargetDatabase target = new TargetDatabase(SharedPostgres.of(major));
      for (int death = 0; death < 5; death++) {
        int place = 20 + random.nextInt(35);
        boolean before = random.nextBoolean();
        try {
          target.apply(
              bundle,
              new ApplyRequest.Gate.Always(),
              new DieAt(place, before),
              Progress.SILENT,
              null);
        } catch (DieAt.Death expected) {
          // as intended
        }
      }
      assertThat(target.apply(bundle).failure()).isNull();
      assertThat(
              target.query(
                  "select total || ' x ' || count(*) from orders group by total order by total"))
          .as("PostgreSQL %d, round %d", major, round)
          .containsExactly("0 x 3000", "1 x 3000");
      assertThat(target.history().stream().filter(row -> row.endsWith("finished"))).hasSize(2);
    }
  }

  @Test
  void aRowThatDoesNotFitStopsItAndSaysWhatStays() {
    assertThat(db.apply(prisma("20260101000000_init", TABLE)).failure()).isNull();
    db.sql("alter table orders add check (not (region = 'r2' and id = 5000 and total > 0))");
    ApplyOutcome failed = db.apply(bundle(BACKFILL));
    assertThat(failed.failure().reason()).isEqualTo(FailureReason.MigrationFailed);
    assertThat(failed.failure().failure().sqlState()).isEqualTo("23514");
    assertThat(failed.failure().failure().tookEffect()).contains("rows were changed in ranges");
    assertThat(db.query("select count(*)::text from orders where total > 1")).containsExactly("0");
    assertThat(db.query("select (count(*) > 0)::text from orders where total = 1"))
        .containsExactly("true");
    db.sql("alter table orders drop constraint orders_check");
    assertThat(db.apply(bundle(BACKFILL)).failure()).isNull();
    assertThat(totals()).containsExactly("0 x 3000", "1 x 3000");
  }

  @Test
  void stepsBackForWhoeverHoldsARow() throws Exception {
    assertThat(db.apply(prisma("20260101000000_init", TABLE)).failure()).isNull();
    try (Connection other = db.server().connect(db.name());
        Statement statement = other.createStatement()) {
      other.setAutoCommit(false);
      statement.execute("update orders set total = total where region = 'r0' and id = 6");
      List<Progress.Event> events = new ArrayList<>();
      Progress progress =
          event -> {
            events.add(event);
            if (event instanceof Progress.SteppingBack back && back.attempt() == 2) {
              try {
                other.commit();
              } catch (java.sql.SQLException e) {
                throw new IllegalStateException(e);
              }
            }
          };
      ApplyOutcome outcome =
          db.apply(
              bundle(BACKFILL),
              new ApplyRequest.Gate.Always(),
              RoundTrip.UNWATCHED,
              progress,
              null);
      assertThat(outcome.failure()).isNull();
      assertThat(events).anyMatch(Progress.SteppingBack.class::isInstance);
      assertThat(totals()).containsExactly("0 x 3000", "1 x 3000");
    }
  }

  @Test
  void aTableWithoutAPrimaryKeyIsRefused() {
    ApplyOutcome outcome =
        db.apply(
            prisma(
                "20260101000000_init", "create table notes (body text);",
                "20260102000000_fill", "-- schemaward: batch\nupdate notes set body = '';"));
    assertThat(outcome.failure().getMessage()).contains("no primary key");
    assertThat(outcome.applied()).containsExactly("20260101000000_init");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "delete from orders where id > 10                         | 10",
        "delete from public.orders as x using (values (1)) v(a) where x.id % 2 = v.a | 3000",
        "delete from only orders                                  | 0",
      })
  void deletes(String sql, String left) {
    assertThat(db.apply(bundle("-- schemaward: batch\n" + sql)).failure()).isNull();
    assertThat(db.query("select count(*)::text from orders")).containsExactly(left.strip());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "update orders set total = 1; select 1",
        "insert into orders values ('x', 1, 1)",
        "with x as (select 1) update orders set total = 1",
        "update orders set total = 1 returning id"
      })
  void whatCannotBeRunInBatchesIsFoundInTheBundle(String sql) {
    assertThatThrownBy(() -> bundle("-- schemaward: batch\n" + sql))
        .hasMessageContaining("in batches");
  }
}
