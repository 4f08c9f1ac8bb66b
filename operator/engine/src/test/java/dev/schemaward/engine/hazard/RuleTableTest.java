package dev.schemaward.engine.hazard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.schemaward.engine.catalog.LiveCatalog;
import dev.schemaward.engine.hazard.RuleTable.Entry;
import dev.schemaward.testkit.postgres.SharedPostgres;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every rule of the table fires on its examples and stays silent on their safe twins; every safer
 * way that is SQL runs on a real server and brings the finding to zero.
 */
class RuleTableTest {
  private static final int MAJOR = 18;

  /** The rules that had to come first. */
  private static final String CORE =
      "drop-table drop-column truncate drop-schema-or-db drop-type-cascade"
          + " drop-view-function-cascade dml-without-where narrowing-type drop-constraint drop-fk"
          + " set-unlogged sequence-reset security-change add-column-plain"
          + " add-column-volatile-default add-column-serial-identity add-column-generated-stored"
          + " add-column-required add-column-check add-column-unique add-column-references"
          + " add-column-constrained-domain type-rewrite type-metadata-only type-timestamp-tz"
          + " type-binary-but-check type-collation type-fk-column rename-table rename-column"
          + " set-not-null set-not-null-proved not-null-not-valid-18 add-check add-fk"
          + " add-fk-not-valid not-valid-then-validate-one-tx add-unique add-pk"
          + " add-pk-using-index add-exclude create-table-with-fk domain-constraint"
          + " fk-without-index index-blocking index-invalid-left index-if-not-exists-trap"
          + " index-concurrent-in-tx index-concurrent-partitioned drop-index-blocking"
          + " reindex-blocking vacuum-full cluster set-tablespace create-trigger drop-trigger"
          + " refresh-matview create-partition-of attach-partition detach-partition"
          + " no-lock-timeout lock-timeout-below-deadlock-timeout advisory-lock-wait-vs-cic"
          + " long-snapshot-present statements-after-ax nontransactional-statement"
          + " explicit-commit-in-file opaque-code";

  private static ExampleDatabase database;

  @BeforeAll
  static void connect() throws SQLException {
    database = new ExampleDatabase(SharedPostgres.of(MAJOR));
  }

  @AfterAll
  static void disconnect() throws SQLException {
    database.close();
  }

  static Stream<Entry> rules() {
    return RuleTable.read().stream().filter(entry -> !entry.all("fires").isEmpty());
  }

  @Test
  void theTableHasEveryRuleAndNoOther() {
    Set<String> table = RuleTable.read().stream().map(Entry::id).collect(Collectors.toSet());
    assertThat(table).contains(CORE.split(" ", -1));
    Set<String> code =
        Rules.ALL.stream().map(Rule::id).collect(Collectors.toCollection(TreeSet::new));
    code.addAll(Rules.OTHERS);
    assertThat(table).containsExactlyInAnyOrderElementsOf(code);
  }

  @ParameterizedTest
  @MethodSource("rules")
  void firesOnItsFormAndStaysSilentOnItsTwin(Entry rule) throws SQLException {
    for (String sql : rule.all("fires")) {
      List<Finding> findings = judge(rule, sql, rule.text("execute").isEmpty());
      assertThat(findings).as(sql).extracting(Finding::rule).contains(rule.id());
      assertThat(findings)
          .allSatisfy(f -> assertThat(f.message()).isNotBlank().doesNotContain("null"));
    }
    for (String sql : rule.all("silent")) {
      List<Finding> findings = judge(rule, sql, rule.text("execute").isEmpty());
      assertThat(findings).as(sql).extracting(Finding::rule).doesNotContain(rule.id());
    }
  }

  @ParameterizedTest
  @MethodSource("rules")
  void theSaferWayBringsTheFindingToZero(Entry rule) throws SQLException {
    for (String sql : rule.all("fires")) {
      for (Finding finding : judge(rule, sql, false)) {
        String safer = finding.saferWay();
        if (finding.rule().equals(rule.id()) && !SaferWay.migrations(safer).isEmpty()) {
          assertThat(judge(rule, safer, rule.text("execute").isEmpty()))
              .as("%s%ninstead of %s", safer, sql)
              .extracting(Finding::rule)
              .doesNotContain(rule.id());
        }
      }
    }
  }

  /** Judges a text in a database that has the rule's tables; runs it there too when asked. */
  private static List<Finding> judge(Entry rule, String sql, boolean execute) throws SQLException {
    database.reset();
    database.run(rule.text("given"));
    LiveCatalog live = database.catalog(ExampleDatabase.LARGE, ExampleDatabase.ROWS);
    List<Finding> findings =
        Hazards.judge(
            ExampleDatabase.migrations(sql),
            Map.of(),
            RuleTable.with(live, rule.text("knows")),
            MAJOR);
    if (execute) {
      String also = rule.text("also");
      assertThatCode(() -> database.run((also.isEmpty() ? "" : also + ";\n") + runnable(sql)))
          .as(sql)
          .doesNotThrowAnyException();
    }
    return findings;
  }

  private static String runnable(String sql) {
    return sql.replaceAll("([^;])\n" + SaferWay.NEXT, "$1;");
  }
}
