package dev.schemaward.controller.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.schemaward.api.run.JobContract;
import dev.schemaward.api.run.RunResult;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

class PlanFrameTest {
  private final String json =
      "{\"hash\":\"sha256:ab\",\"summary\":\"" + "é€😀 ".repeat(3000) + "\"}";
  private final RunResult.Document named = document(json);

  @Test
  void findsTheDocumentAmongOtherLines() throws Exception {
    String log = "{\"progress\":1}\nwords\n" + frame(json) + "{\"progress\":2}\n";
    assertThat(read(log, named)).isEqualTo(json);
  }

  @Test
  void aProgressLineInsideTheFrameDoesNoHarm() throws Exception {
    String frame = frame(json);
    int second = frame.indexOf('\n', frame.indexOf('\n') + 1) + 1;
    String log = frame.substring(0, second) + "{\"progress\":1}\n" + frame.substring(second);
    assertThat(read(log, named)).isEqualTo(json);
  }

  @Test
  void windowsLineEndsDoNoHarm() throws Exception {
    assertThat(read(frame(json).replace("\n", "\r\n"), named)).isEqualTo(json);
  }

  @Test
  void takesTheDocumentThatTheResultNamesNotAnotherOne() throws Exception {
    String other = "{\"hash\":\"sha256:cd\"}";
    assertThat(read(frame(other) + frame(json), named)).isEqualTo(json);
    assertThatThrownBy(() -> read(frame(other), named))
        .isInstanceOf(PlanFrame.Missing.class)
        .hasMessageContaining("no plan document");
  }

  @Test
  void refusesACutFrame() {
    String frame = frame(json);
    assertThatThrownBy(() -> read(frame.substring(0, frame.length() - 60), named))
        .isInstanceOf(PlanFrame.Missing.class)
        .hasMessageContaining("cut off");
  }

  @Test
  void refusesOtherContentUnderTheRightHeading() {
    String forged =
        frame("{\"hash\":\"sha256:cd\"}")
            .replaceFirst(
                "(" + JobContract.FRAME_BEGIN + ").*",
                "$1 " + named.bytes() + " " + named.sha256());
    assertThatThrownBy(() -> read(forged, named))
        .isInstanceOf(PlanFrame.Missing.class)
        .hasMessageContaining("not the one");
  }

  @Test
  void refusesDamage() {
    String damaged = frame(json).replaceFirst("\nH4sI", "\nAAAA");
    assertThatThrownBy(() -> read(damaged, named))
        .isInstanceOf(PlanFrame.Missing.class)
        .hasMessageContaining("damaged");
  }

  @Test
  void aDecompressionBombStopsAtTheSizeThatTheResultNames() {
    String bomb = "x".repeat(5_000_000);
    String log =
        frame(bomb)
            .replaceFirst(
                "(" + JobContract.FRAME_BEGIN + ").*",
                "$1 " + named.bytes() + " " + named.sha256());
    assertThatThrownBy(() -> read(log, named)).isInstanceOf(PlanFrame.Missing.class);
  }

  @Test
  void anEndlessLineDoesNotFillTheMemory() {
    assertThatThrownBy(() -> PlanFrame.read(new Endless(20_000_000L), named))
        .isInstanceOf(PlanFrame.Missing.class);
  }

  @Test
  void anAbsurdLengthIsRefusedBeforeReading() {
    assertThatThrownBy(
            () ->
                PlanFrame.read(Reader.nullReader(), new RunResult.Document(Integer.MAX_VALUE, "")))
        .isInstanceOf(PlanFrame.Missing.class)
        .hasMessageContaining("refused");
  }

  private static String read(String log, RunResult.Document document) throws Exception {
    return new String(PlanFrame.read(new StringReader(log), document), StandardCharsets.UTF_8);
  }

  private static RunResult.Document document(String json) {
    byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
    return new RunResult.Document(bytes.length, sha256(bytes));
  }

  private static String frame(String json) {
    byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
    var gzipped = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(gzipped)) {
      gzip.write(bytes);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    String base64 = Base64.getEncoder().encodeToString(gzipped.toByteArray());
    return JobContract.FRAME_BEGIN
        + " %d %s\n".formatted(bytes.length, sha256(bytes))
        + base64.replaceAll("(.{76})", "$1\n")
        + "\n"
        + JobContract.FRAME_END
        + "\n";
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  /** So many characters without a line end. */
  private static final class Endless extends Reader {
    private long left;

    Endless(long length) {
      left = length;
    }

    @Override
    public int read(char[] buffer, int offset, int length) {
      if (left <= 0) {
        return -1;
      }
      java.util.Arrays.fill(buffer, offset, offset + length, 'x');
      left -= length;
      return length;
    }

    @Override
    public void close() {}
  }
}
