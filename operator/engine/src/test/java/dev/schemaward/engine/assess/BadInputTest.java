package dev.schemaward.engine.assess;

import static dev.schemaward.engine.execute.TargetDatabase.prisma;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.schemaward.engine.Schemaward;
import dev.schemaward.engine.bundle.Bundle;
import dev.schemaward.engine.execute.TargetDatabase;
import dev.schemaward.engine.hazard.Finding;
import dev.schemaward.engine.hazard.Severity;
import dev.schemaward.engine.plan.Plan;
import dev.schemaward.engine.shadow.ShadowSource;
import dev.schemaward.engine.shadow.StatementEffects;
import dev.schemaward.engine.shadow.StatementKey;
import dev.schemaward.testkit.postgres.SharedPostgres;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Input that is wrong or too much: the plan says so, in bounded time, and never "no hazards". */
@Timeout(120)
class BadInputTest {
  private static final String INIT = "20260101000000_init";
  private static final String NEXT = "20260102000000_next";
  private static final String SCHEMA = "create table users (id int primary key, email text);";

  private final TargetDatabase db = new TargetDatabase(SharedPostgres.of(18));
  private final Assessor measuring =
      new Assessor(
          new ShadowSource.OnServer(new TargetDatabase(SharedPostgres.of(18)).credentials()),
          List.of());

  @BeforeEach
  void oneIsApplied() throws Exception {
    assertThat(db.apply(prisma(INIT, SCHEMA)).failure()).isNull();
  }

  private Plan plan(String pending) throws Exception {
    Bundle bundle = prisma(INIT, SCHEMA, NEXT, pending);
    return Schemaward.plan(
        bundle,
        db.credentials(),
        null,
        TargetDatabase.POLICY,
        null,
        null,
        TargetDatabase.BUILD,
        null,
        measuring);
  }

  private static StatementEffects effects(Plan plan, int statement) {
    return plan.assessment().shadow().effects().get(new StatementKey(NEXT, statement));
  }

  @Test
  void sqlThatCannotBeParsedIsAFailureForeseenAndWhatFollowsStaysUnmeasured() throws Exception {
    Plan plan = plan("alter tabel users drop column email;\ndrop table users;");
    Finding first = plan.findings().getFirst();
    assertThat(first.rule()).isEqualTo("will-fail");
    assertThat(first.severity()).isEqualTo(Severity.BLOCK);
    assertThat(first.message()).contains("42601", "tabel");
    assertThat(effects(plan, 2).notMeasured()).contains("fails before it");
    assertThat(plan.findings())
        .as("judged by its text all the same")
        .extracting(Finding::rule)
        .contains("drop-table");
  }

  @Test
  void aQuotationThatNeverEndsIsNoBundle() {
    assertThatThrownBy(() -> plan("select 1;\nselect 'open"))
        .hasMessageContaining(NEXT)
        .hasMessageContaining("line 2");
  }

  @Test
  void anExtensionThatTheShadowLacksIsTheReasonForWhatIsNotMeasured() throws Exception {
    Plan plan =
        plan(
            "create extension no_such_extension;\nalter table users add column place geography;\n"
                + "alter table users drop column email;");
    assertThat(effects(plan, 1).notMeasured()).contains("bare server", "no_such_extension");
    assertThat(effects(plan, 2).notMeasured()).contains("could not run on the shadow before it");
    assertThat(plan.findings()).extracting(Finding::rule).contains("drop-column");
    assertThat(plan.hazardous()).isTrue();
  }

  @Test
  void aStatementOfFiveMegabytesIsPlannedAndItsFindingsStayShort() throws Exception {
    String text = "x".repeat(5_000_000);
    Plan plan =
        plan(
            "alter table users drop column email /* "
                + text
                + " */;\n"
                + "insert into users select 1 where '"
                + text
                + "' = '';");
    assertThat(effects(plan, 1).measured()).isTrue();
    assertThat(plan.findings()).extracting(Finding::rule).contains("drop-column");
    assertThat(plan.findings())
        .allSatisfy(finding -> assertThat(finding.message()).hasSizeLessThan(2_000));
    assertThat(plan.headline()).hasSizeLessThan(2_000);
  }

  @Test
  void tenThousandStatementsAreJudgedOneAndAll() throws Exception {
    StringBuilder sql = new StringBuilder();
    for (int i = 1; i < 10_000; i++) {
      sql.append("insert into users values (").append(i).append(", 'x');\n");
    }
    sql.append("alter table users drop column email;");
    long begun = System.nanoTime();
    Plan plan = plan(sql.toString());
    assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(90));
    assertThat(plan.assessment().shadow().effects()).hasSize(10_000);
    assertThat(plan.findings())
        .filteredOn(finding -> finding.rule().equals("drop-column"))
        .singleElement()
        .satisfies(finding -> assertThat(finding.line()).isEqualTo(10_000));
    assertThat(plan.headline()).hasSizeLessThan(2_000);
  }

  @Test
  void aShadowThatDiesMidwayLeavesTheFindingsOfTheText() throws Exception {
    Plan plan =
        plan(
            "alter table users add column a int;\n"
                + "select pg_terminate_backend(pg_backend_pid());\n"
                + "alter table users drop column email;");
    assertThat(effects(plan, 3).notMeasured()).contains("shadow server ended");
    assertThat(plan.assessment().shadow().endState()).isFalse();
    assertThat(plan.findings()).extracting(Finding::rule).contains("drop-column");
    assertThat(plan.hazardous()).isTrue();
  }
}
