package dev.schemaward.engine.verify;

import java.util.List;

/**
 * Everything that must hold, in the order in which it is reported.
 *
 * @param catalogue read together, from one snapshot
 * @param queries read from the same snapshot
 * @param requests made at the same time, after the database was let go
 */
public record VerificationSpec(
    List<Check.InCatalogue> catalogue, List<Check.Sql> queries, List<Check.Http> requests) {
  public VerificationSpec {
    catalogue = List.copyOf(catalogue);
    queries = List.copyOf(queries);
    requests = List.copyOf(requests);
  }

  /** How many checks there are. */
  public int size() {
    return catalogue.size() + queries.size() + requests.size();
  }

  /** False when everything can be checked without a database. */
  public boolean needsDatabase() {
    return !catalogue.isEmpty() || !queries.isEmpty();
  }
}
