package dev.schemaward.runner;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.schemaward.api.run.JobContract;
import dev.schemaward.api.run.RunReason;
import dev.schemaward.api.run.RunResult;
import dev.schemaward.api.run.VerificationDocument;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ResultEncoderTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  @Test
  void whateverIsInAResultItFitsAndIsJson() throws IOException {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int i = 0; i < 2000; i++) {
      byte[] json = new ResultEncoder(MAPPER, text -> text).encode(arbitrary(random));
      assertThat(json.length)
          .as("seed %d, round %d", seed, i)
          .isLessThanOrEqualTo(JobContract.MAX_RESULT_BYTES);
      RunResult back = MAPPER.readValue(json, RunResult.class);
      assertThat(back.reason()).isNotNull();
      assertThat(new String(json, StandardCharsets.UTF_8)).doesNotContain("\uFFFD");
    }
  }

  @Test
  void aShortResultIsNotCut() throws IOException {
    RunResult result = result("all is well", List.of("a", "b"), null);
    assertThat(
            MAPPER
                .readValue(new ResultEncoder(MAPPER, text -> text).encode(result), RunResult.class)
                .message())
        .isEqualTo("all is well");
  }

  @Test
  void ofAVerificationTheFailedChecksAreKept() throws IOException {
    List<VerificationDocument.Check> checks = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      boolean ok = i != 150;
      checks.add(
          new VerificationDocument.Check(
              "table", "t" + i, ok, ok ? "ok" : "failed", "x".repeat(400), null, "said", 1));
    }
    RunResult result =
        result("one fails", List.of(), null)
            .with(new VerificationDocument(false, 200, 1, "one fails", checks));
    byte[] json = new ResultEncoder(MAPPER, text -> text).encode(result);
    assertThat(json.length).isLessThanOrEqualTo(JobContract.MAX_RESULT_BYTES);
    VerificationDocument back = MAPPER.readValue(json, RunResult.class).verification();
    assertThat(back.total()).isEqualTo(200);
    assertThat(back.checks().getFirst().name()).isEqualTo("t150");
    assertThat(back.checks().getFirst().message()).isEqualTo("said");
  }

  @Test
  void textIsCutBetweenCodePoints() {
    assertThat(ResultEncoder.cut("😀😀😀😀", 3)).isEqualTo("😀😀…");
    assertThat(ResultEncoder.cut("abc", 3)).isEqualTo("abc");
    assertThat(ResultEncoder.cut(null, 3)).isNull();
  }

  @Test
  void aSecretIsMaskedBeforeItIsCut() throws IOException {
    String message = "x".repeat(995) + "SECRET-THAT-IS-CUT";
    byte[] json =
        new ResultEncoder(MAPPER, text -> text.replace("SECRET-THAT-IS-CUT", "****"))
            .encode(result(message, List.of(), null));
    assertThat(MAPPER.readValue(json, RunResult.class).message()).endsWith("x****");
  }

  private static RunResult arbitrary(Random random) {
    List<String> names = new ArrayList<>();
    for (int i = random.nextInt(60); i > 0; i--) {
      names.add(text(random, 300));
    }
    return result(
            text(random, 6000),
            names,
            new RunResult.Failure(
                text(random, 400),
                random.nextInt(),
                random.nextInt(),
                "42P01",
                text(random, 8000),
                text(random, 3000),
                text(random, 3000)))
        .with(verification(random));
  }

  private static VerificationDocument verification(Random random) {
    List<VerificationDocument.Check> checks = new ArrayList<>();
    for (int i = random.nextInt(20); i > 0; i--) {
      checks.add(
          new VerificationDocument.Check(
              "sql",
              text(random, 300),
              random.nextBoolean(),
              "failed",
              text(random, 300),
              text(random, 400),
              text(random, 1200),
              random.nextLong()));
    }
    return new VerificationDocument(false, 20, 3, text(random, 2000), checks);
  }

  private static RunResult result(String message, List<String> names, RunResult.Failure failure) {
    return new RunResult(
        "apply",
        "run",
        RunReason.MigrationFailed,
        message,
        "build",
        new RunResult.Target("18.6", "7", message, message),
        "sha256:" + "0".repeat(64),
        new RunResult.PlanSummary(
            "sha256:" + "1".repeat(64), "Prisma", names.size(), names, 1, 2, 3, 4, message),
        new RunResult.History("v", 1, 2),
        names,
        names.size(),
        false,
        failure,
        List.of(new RunResult.Blocker(1, message, message, 5)),
        List.of(),
        null,
        new RunResult.Document(1, "2".repeat(64)),
        12);
  }

  /** Quotes, control characters and characters of one to four bytes. */
  private static String text(Random random, int longest) {
    StringBuilder text = new StringBuilder();
    int length = random.nextInt(longest);
    for (int i = 0; i < length; i++) {
      switch (random.nextInt(5)) {
        case 0 -> text.append((char) random.nextInt(32));
        case 1 -> text.append('"').append('\\');
        case 2 -> text.appendCodePoint(0x1F600 + random.nextInt(60));
        case 3 -> text.append((char) (0x4e00 + random.nextInt(1000)));
        default -> text.append((char) ('a' + random.nextInt(26)));
      }
    }
    return text.toString();
  }
}
