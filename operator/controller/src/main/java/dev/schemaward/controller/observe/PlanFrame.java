package dev.schemaward.controller.observe;

import dev.schemaward.api.run.JobContract;
import dev.schemaward.api.run.RunResult;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.Reader;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.zip.GZIPInputStream;

/**
 * Takes the plan document out of a Job's log. Anything between the markers is trusted only if its
 * length and SHA-256 are those that the Job's termination message names: a log is written by many
 * and cut by some. Bounded in memory whatever the log says.
 */
public final class PlanFrame {
  /** A larger document is refused: it would not fit into the ConfigMap even when compressed. */
  static final int MAX_DOCUMENT_BYTES = 32 * 1024 * 1024;

  /** 4,000 characters by contract; a longer line is no frame line. */
  private static final int MAX_LINE = 16 * 1024;

  private PlanFrame() {}

  /** The log has no complete document of that length and digest. */
  public static final class Missing extends Exception {
    private static final long serialVersionUID = 1;

    Missing(String message) {
      super(message);
    }
  }

  /**
   * The JSON of the document.
   *
   * @param log the whole log of the container; read to the end of the frame at most
   * @param expected length and digest from the Job's result
   * @throws Missing when it is not there, incomplete or not the one expected; the message says
   *     which
   * @throws IOException when the log cannot be read
   */
  public static byte[] read(Reader log, RunResult.Document expected) throws Missing, IOException {
    if (expected.bytes() <= 0 || expected.bytes() > MAX_DOCUMENT_BYTES) {
      throw new Missing("a plan document of %d bytes is refused".formatted(expected.bytes()));
    }
    String begin = JobContract.FRAME_BEGIN + " " + expected.bytes() + " " + expected.sha256();
    // base64 of gzip is never much longer than the text itself
    long budget = 2L * expected.bytes() + MAX_LINE;
    boolean inside = false;
    StringBuilder base64 = new StringBuilder();
    try (BoundedLines lines = new BoundedLines(new BufferedReader(log))) {
      for (String line = lines.next(); line != null; line = lines.next()) {
        if (line.equals(begin)) {
          inside = true;
          base64.setLength(0);
        } else if (inside && line.equals(JobContract.FRAME_END)) {
          return decode(base64, expected);
        } else if (inside && !line.startsWith("{")) { // a progress line may come in between
          base64.append(line.strip());
          if (base64.length() > budget) {
            throw new Missing("the plan document in the log is longer than it says");
          }
        }
      }
    }
    throw new Missing(
        inside
            ? "the plan document in the log is cut off"
            : "the log has no plan document with sha256 " + expected.sha256());
  }

  private static byte[] decode(CharSequence base64, RunResult.Document expected)
      throws Missing, IOException {
    byte[] json;
    try (var gzip =
        new GZIPInputStream(
            new ByteArrayInputStream(Base64.getDecoder().decode(base64.toString())))) {
      json = gzip.readNBytes(expected.bytes() + 1);
    } catch (IllegalArgumentException | IOException e) {
      throw new Missing("the plan document in the log is damaged: " + e.getMessage());
    }
    if (json.length != expected.bytes() || !sha256(json).equals(expected.sha256())) {
      throw new Missing("the plan document in the log is not the one that the Job's result names");
    }
    return json;
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every JDK has it
    }
  }

  /** Lines of which the overlong are cut: nobody's log may fill our memory. */
  private record BoundedLines(BufferedReader in) implements AutoCloseable {
    String next() throws IOException {
      StringBuilder line = new StringBuilder();
      int c = in.read();
      if (c < 0) {
        return null;
      }
      for (; c >= 0 && c != '\n'; c = in.read()) {
        if (line.length() < MAX_LINE && c != '\r') {
          line.append((char) c);
        }
      }
      return line.toString();
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }
}
