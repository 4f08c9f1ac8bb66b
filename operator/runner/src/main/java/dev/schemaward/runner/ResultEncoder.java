package dev.schemaward.runner;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.schemaward.api.run.JobContract;
import dev.schemaward.api.run.RunResult;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Writes a {@link RunResult} that is never longer than a termination message may be, and always
 * valid JSON: long texts are cut at code points, long lists are cut, and at last only what the
 * operator needs to decide is left.
 */
final class ResultEncoder {
  private static final int[] TEXT_LIMITS = {1000, 600, 300, 150, 60};

  private final ObjectMapper mapper;

  ResultEncoder(ObjectMapper mapper) {
    this.mapper = mapper;
  }

  byte[] encode(RunResult result) {
    for (int limit : TEXT_LIMITS) {
      byte[] json = json(shortened(result, limit, limit >= 300 ? 20 : 5));
      if (json.length <= JobContract.MAX_RESULT_BYTES) {
        return json;
      }
    }
    return json(
        new RunResult(
            result.kind(),
            cut(result.runId(), 60),
            result.reason(),
            cut(result.message(), 60),
            cut(result.runnerBuild(), 60),
            null,
            result.planHash(),
            null,
            null,
            List.of(),
            result.appliedCount(),
            result.resumed(),
            null,
            List.of(),
            result.document(),
            result.durationMillis()));
  }

  private byte[] json(RunResult result) {
    try {
      return mapper.writeValueAsString(result).getBytes(StandardCharsets.UTF_8);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static RunResult shortened(RunResult r, int text, int items) {
    RunResult.Failure f = r.failure();
    RunResult.PlanSummary p = r.plan();
    return new RunResult(
        r.kind(),
        cut(r.runId(), 100),
        r.reason(),
        cut(r.message(), text),
        cut(r.runnerBuild(), 100),
        r.target() == null
            ? null
            : new RunResult.Target(
                cut(r.target().serverVersion(), 40),
                cut(r.target().systemIdentifier(), 64),
                cut(r.target().database(), 63),
                cut(r.target().schema(), 63)),
        r.planHash(),
        p == null
            ? null
            : new RunResult.PlanSummary(
                p.bundleDigest(),
                p.format(),
                p.pendingCount(),
                names(p.pending(), text, items),
                p.block(),
                p.warn(),
                p.inform(),
                p.destructive(),
                cut(p.headline(), text)),
        r.history() == null
            ? null
            : new RunResult.History(
                cut(r.history().version(), 255),
                r.history().appliedCount(),
                r.history().pendingCount()),
        names(r.applied(), text, items),
        r.appliedCount(),
        r.resumed(),
        f == null
            ? null
            : new RunResult.Failure(
                cut(f.migration(), 255),
                f.statement(),
                f.line(),
                f.sqlState(),
                cut(f.error(), text),
                cut(f.tookEffect(), text),
                cut(f.advice(), text)),
        r.waitingFor() == null
            ? null
            : r.waitingFor().stream()
                .limit(3)
                .map(
                    b ->
                        new RunResult.Blocker(
                            b.pid(), cut(b.application(), 63), cut(b.state(), 40), b.ageSeconds()))
                .toList(),
        r.document(),
        r.durationMillis());
  }

  private static List<String> names(List<String> names, int text, int items) {
    return names == null
        ? null
        : names.stream().limit(items).map(name -> cut(name, Math.min(255, text))).toList();
  }

  /** At most so many code points, an ellipsis in place of the rest; null stays null. */
  static String cut(String text, int codePoints) {
    if (text == null || text.codePointCount(0, text.length()) <= codePoints) {
      return text;
    }
    return text.substring(0, text.offsetByCodePoints(0, codePoints - 1)) + "…";
  }
}
