package dev.schemaward.api.run;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;

/**
 * The plan as people and programs read it: {@code schemaward plan --output json}, and the plan
 * ConfigMap. Field names are an interface.
 *
 * @param hash {@code sha256:<64 hex>}
 * @param shortId the first 6 hex digits of the hash
 * @param bundle the bundle
 * @param target the database the plan was made for
 * @param pending migrations in the order of execution
 * @param statements every statement of every pending migration
 * @param findings hazards
 * @param summary one sentence
 * @param compatibility whether the application's present version can go on beside it; null when
 *     nobody looked
 * @param shadow what the effects were measured on; null when nobody looked
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
@JsonIgnoreProperties(ignoreUnknown = true)
public record PlanDocument(
    String hash,
    String shortId,
    Bundle bundle,
    RunResult.Target target,
    List<Pending> pending,
    List<Statement> statements,
    List<Finding> findings,
    String summary,
    Compatibility compatibility,
    Shadow shadow) {

  /** A plan that nobody looked into. */
  public PlanDocument(
      String hash,
      String shortId,
      Bundle bundle,
      RunResult.Target target,
      List<Pending> pending,
      List<Statement> statements,
      List<Finding> findings,
      String summary) {
    this(hash, shortId, bundle, target, pending, statements, findings, summary, null, null);
  }

  /**
   * The bundle.
   *
   * @param format for example {@code Prisma}
   * @param digest {@code sha256:<64 hex>}
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Bundle(String format, String digest) {}

  /**
   * A pending migration.
   *
   * @param migration its name
   * @param checksum lower-case hex SHA-256 of its file
   * @param transactional true when it takes effect as a whole or not at all
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Pending(String migration, String checksum, boolean transactional) {}

  /**
   * A statement.
   *
   * @param migration name of its migration
   * @param index number in its file, from 1
   * @param line line in its file, from 1
   * @param sql its text
   * @param kind what it is, for example {@code CREATE TABLE}
   * @param transactional false when it refuses to run in a transaction block
   * @param measured true when locks, rewrites and scans were observed on a shadow database
   * @param notMeasured why not; null when measured
   * @param locks relation locks that it takes, strongest mode per relation
   * @param rewrites tables that it writes anew, {@code schema.name}
   * @param scans tables that it reads as a whole
   * @param indexBuilds indexes that it builds
   * @param durationMs how long it ran on the shadow, in milliseconds; null when not measured
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Statement(
      String migration,
      int index,
      int line,
      String sql,
      String kind,
      boolean transactional,
      boolean measured,
      String notMeasured,
      List<Lock> locks,
      List<String> rewrites,
      List<String> scans,
      List<String> indexBuilds,
      Double durationMs) {}

  /**
   * A lock on a relation.
   *
   * @param relation {@code schema.name}
   * @param mode PostgreSQL's own name, for example {@code AccessExclusiveLock}
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Lock(String relation, String mode) {}

  /**
   * A hazard.
   *
   * @param rule id of the rule, for example {@code drop-column}
   * @param severity {@code block}, {@code warn} or {@code inform}
   * @param hazardClass {@code destructive}, {@code lock}, {@code transaction} …; JSON name {@code
   *     class}
   * @param migration name of the migration
   * @param index number of the statement, from 1; 0 for the whole file
   * @param line line in the file, from 1
   * @param message the consequence, in one sentence
   * @param saferWay what to do instead; null when there is nothing better
   * @param waived the reason of a waiver; null when not waived
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Finding(
      String rule,
      String severity,
      @com.fasterxml.jackson.annotation.JsonProperty("class") String hazardClass,
      String migration,
      int index,
      int line,
      String message,
      String saferWay,
      String waived) {}

  /**
   * Whether the plan can run while the version of the application that is deployed now goes on.
   *
   * @param verdict {@code safe}, {@code tightens}, {@code unknown} or {@code breaks}
   * @param summary one sentence
   * @param changes what is not safe, in the order of the statements
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Compatibility(String verdict, String summary, List<Change> changes) {}

  /**
   * A change that the application may notice.
   *
   * @param verdict as above, of this change
   * @param migration name of its migration
   * @param index number of the statement in its file, from 1
   * @param line line in the file, from 1
   * @param what the change and its consequence, one sentence
   * @param proposal how to do it in steps
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Change(
      String verdict, String migration, int index, int line, String what, String proposal) {}

  /**
   * The shadow database that statements were measured on.
   *
   * @param serverVersion for example {@code 18.6}; null when there was none
   * @param faults in what it may differ from the target, one sentence each; empty when it had
   *     everything
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Shadow(String serverVersion, List<String> faults) {}
}
