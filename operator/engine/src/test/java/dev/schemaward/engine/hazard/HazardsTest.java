package dev.schemaward.engine.hazard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.schemaward.engine.catalog.LiveCatalog;
import dev.schemaward.engine.catalog.LiveCatalog.Relation;
import dev.schemaward.engine.shadow.StatementEffects;
import dev.schemaward.engine.shadow.StatementEffects.RelationLock;
import dev.schemaward.engine.shadow.StatementKey;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How text, live catalogue and shadow come together. */
class HazardsTest {
  private static final long GIGABYTE = 1_000_000_000L;

  private static LiveCatalog live(long bytes, String... tables) {
    return new LiveCatalog(
        180000,
        Arrays.stream(tables)
            .map(name -> relation("public." + name, bytes))
            .collect(Collectors.toMap(Relation::name, r -> r)),
        List.of("public"),
        0,
        Duration.ZERO,
        null,
        0);
  }

  private static Relation relation(String name, long bytes) {
    return new Relation(
        name,
        'r',
        bytes,
        bytes / 100,
        null,
        List.of(
            new LiveCatalog.Column("id", "integer", true, false),
            new LiveCatalog.Column("a", "integer", false, false)),
        List.of(),
        List.of(),
        null,
        List.of(),
        List.of(),
        -1);
  }

  private static List<Finding> judge(String sql, LiveCatalog live, StatementEffects... effects) {
    Map<StatementKey, StatementEffects> byPlace = new java.util.HashMap<>();
    for (int i = 0; i < effects.length; i++) {
      byPlace.put(new StatementKey("m1", i + 1), effects[i]);
    }
    return Hazards.judge(ExampleDatabase.migrations(sql), byPlace, live, 18);
  }

  private static StatementEffects seen(String lock, List<String> rewrites, List<String> scans) {
    return new StatementEffects(
        List.of(new RelationLock("public.t", lock)), rewrites, scans, List.of(), 1, null);
  }

  private static List<String> above(List<Finding> findings) {
    return findings.stream()
        .filter(f -> f.severity() != Severity.INFORM)
        .map(f -> f.rule() + " " + f.severity())
        .toList();
  }

  @ParameterizedTest
  @CsvSource({
    "1000000, INFORM, WARN", // a second and less
    "1000000000, WARN, BLOCK",
    "100000000000, BLOCK, BLOCK",
    "-1, WARN, BLOCK" // not known
  })
  void theTimeThatOthersWouldWaitMovesTheSeverity(long bytes, Severity scan, Severity build) {
    LiveCatalog live = bytes < 0 ? LiveCatalog.UNKNOWN : live(bytes, "t");
    assertThat(judge("alter table t add column c int check (c > 0)", live))
        .filteredOn(f -> f.rule().equals("add-column-check"))
        .extracting(Finding::severity)
        .containsExactly(scan);
    assertThat(judge("create index i on t (a)", live))
        .filteredOn(f -> f.rule().equals("index-blocking"))
        .extracting(Finding::severity)
        .containsExactly(build);
  }

  @Test
  void aMessageNamesTheTableItsSizeAndTheTime() {
    assertThat(judge("alter table t alter column a set not null", live(48 * GIGABYTE, "t")))
        .first()
        .extracting(Finding::message)
        .isEqualTo(
            "stops all reads and writes of t (48 GB) while it reads every row for NULL in a, about"
                + " 2 min; fails where one is found");
  }

  @Test
  void destructionIsNotMadeSmallerByASmallTable() {
    assertThat(above(judge("drop table t", live(0, "t")))).containsExactly("drop-table BLOCK");
  }

  @Test
  void whatTheShadowDidNotSeeIsNoFinding() {
    String sql = "alter table t alter column a type bigint";
    assertThat(above(judge(sql, live(GIGABYTE, "t")))).containsExactly("type-rewrite BLOCK");
    assertThat(
            above(
                judge(sql, live(GIGABYTE, "t"), seen("AccessExclusiveLock", List.of(), List.of()))))
        .isEmpty();
    assertThat(
            above(
                judge(
                    sql,
                    live(GIGABYTE, "t"),
                    seen("AccessExclusiveLock", List.of("public.t"), List.of("public.t")))))
        .containsExactly("type-rewrite BLOCK");
  }

  @Test
  void whatWasNotMeasuredIsJudgedByItsText() {
    assertThat(
            above(
                judge(
                    "alter table t alter column a type bigint",
                    live(GIGABYTE, "t"),
                    StatementEffects.notMeasured("the shadow died"))))
        .containsExactly("type-rewrite BLOCK");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      textBlock =
          """
          AccessExclusiveLock      | public.t | public.t | measured-rewrite BLOCK
          AccessExclusiveLock      | -        | public.t | measured-scan-under-lock WARN
          ShareRowExclusiveLock    | -        | public.t | measured-scan-under-lock WARN
          ShareUpdateExclusiveLock | -        | public.t | -
          AccessExclusiveLock      | public.n | public.n | measured-lock WARN
          RowExclusiveLock         | -        | -        | -
          """)
  void whatTheShadowSawAndNoRuleKnowsIsReported(
      String lock, String rewrite, String scan, String expected) {
    List<Finding> findings =
        judge(
            "comment on table t is 'does strange things'",
            live(GIGABYTE, "t"),
            seen(
                lock,
                rewrite == null ? List.of() : List.of(rewrite),
                scan == null ? List.of() : List.of(scan)));
    assertThat(above(findings)).isEqualTo(expected == null ? List.of() : List.of(expected.strip()));
  }

