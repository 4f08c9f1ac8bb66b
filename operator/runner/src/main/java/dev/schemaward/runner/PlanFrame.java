package dev.schemaward.runner;

import dev.schemaward.api.run.JobContract;
import dev.schemaward.api.run.RunResult;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.GZIPOutputStream;

/**
 * A plan document as lines of a log, which the operator can check for completeness: see {@link
 * JobContract}.
 */
record PlanFrame(List<String> lines, RunResult.Document document) {
  private static final int LINE = 4000;

  static PlanFrame of(byte[] json) {
    try {
      String sha256 = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(json));
      ByteArrayOutputStream packed = new ByteArrayOutputStream();
      try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
        gzip.write(json);
      }
      String text = Base64.getEncoder().encodeToString(packed.toByteArray());
      List<String> lines = new ArrayList<>();
      lines.add(JobContract.FRAME_BEGIN + " " + json.length + " " + sha256);
      for (int at = 0; at < text.length(); at += LINE) {
        lines.add(text.substring(at, Math.min(text.length(), at + LINE)));
      }
      lines.add(JobContract.FRAME_END);
      return new PlanFrame(lines, new RunResult.Document(json.length, sha256));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
