package dev.schemaward.controller.act;

import dev.schemaward.api.v1alpha1.DatabaseMigrationSpec;
import io.fabric8.kubernetes.api.model.LocalObjectReference;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.Toleration;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * Everything that a Job must be told, resolved: what {@link JobTemplate} needs and nothing that it
 * would have to look up. No secret value; the Secret is a name.
 *
 * @param jobName name of the Job, at most 63 characters
 * @param runId id of the run; goes into results, ledger and {@code application_name}
 * @param marks annotations that say what the Job was made for
 * @param migration the DatabaseMigration
 * @param clusterId uid of namespace {@code kube-system}
 * @param mode what the run may do
 * @param bundle name of the ConfigMap with the bundle
 * @param secret name of the Secret with the database's address
 * @param secretKeys which key holds what ({@code url}, {@code directUrl}); may be empty
 * @param schema target schema; null for the URL's own
 * @param format {@code Auto}, {@code Prisma} or {@code Sql}
 * @param targetVersion last migration to apply; null for all
 * @param knownLedger {@code <id>:<epoch>} of the ledger as it was last seen; null when none was
 * @param takeOverFrom owner whose database is taken over; null
 * @param limits timeouts
 * @param placement image and pod settings
 */
public record RunRequest(
    String jobName,
    String runId,
    Map<String, String> marks,
    Owner migration,
    String clusterId,
    Mode mode,
    String bundle,
    String secret,
    Map<String, String> secretKeys,
    String schema,
    String format,
    String targetVersion,
    String knownLedger,
    String takeOverFrom,
    Limits limits,
    Placement placement) {

  /** The owner of the Job. */
  public record Owner(String namespace, String name, String uid) {}

  /** What a run may do. */
  public sealed interface Mode {
    /**
     * Look and plan.
     *
     * @param drift whether to compare the schema with its migrations; null for not
     */
    record Plan(Comparison drift) implements Mode {}

    /** Execute exactly this plan. */
    record Apply(String expectPlan, Approval approval) implements Mode {}

    /**
     * Plan, and execute unless the plan needs an approval.
     *
     * @param rule {@code OnHazard} or {@code Never}
     */
    record ApplyIfAllowed(String rule) implements Mode {}

    /** Perform exactly this recovery plan. */
    record Recover(String expect, Approval approval) implements Mode {}

    /**
     * Verify, and compare the schema with its migrations.
     *
     * @param drift whether to compare; null for not
     * @param verification {@code spec.verify} as JSON; null for nothing
     */
    record Check(Comparison drift, String verification) implements Mode {}
  }

  /**
   * A comparison of the schema with its migrations.
   *
   * @param ignores {@code kind name @attribute: reason} of what may differ
   */
  public record Comparison(List<String> ignores) {}

  /**
   * Who approved, for the ledger.
   *
   * @param by user names, comma-separated
   * @param channel how the approval came
   * @param reason why; may be null
   */
  public record Approval(String by, Instant at, String channel, String reason) {}

  /**
   * Bounds of a run.
   *
   * @param endBlockers null for none
   */
  public record Limits(
      Duration lockWait,
      Duration statementTimeout,
      Duration deadline,
      DatabaseMigrationSpec.EndBlockers endBlockers,
      DatabaseMigrationSpec.Lint lint) {}

  /** Where and how the pod runs; everything but the image may be null or empty. */
  public record Placement(
      String image,
      String imagePullPolicy,
      ResourceRequirements resources,
      String serviceAccountName,
      Map<String, String> nodeSelector,
      List<Toleration> tolerations,
      List<LocalObjectReference> imagePullSecrets) {}
}
