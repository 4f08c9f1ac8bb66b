package dev.schemaward.engine.drift;

import dev.schemaward.engine.bundle.Bundle;
import dev.schemaward.engine.connect.Credentials;
import dev.schemaward.engine.shadow.ShadowSource;
import java.util.List;

/**
 * What is compared with what.
 *
 * @param bundle the migrations; those that the database's history says are applied make the
 *     expected schema
 * @param credentials of the live database; a role that may read the catalogue and the history
 * @param schema target schema; null for the URL's, else the first of the role's search_path
 * @param shadow where the expected schema is built
 * @param ignores what may differ
 * @param proposals true when the two ways out are wanted too
 */
public record DriftRequest(
    Bundle bundle,
    Credentials credentials,
    String schema,
    ShadowSource shadow,
    List<DriftIgnore> ignores,
    boolean proposals) {
  public DriftRequest {
    ignores = List.copyOf(ignores);
  }
}
