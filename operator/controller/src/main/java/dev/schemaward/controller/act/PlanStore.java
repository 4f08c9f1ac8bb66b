package dev.schemaward.controller.act;

import dev.schemaward.api.run.PlanDocument;
import io.fabric8.kubernetes.api.model.HasMetadata;

/** Keeps plan documents where people and programs read them. */
public interface PlanStore {
  /**
   * Stores a plan; storing the same one again changes nothing, and a stored plan that somebody
   * changed is replaced.
   *
   * @param owner the DatabaseMigration it was made for
   * @param json the verified document as the runner wrote it
   * @param plan the same, parsed
   * @return name of the ConfigMap
   */
  String store(HasMetadata owner, byte[] json, PlanDocument plan);

  /** Deletes every plan of {@code owner} but the one with this short id. */
  void prune(HasMetadata owner, String keepShortId);
}
