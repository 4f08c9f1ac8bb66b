package dev.schemaward.engine.assess;

import static dev.schemaward.engine.execute.TargetDatabase.prisma;
import static org.assertj.core.api.Assertions.assertThat;

import dev.schemaward.engine.Schemaward;
import dev.schemaward.engine.bundle.Bundle;
import dev.schemaward.engine.execute.TargetDatabase;
import dev.schemaward.engine.hazard.Finding;
import dev.schemaward.engine.plan.Plan;
import dev.schemaward.engine.shadow.ShadowSource;
import dev.schemaward.engine.shadow.StatementEffects.RelationLock;
import dev.schemaward.engine.shadow.StatementKey;
import dev.schemaward.testkit.postgres.SharedPostgres;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A plan as its reviewer sees it: tried, measured, sized, and asked of the live data. */
class AssessorTest {
  private static final String INIT =
      "create table users (id int primary key, email text); create table small (id int);";

  private final TargetDatabase db = new TargetDatabase(SharedPostgres.of(18));
  // A temporary database on the same server: the same major version.
  private final Assessor measuring =
      new Assessor(
          new ShadowSource.OnServer(new TargetDatabase(SharedPostgres.of(18)).credentials()),
          List.of());

  private Plan plan(Bundle bundle, Assessor assessor) throws Exception {
    return Schemaward.plan(
        bundle,
        db.credentials(),
        null,
        TargetDatabase.POLICY,
        null,
        null,
        TargetDatabase.BUILD,
        null,
        assessor);
  }

  private static Bundle withPending(String sql) {
    return prisma("20260101000000_init", INIT, "20260102000000_next", sql);
  }

  @Test
  void locksAreMeasuredAndTheHashStays() throws Exception {
    assertThat(db.apply(prisma("20260101000000_init", INIT)).failure()).isNull();
    Bundle bundle = withPending("alter table users add column phone text;");
    Plan measured = plan(bundle, measuring);
    assertThat(measured.assessment().shadow().effects())
        .hasEntrySatisfying(
            new StatementKey("20260102000000_next", 1),
            effects -> {
              assertThat(effects.notMeasured()).isNull();
              assertThat(effects.locks())
                  .contains(new RelationLock("public.users", "AccessExclusiveLock"));
              assertThat(effects.rewrites()).isEmpty();
            });
    assertThat(measured.hash()).isEqualTo(plan(bundle, Assessor.withoutShadow()).hash());
    assertThat(db.query("select datname from pg_database where datname like 'schemaward%'"))
        .as("nothing is left behind")
        .isEmpty();
  }

  @Test
  void whatWillFailIsSaidFirst() throws Exception {
    assertThat(db.apply(prisma("20260101000000_init", INIT)).failure()).isNull();
    Plan plan = plan(withPending("select 1;\nalter table users add column email int;"), measuring);
    Finding first = plan.findings().getFirst();
    assertThat(first.rule()).isEqualTo("will-fail");
    assertThat(first.line()).isEqualTo(2);
    assertThat(first.message()).contains("42701", "email");
    assertThat(plan.hazardous()).isTrue();
  }

  @Test
  void rowsThatWillNotFitAreCounted() throws Exception {
    assertThat(db.apply(prisma("20260101000000_init", INIT)).failure()).isNull();
    db.sql("insert into users values (1, 'a'), (2, 'a'), (3, null)");
    Plan plan = plan(withPending("create unique index users_email on users (email);"), measuring);
    assertThat(plan.findings())
        .anySatisfy(
            finding -> {
              assertThat(finding.rule()).startsWith("preflight-");
              assertThat(finding.message()).contains("users");
            });
  }

  @Test
  void withoutAShadowNothingIsCalledMeasured() throws Exception {
    assertThat(db.apply(prisma("20260101000000_init", INIT)).failure()).isNull();
    Plan plan = plan(withPending("drop table small;"), Assessor.withoutShadow());
    assertThat(plan.assessment().shadow().measured()).isZero();
    assertThat(plan.findings()).extracting(Finding::rule).contains("drop-table");
  }
}
