package dev.schemaward.engine.hazard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.schemaward.engine.bundle.Migration;
import dev.schemaward.engine.catalog.LiveCatalog;
import dev.schemaward.engine.sql.ScriptFault;
import dev.schemaward.engine.sql.StatementSplitter;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WaiverTest {
  private static List<Finding> judge(String sql, Waiver... fromSpec) {
    try {
      return Hazards.judge(
          List.of(new Migration("m", "m.sql", "c", List.of(), StatementSplitter.split(sql))),
          Map.of(),
          LiveCatalog.UNKNOWN,
          18,
          List.of(fromSpec));
    } catch (ScriptFault e) {
      throw new IllegalArgumentException(e);
    }
  }

  /** Where the comment stands: which of the two statements' findings it covers. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          -- schemaward: allow drop-table -- old ⏎ drop table a; drop table b; | a
          drop table a; ⏎ -- schemaward: allow drop-table -- old ⏎ drop table b; | b
          drop table a; -- schemaward: allow drop-table -- old ⏎ drop table b; | a
          drop table ⏎ -- SCHEMAWARD:  Allow  drop-table  --  old ⏎ a; drop table b; | a
          -- schemaward: allow-file drop-table -- old ⏎ drop table a; drop table b; | a b
          drop table a; drop table b; ⏎ -- schemaward: allow drop-table -- old | b
          -- schemaward: allow truncate, drop-table -- old ⏎ drop table a; truncate b; | a
          """)
  void aCommentCoversItsStatement(String sql, String covered) {
    List<Finding> findings = judge(sql.replace(" ⏎ ", "\n"));
    assertThat(findings)
        .filteredOn(f -> "old".equals(f.waived()))
        .extracting(f -> f.message().replaceAll("drops table (\\w).*", "$1"))
        .containsExactly(covered.split(" ", -1));
    assertThat(findings)
        .filteredOn(f -> f.rule().equals("drop-table") || f.rule().equals("truncate"))
        .hasSize(2);
  }

  @Test
  void aWaivedDestructionStillAsksForAnApproval() {
    Finding finding = judge("-- schemaward: allow drop-table -- old\ndrop table a;").getFirst();
    assertThat(finding.waived()).isEqualTo("old");
    assertThat(finding.needsApproval()).isTrue();
  }

  @Test
  void aWaivedBlockAsksForNoApproval() {
    String sql = "create index i on t (a);";
    assertThat(judge(sql)).anyMatch(Finding::needsApproval);
    assertThat(judge("-- schemaward: allow index-blocking -- nobody writes at night\n" + sql))
        .noneMatch(Finding::needsApproval);
    assertThat(judge(sql, Waiver.ofSpec("index-blocking", null, "a small project")))
        .noneMatch(Finding::needsApproval);
    assertThat(judge(sql, Waiver.ofSpec("index-blocking", "other", "elsewhere")))
        .anyMatch(Finding::needsApproval);
  }

  @Test
  void aWaiverWithoutAReasonDoesNotCount() {
    List<Finding> findings =
        judge(
            "-- schemaward: allow index-blocking\ncreate index i on t (a);",
            Waiver.ofSpec("index-blocking", "m", "  "));
    assertThat(findings).anyMatch(Finding::needsApproval);
    assertThat(findings)
        .filteredOn(f -> f.rule().equals("waiver-without-reason"))
        .extracting(Finding::line)
        .containsExactly(0, 1);
  }

  @Test
  void aWaiverThatCoversNothingIsReported() {
    assertThat(judge("-- schemaward: allow add-fk, ad-fk -- x\nselect 1;"))
        .extracting(Finding::rule, Finding::line, Finding::message)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(
                "unused-waiver", 1, "the waiver of add-fk covers nothing"),
            org.assertj.core.groups.Tuple.tuple(
                "unused-waiver", 1, "the waiver of ad-fk covers nothing: no rule is called so"));
    assertThat(judge("select 1;", Waiver.ofSpec("add-fk", null, "always"))).isEmpty();
    assertThat(judge("select 1;", Waiver.ofSpec("add-fk", "m", "once")))
        .extracting(Finding::rule)
        .containsExactly("unused-waiver");
    assertThat(judge("select 1;", Waiver.ofSpec("add-fk", "not-pending", "once"))).isEmpty();
  }

  @Test
  void aWaiverInAStringIsNone() {
    assertThat(
            judge("comment on table t is '\n-- schemaward: allow drop-table -- x\n'; drop table t"))
        .filteredOn(f -> f.rule().equals("drop-table"))
        .allMatch(f -> f.waived() == null)
        .hasSize(1);
  }

  @Test
  void aWaiverCoversWhatTheLiveDataSaid() throws ScriptFault {
    Migration migration =
        new Migration(
            "m",
            "m.sql",
            "c",
            List.of(),
            StatementSplitter.split(
                "-- schemaward: allow preflight-nulls -- mended by hand tonight\nselect 1;"));
    Finding nulls =
        new Finding(
            "preflight-nulls", Severity.BLOCK, HazardClass.DATA, "m", 1, 2, "x", null, null);
    assertThat(
            Hazards.judge(
                List.of(migration), Map.of(), LiveCatalog.UNKNOWN, 18, List.of(), List.of(nulls)))
        .singleElement()
        .extracting(Finding::waived)
        .isEqualTo("mended by hand tonight");
  }
}