  @Test
  void aScanUnderALockOfAnEarlierStatementIsReported() {
    assertThat(
            above(
                judge(
                    "alter table t add column c int; comment on table t is 'reads it'",
                    live(GIGABYTE, "t"),
                    seen("AccessExclusiveLock", List.of(), List.of()),
                    new StatementEffects(
                        List.of(), List.of(), List.of("public.t"), List.of(), 1, null))))
        .containsExactly("measured-scan-under-lock WARN");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          create table n (a int); drop table n                                      | 0
          create table n (a int); drop table n; drop table n                        | 1
          create table if not exists n (a int); drop table n                        | 1
          create table n (a int); alter table n rename to o; drop table o           | 0
          create table n (a int); alter table n rename to o; drop table n           | 1
          create table n (a int); set search_path = other; drop table n             | 1
          create table n (a int); drop table public.n                               | 0
          create table n (a int); drop table other.n                                | 1
          begin; create table n (a int); rollback; drop table n                     | 1
          create temp table n (a int); drop table n                                 | 0
          create function n() returns int language sql as 'select 1'; drop table n  | 1
          """)
  void onlyWhatThePlanCertainlyCreatedIsExempt(String sql, int drops) {
    assertThat(judge(sql, LiveCatalog.UNKNOWN))
        .filteredOn(f -> f.rule().equals("drop-table"))
        .hasSize(drops);
  }

  @Test
  void aCatalogueTellsWhetherIfNotExistsCreates() {
    String sql = "create table if not exists n (a int); drop table n";
    assertThat(above(judge(sql, live(GIGABYTE, "t")))).isEmpty();
    assertThat(above(judge(sql, live(GIGABYTE, "n")))).containsExactly("drop-table BLOCK");
  }

  @Test
  void codeIsJudgedByWhatItMayDoAlsoWhenItWasMeasured() {
    StatementEffects nothing =
        new StatementEffects(List.of(), List.of(), List.of(), List.of(), 1, null);
    assertThat(above(judge("do $$ begin perform 1; end $$", live(0, "t"), nothing)))
        .containsExactly("opaque-code WARN");
    assertThat(
            above(
                judge(
                    "do $$ declare x text; begin for x in select 1 loop execute x; end loop; end"
                        + " $$",
                    live(0, "t"),
                    nothing)))
        .containsExactly("opaque-code BLOCK");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      textBlock =
          """
          drop /* table */ table t                                        | drop-table
          alter table "t" drop "a", add column "drop" int                 | drop-column
          ALTER TABLE ONLY public.t DROP COLUMN IF EXISTS a CASCADE       | drop-column
          alter table t add column "check" int default 1, add x int       | -
          create index on t (a) -- concurrently                           | index-blocking
          create index "concurrently" on t (a)                            | index-blocking
          with gone as (select 1) delete from t                           | dml-without-where
          with gone as (delete from t returning 1) select count(*) from gone | opaque-code
          explain analyze delete from t                                   | opaque-code
          delete from t where true                                        | -
          alter table t frobnicate                                        | opaque-code
          frobnicate t                                                    | opaque-code
          insert into t values ('drop table t')                           | -
          """)
  void isNotFooledByTheWayAStatementIsWritten(String sql, String rule) {
    assertThat(judge(sql, LiveCatalog.UNKNOWN))
        .filteredOn(f -> f.severity() == Severity.BLOCK)
        .extracting(Finding::rule)
        .isEqualTo(rule == null ? List.of() : List.of(rule));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          check (a is not null) not valid                                   | true
          check (a is not null)                                             | false
          check (a is not null) not valid; alter table t validate constraint p | false
          check (a is not null and id > 0)                                  | false
          check (a is not null or id > 0)                                   | true
          check (id > 0 and (a is not null))                                | false
          check (not (a is not null))                                       | true
          check (id is not null)                                            | true
          check (a is not null); alter table t drop constraint p            | true
          not null a not valid                                              | true
          """)
  void onlyAValidConstraintThatImpliesItProvesNotNull(String constraint, boolean scans) {
    List<Finding> findings =
        judge(
            "alter table t add constraint p "
                + constraint
                + ";\n"
                + SaferWay.NEXT
                + "\nalter table t alter column a set not null",
            LiveCatalog.UNKNOWN);
    assertThat(
            findings.stream()
                .filter(f -> f.migration().equals("m2"))
                .anyMatch(f -> f.severity() != Severity.INFORM))
        .isEqualTo(scans);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          alter table t add column c int                                       | 5000
          alter table t add constraint f foreign key (a) references p not valid| 1000
          alter table t rename column a to b                                   | 1000
          create index on t (a)                                                | 5000
          """)
  void thousandsOfStatementsAreJudgedInSeconds(String sql, int times) {
    long start = System.nanoTime();
    assertThat(judge((sql + ";\n").repeat(times), live(GIGABYTE, "t", "p")))
        .hasSizeGreaterThanOrEqualTo(times / 2);
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(30));
  }

  @Test
  void aStatementOfFiveMegabytesIsJudged() {
    String sql = "insert into t values " + "(1, 'drop table t'), ".repeat(250_000) + "(1, 2)";
    assertThat(above(judge(sql + "; drop table t", live(GIGABYTE, "t"))))
        .containsExactly("drop-table BLOCK");
  }
}
