package dev.schemaward.controller.act;

import dev.schemaward.api.run.DriftReportDocument;
import io.fabric8.kubernetes.api.model.HasMetadata;

/** Keeps the last report of drift where people and programs read it. */
public interface DriftStore {
  /** Stores the report; one that says that nothing differs takes away what was stored. */
  void store(HasMetadata owner, DriftReportDocument report);
}
