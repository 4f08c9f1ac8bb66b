package dev.schemaward.api.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** What a person reads before approving. */
class PlanTextTest {
  private static PlanDocument plan(
      List<PlanDocument.Statement> statements, List<PlanDocument.Finding> findings) {
    return new PlanDocument(
        "sha256:" + "ab".repeat(32),
        "ababab",
        new PlanDocument.Bundle("Prisma", "sha256:" + "cd".repeat(32)),
        new RunResult.Target("18.6", "7", "orders", "public"),
        List.of(new PlanDocument.Pending("m1", "00", true)),
        statements,
        findings,
        "1 migration");
  }

  private static PlanDocument.Statement measured(int index, String sql) {
    return new PlanDocument.Statement(
        "m1",
        index,
        index,
        sql,
        "ALTER TABLE",
        true,
        true,
        null,
        List.of(new PlanDocument.Lock("public.users", "AccessExclusiveLock")),
        List.of("public.users"),
        List.of(),
        List.of("public.users_pkey"),
        1.5);
  }

  private static PlanDocument.Statement unmeasured(int index, String reason) {
    return new PlanDocument.Statement(
        "m1",
        index,
        index,
        "SELECT 1",
        "SELECT",
        true,
        false,
        reason,
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        null);
  }

  private static PlanDocument.Finding finding(String migration, String waived, String safer) {
    return new PlanDocument.Finding(
        "rewrite", "block", "rewrite", migration, 1, 1, "writes users anew", safer, waived);
  }

  @Test
  void effectsStandBelowTheirStatement() {
    assertThat(PlanText.of(plan(List.of(measured(1, "ALTER TABLE users ADD x int")), List.of())))
        .contains(
            """
            == m1
            -- 1, line 1
            ALTER TABLE users ADD x int;
               takes AccessExclusiveLock on public.users
               writes anew public.users
               builds index public.users_pkey
            """);
  }

  @Test
  void aReasonThatHoldsForAllIsSaidOnceAndOthersWhereTheyBelong() {
    assertThat(PlanText.of(plan(List.of(unmeasured(1, "off"), unmeasured(2, "off")), List.of())))
        .containsOnlyOnce("not measured")
        .contains("effects not measured: off\n");
    assertThat(PlanText.of(plan(List.of(measured(1, "x"), unmeasured(2, "DO block")), List.of())))
        .contains("SELECT 1;\n   not measured: DO block\n")
        .doesNotContain("effects not measured");
  }

  @Test
  void findingsSayWhatToDoInsteadAndWhyTheyAreWaived() {
    assertThat(
            PlanText.of(
                plan(
                    List.of(measured(1, "x")),
                    List.of(
                        finding("m1", null, "ALTER TABLE a;\n-- in the next migration:\nB;"),
                        finding("m1", "table is empty", null),
                        finding("gone", null, null)))))
        .contains(
            """
            !! block rewrite (line 1): writes users anew
               instead: ALTER TABLE a;
                        -- in the next migration:
                        B;
               waived: block rewrite (line 1): writes users anew
               because: table is empty
            """)
        .as("a finding about no pending migration is not lost")
        .contains("\n!! block rewrite (line 1): writes users anew\n\n== m1\n");
  }

  @Test
  void nothingInTheSqlIsObeyedByATerminalOrHiddenFromAReader() {
    String hostile = "SELECT '\u001b[2K\u202e\u200b\r' -- a\r\nFROM t";
    assertThat(PlanText.of(plan(List.of(measured(1, hostile)), List.of())))
        .contains("SELECT '⟨U+001B⟩[2K⟨U+202E⟩⟨U+200B⟩⟨U+000D⟩' -- a\nFROM t;\n");
  }

  @Test
  void aHugeStatementIsCutAndSaysSo() {
    String text = PlanText.of(plan(List.of(measured(1, "x".repeat(5_000_000))), List.of()));
    assertThat(text).hasSizeLessThan(22_000).contains("… 4980000 more characters");
  }
}
