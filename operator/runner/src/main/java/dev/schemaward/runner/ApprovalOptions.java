package dev.schemaward.runner;

import dev.schemaward.engine.execute.ApplyRequest;
import picocli.CommandLine.Option;

/** Who decided; for the ledger. */
final class ApprovalOptions {
  @Option(
      names = "--approved-by",
      paramLabel = "USER",
      description = "For the ledger: who approved.")
  String by;

  @Option(names = "--approved-at", paramLabel = "TIME", description = "For the ledger: when.")
  String at;

  @Option(names = "--approval-channel", paramLabel = "TEXT", description = "For the ledger: how.")
  String channel;

  @Option(names = "--approval-reason", paramLabel = "TEXT", description = "For the ledger: why.")
  String reason;

  /** Null when nobody had to. */
  ApplyRequest.Approval approval() {
    return by == null ? null : new ApplyRequest.Approval(by, at, channel, reason);
  }
}
