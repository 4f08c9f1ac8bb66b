package dev.schemaward.runner;

import dev.schemaward.engine.EngineException;
import dev.schemaward.engine.bundle.InvalidBundleException;
import dev.schemaward.engine.connect.Credentials;
import dev.schemaward.engine.connect.RoundTrip;
import dev.schemaward.engine.execute.ApplyRequest;
import dev.schemaward.engine.execute.RecoverRequest;

/** Makes, from the options that every command shares, the question for the ways on. */
final class Recoveries {
  private Recoveries() {}

  static RecoverRequest request(
      BundleOptions bundle,
      TargetOptions target,
      RunOptions run,
      Credentials credentials,
      String upTo,
      ApplyRequest.Approval approval)
      throws InvalidBundleException, EngineException {
    return new RecoverRequest(
        bundle.read(),
        credentials,
        target.schema,
        upTo,
        run.lockWait,
        approval,
        run.owner,
        run.takeOverFrom,
        run.knownLedger,
        run.run,
        BuildId.ID,
        RoundTrip.UNWATCHED);
  }
}
