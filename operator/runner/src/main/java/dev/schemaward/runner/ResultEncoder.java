package dev.schemaward.runner;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.schemaward.api.run.JobContract;
import dev.schemaward.api.run.RunResult;
import dev.schemaward.api.run.VerificationDocument;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Writes a {@link RunResult} that is never longer than a termination message may be, and always
 * valid JSON: long texts are cut at code points, long lists are cut, and at last only what the
 * operator needs to decide is left.
 */
final class ResultEncoder {
  private static final int[] TEXT_LIMITS = {1000, 600, 300, 150, 60};

  private final ObjectMapper mapper;
  private final UnaryOperator<String> redact;

  /**
   * @param redact masks secrets in a text. It works on texts before they are cut, since half a
   *     secret is not recognised; not on JSON, whose names and hashes must stay; and not on what
   *     this process or the operator made itself (ids, hashes).
   */
  ResultEncoder(ObjectMapper mapper, UnaryOperator<String> redact) {
    this.mapper = mapper;
    this.redact = redact;
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
            text(result.message(), 60),
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
            null,
            null,
            result.document(),
            verification(result.verification(), 60, 0),
            drift(result.drift(), 60, 0),
            result.durationMillis()));
  }

  private byte[] json(RunResult result) {
    try {
      return mapper.writeValueAsString(result).getBytes(StandardCharsets.UTF_8);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private RunResult shortened(RunResult r, int text, int items) {
    RunResult.Failure f = r.failure();
    RunResult.PlanSummary p = r.plan();
    return new RunResult(
        r.kind(),
        cut(r.runId(), 100),
        r.reason(),
        text(r.message(), text),
        cut(r.runnerBuild(), 100),
        r.target() == null
            ? null
            : new RunResult.Target(
                text(r.target().serverVersion(), 40),
                cut(r.target().systemIdentifier(), 64),
                text(r.target().database(), 63),
                text(r.target().schema(), 63)),
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
                text(p.headline(), text)),
        r.history() == null
            ? null
            : new RunResult.History(
                text(r.history().version(), 255),
                r.history().appliedCount(),
                r.history().pendingCount()),
        names(r.applied(), text, items),
        r.appliedCount(),
        r.resumed(),
        f == null
            ? null
            : new RunResult.Failure(
                text(f.migration(), 255),
                f.statement(),
                f.line(),
                f.sqlState(),
                text(f.error(), text),
                text(f.tookEffect(), text),
                text(f.advice(), text)),
        r.waitingFor() == null
            ? null
            : r.waitingFor().stream()
                .limit(3)
                .map(
                    b ->
                        new RunResult.Blocker(
                            b.pid(),
                            text(b.application(), 63),
                            text(b.state(), 40),
                            b.ageSeconds()))
                .toList(),
        r.recovery() == null
            ? null
            : r.recovery().stream()
                .limit(items)
                .map(
                    choice ->
                        new RunResult.RecoveryChoice(
                            choice.hash(),
                            choice.action(),
                            text(choice.title(), Math.min(160, text)),
                            choice.recommended()))
                .toList(),
        r.ledger(),
        r.document(),
        verification(r.verification(), text, items),
        drift(r.drift(), text, items),
        r.durationMillis());
  }

  private RunResult.Drift drift(RunResult.Drift d, int text, int items) {
    return d == null
        ? null
        : new RunResult.Drift(
            d.drifted(),
            d.high(),
            d.medium(),
            d.low(),
            d.ignored(),
            d.fingerprint(),
            names(d.objects(), text, items),
            text(d.revert(), Math.min(300, text)),
            text(d.adopt(), Math.min(300, text)));
  }

  /** The failed ones first: they are what a person must know. */
  private VerificationDocument verification(VerificationDocument v, int text, int items) {
    return v == null
        ? null
        : new VerificationDocument(
            v.ok(),
            v.total(),
            v.failed(),
            text(v.summary(), text),
            v.checks().stream()
                .sorted(Comparator.comparing(VerificationDocument.Check::ok))
                .limit(items)
                .map(
                    check ->
                        new VerificationDocument.Check(
                            check.kind(),
                            text(check.name(), Math.min(63, text)),
                            check.ok(),
                            check.outcome(),
                            text(check.expected(), Math.min(150, text)),
                            text(check.found(), Math.min(150, text)),
                            text(check.message(), text),
                            check.durationMs()))
                .toList());
  }

  private List<String> names(List<String> names, int text, int items) {
    return names == null
        ? null
        : names.stream().limit(items).map(name -> text(name, Math.min(255, text))).toList();
  }

  private String text(String text, int codePoints) {
    return cut(redact.apply(text), codePoints);
  }

  /** At most so many code points, an ellipsis in place of the rest; null stays null. */
  static String cut(String text, int codePoints) {
    if (text == null || text.codePointCount(0, text.length()) <= codePoints) {
      return text;
    }
    return text.substring(0, text.offsetByCodePoints(0, codePoints - 1)) + "…";
  }
}
