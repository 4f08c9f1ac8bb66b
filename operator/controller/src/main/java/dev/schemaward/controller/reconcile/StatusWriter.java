package dev.schemaward.controller.reconcile;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.schemaward.api.v1alpha1.DatabaseMigration;
import dev.schemaward.api.v1alpha1.DatabaseMigrationStatus;
import io.fabric8.kubernetes.client.KubernetesClient;

/**
 * Writes a status, whole and only over the version that was read: whoever changed the object
 * meanwhile makes this fail with a conflict, and the world is looked at again.
 */
final class StatusWriter {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final KubernetesClient client;

  StatusWriter(KubernetesClient client) {
    this.client = client;
  }

  /** True when writing {@code next} would change nothing. */
  static boolean isSame(DatabaseMigrationStatus before, DatabaseMigrationStatus next) {
    return JSON.valueToTree(before).equals(JSON.valueToTree(next));
  }

  /**
   * Writes it.
   *
   * @return the object as it is now
   */
  DatabaseMigration write(DatabaseMigration read, DatabaseMigrationStatus next) {
    DatabaseMigration changed = new DatabaseMigration();
    changed.setMetadata(read.getMetadata());
    changed.setSpec(read.getSpec());
    changed.setStatus(next);
    return client.resource(changed).lockResourceVersion().updateStatus();
  }
}
