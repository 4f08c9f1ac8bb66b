package dev.schemaward.engine.change;

import dev.schemaward.engine.bundle.Bundle;
import dev.schemaward.engine.hazard.Waiver;
import dev.schemaward.engine.shadow.ShadowSource;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;

/**
 * What is to be checked, and how.
 *
 * @param change the bundle as it would be
 * @param base what it changes
 * @param shadow where to try it
 * @param serverMajor of the databases that it is for; empty for what the shadow has
 * @param schema target schema
 * @param waivers findings that are accepted, beside those in the comments of the files
 * @param budget after which nothing further is begun on the shadow
 */
public record ChangeRequest(
    Bundle change,
    ChangeBase base,
    ShadowSource shadow,
    OptionalInt serverMajor,
    String schema,
    List<Waiver> waivers,
    Duration budget) {
  public ChangeRequest {
    waivers = List.copyOf(waivers);
  }
}
