package dev.schemaward.engine.change;

import static dev.schemaward.engine.execute.TargetDatabase.bundle;
import static org.assertj.core.api.Assertions.assertThat;

import dev.schemaward.engine.bundle.Bundle;
import dev.schemaward.engine.bundle.Format;
import dev.schemaward.engine.bundle.Migration;
import dev.schemaward.engine.hazard.Finding;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a change may do to the migrations of its base. */
class BundleChangeTest {
  private static final String A = "20260101000000_a";
  private static final String B = "20260102000000_b";
  private static final String C = "20260103000000_c";
  private static final String ONE = "select 1;\n";
  private static final String TWO = "select 2;\n";

  private static ChangeBase base(Bundle bundle) {
    return new ChangeBase("main", Optional.of(bundle), Optional.empty());
  }

  private static Bundle prisma(String... namesAndSql) {
    return bundle(Format.PRISMA, namesAndSql);
  }

  static Stream<Arguments> changes() {
    return Stream.of(
        Arguments.of("nothing", prisma(A, ONE, B, TWO), List.of(), List.of()),
        Arguments.of("one more", prisma(A, ONE, B, TWO, C, ONE + TWO), List.of(C), List.of()),
        Arguments.of("other line ends", prisma(A, "select 1;\r\n", B, TWO), List.of(), List.of()),
        Arguments.of(
            "an edit",
            prisma(A, "select 3;\n", B, TWO),
            List.of(),
            List.of("edited-migration " + A)),
        Arguments.of(
            "a comment more",
            prisma(A, "-- x\n" + ONE, B, TWO),
            List.of(),
            List.of("edited-migration " + A)),
        Arguments.of("a removal", prisma(A, ONE), List.of(), List.of("removed-migration " + B)),
        Arguments.of(
            "another name", prisma(A, ONE, C, TWO), List.of(C), List.of("renamed-migration " + C)),
        Arguments.of(
            "one too early",
            prisma(A, ONE, "20260101500000_x", "select 4;", B, TWO, C, "select 5;"),
            List.of("20260101500000_x", C),
            List.of("out-of-order 20260101500000_x")));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("changes")
  void whatIsNewAndWhatIsWrong(
      String name, Bundle change, List<String> pending, List<String> faults) {
    BundleChange found = BundleChange.between(base(prisma(A, ONE, B, TWO)), change);
    assertThat(found.applied()).extracting(Migration::name).containsExactly(A, B);
    assertThat(found.pending()).extracting(Migration::name).containsExactlyElementsOf(pending);
    assertThat(found.faults())
        .extracting(fault -> fault.rule() + " " + fault.migration())
        .containsExactlyElementsOf(faults);
  }

  @Test
  void whatTheBaseGotAfterTheBranchLeftItIsNotRemoved() {
    ChangeBase moved =
        new ChangeBase("main", Optional.of(prisma(A, ONE, C, TWO)), Optional.of(Set.of(A)));
    BundleChange change = BundleChange.between(moved, prisma(A, ONE, B, "select 3;"));
    assertThat(change.faults()).extracting(Finding::rule).containsExactly("behind-base");
    assertThat(change.applied()).extracting(Migration::name).containsExactly(A, C);
    assertThat(BundleChange.between(moved, prisma(C, TWO)).faults())
        .as("what both had is")
        .extracting(Finding::rule)
        .containsExactly("removed-migration");
  }

  @Test
  void aRepeatableMigrationMayChangeAndRunsAgain() {
    Bundle before = bundle(Format.FLYWAY, "V1__a", ONE, "R__v", "create view v as select 1;");
    Bundle after =
        bundle(Format.FLYWAY, "V1__a", ONE, "V2__b", TWO, "R__v", "create view v as select 2;");
    BundleChange change = BundleChange.between(base(before), after);
    assertThat(change.faults()).isEmpty();
    assertThat(change.pending()).extracting(Migration::name).containsExactly("V2__b", "R__v");
  }

  @Test
  void aVersionUnderAnotherDescriptionIsARename() {
    BundleChange change =
        BundleChange.between(
            base(bundle(Format.FLYWAY, "V1__a", ONE)), bundle(Format.FLYWAY, "V1__b", TWO));
    assertThat(change.faults()).extracting(Finding::rule).containsExactly("renamed-migration");
  }

  @Test
  void withoutABaseEverythingIsNew() {
    ChangeBase empty = new ChangeBase("none", Optional.empty(), Optional.empty());
    BundleChange change = BundleChange.between(empty, prisma(A, ONE));
    assertThat(change.faults()).isEmpty();
    assertThat(change.pending()).hasSize(1);
  }
}
