package dev.schemaward.engine.execute;

import dev.schemaward.engine.bundle.Bundle;
import dev.schemaward.engine.connect.Credentials;
import dev.schemaward.engine.connect.RoundTrip;
import dev.schemaward.engine.ledger.LedgerMark;
import java.time.Duration;

/**
 * What to recover, and under whose authority.
 *
 * @param bundle up to its target version
 * @param schema target schema; null for the URL's, else the first of the role's search_path
 * @param upTo for a database without history: name of the last migration that is in it already;
 *     null to go by what is seen
 * @param lockWait how long to wait for the migration lock
 * @param approval who decided, for the ledger; null when not said
 * @param owner {@code <cluster>/<namespace>/<name>}; null claims nothing
 * @param takeOverFrom the present owner that {@code owner} may replace; null for none
 * @param known the ledger as it was last seen; null when nobody saw one
 * @param runId id of the run, unique
 * @param runnerBuild build id, for the ledger
 * @param roundTrip sees every message; for tests
 */
public record RecoverRequest(
    Bundle bundle,
    Credentials credentials,
    String schema,
    String upTo,
    Duration lockWait,
    ApplyRequest.Approval approval,
    String owner,
    String takeOverFrom,
    LedgerMark known,
    String runId,
    String runnerBuild,
    RoundTrip roundTrip) {}
