package dev.schemaward.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.kubernetes.api.model.LocalObjectReference;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.Toleration;
import java.util.List;
import java.util.Map;

/**
 * What a DatabaseMigration asks for. Nothing but {@code source} and {@code target} is required;
 * absent values are what the API server's defaults say, also in an object that never saw it.
 *
 * @param source where the bundle is
 * @param format how the bundle is laid out
 * @param targetVersion last migration to apply; null for all
 * @param target the database
 * @param approval when a person must agree
 * @param lint which findings keep a plan from running
 * @param execution timeouts and attempts
 * @param verify what must hold after a run; null for nothing
 * @param drift when the schema is compared with its migrations; null for never
 * @param runner how the Job's pod is made
 * @param suspend true: nothing new is planned or applied
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record DatabaseMigrationSpec(
    @Required @JsonPropertyDescription("Where the bundle of migrations is.") Source source,
    @Default("Auto")
        @JsonPropertyDescription(
            "Layout of the bundle, and with it the history table. Auto recognises Prisma, Flyway,"
                + " golang-migrate and dbmate by what no other has, and takes anything else for"
                + " plain SQL files named <version>_<name>.sql.")
        Format format,
    @Size(max = 253)
        @Pattern("^[A-Za-z0-9][A-Za-z0-9._-]*$")
        @JsonPropertyDescription(
            "Name of the last migration to apply; later ones stay pending. Absent: all. It must"
                + " exist in the bundle.")
        String targetVersion,
    @Required @JsonPropertyDescription("The database whose schema is migrated.") Target target,
    @JsonPropertyDescription("When a person must approve a plan before it is applied.")
        Approval approval,
    @JsonPropertyDescription("Which findings keep a plan from running, and which are accepted.")
        Lint lint,
    @JsonPropertyDescription("Timeouts and attempts of a run.") Execution execution,
    @JsonPropertyDescription(
            "What must hold in the database, and around it, after a run. Absent: nothing is"
                + " checked. What does not hold is Stalled: VerificationFailed.")
        VerifySpec verify,
    @JsonPropertyDescription(
            "Comparison of the live schema with the one that the applied migrations make: after"
                + " each run, every interval, and when annotation schemaward.dev/check-requested-at"
                + " gets a new value. Absent: never; {} is every hour.")
        Drift drift,
    @JsonPropertyDescription("How the pod of a Job is made.") Runner runner,
    @Default("false")
        @JsonPropertyDescription(
            "True: nothing new is planned or applied; a run that has started ends by itself.")
        Boolean suspend) {

  public DatabaseMigrationSpec {
    format = format == null ? Format.Auto : format;
    approval = approval == null ? new Approval(null, null) : approval;
    execution = execution == null ? new Execution(null, null, null, null, null) : execution;
    lint = lint == null ? new Lint(null, null) : lint;
    runner = runner == null ? new Runner(null, null, null, null, null) : runner;
    suspend = suspend != null && suspend;
  }

  /** Layout of a bundle. */
  public enum Format {
    Auto,
    Prisma,
    Flyway,
    GolangMigrate,
    Dbmate,
    Sql
  }

  /** When an approval is needed; a production namespace always needs one. */
  public enum ApprovalRule {
    Always,
    OnHazard,
    Never
  }

  /**
   * Where the bundle is.
   *
   * @param configMap a ConfigMap in the same namespace
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Source(
      @Required
          @JsonPropertyDescription(
              "A ConfigMap of the same namespace: one key <migration>.sql for each migration (and"
                  + " migration_lock.toml for Prisma), or one key bundle.tar.gz.")
          ConfigMapSource configMap) {}

  /**
   * A ConfigMap.
   *
   * @param name its name
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record ConfigMapSource(
      @Required @Size(min = 1, max = 253) @JsonPropertyDescription("Name of the ConfigMap.")
          String name) {}

  /**
   * The database.
   *
   * @param secretRef the Secret that says where it is
   * @param schema its schema; null for the one that the URL names, else {@code public}
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Target(
      @Required
          @JsonPropertyDescription(
              "The Secret of the same namespace with the database's address and credentials. It is"
                  + " mounted into the Job; the operator never reads it.")
          SecretReference secretRef,
      @Size(min = 1, max = 63)
          @JsonPropertyDescription(
              "Schema to migrate. Absent: the one that the URL names, else public.")
          String schema) {}

  /**
   * A Secret and where in it things are.
   *
   * @param name its name
   * @param keys which key holds what; null when the layout is recognised
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record SecretReference(
      @Required @Size(min = 1, max = 253) @JsonPropertyDescription("Name of the Secret.")
          String name,
      @JsonPropertyDescription(
              "Which key holds what, where the layout is not a known one (DATABASE_URL and"
                  + " DIRECT_URL, CloudNativePG, Zalando, Crunchy, Service Binding).")
          SecretKeys keys) {}

  /**
   * Keys of a Secret.
   *
   * @param url key with the connection URL
   * @param directUrl key with a URL that goes around a pooler; wins over {@code url}
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record SecretKeys(
      @Size(min = 1, max = 253)
          @Pattern("^[-._a-zA-Z0-9]+$")
          @JsonPropertyDescription("Key that holds the connection URL.")
          String url,
      @Size(min = 1, max = 253)
          @Pattern("^[-._a-zA-Z0-9]+$")
          @JsonPropertyDescription(
              "Key that holds a URL that leads around a connection pooler; it wins over url.")
          String directUrl) {

    /** As the runner's option {@code --secret-key} wants them; empty when nothing is set. */
    public Map<String, String> asMap() {
      Map<String, String> keys = new java.util.TreeMap<>();
      if (url != null) {
        keys.put("url", url);
      }
      if (directUrl != null) {
        keys.put("directUrl", directUrl);
      }
      return keys;
    }
  }

  /**
   * When a person must agree.
   *
   * @param required the rule
   * @param validFor how long an approval may be used, like {@code 24h}
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Approval(
      @Default("OnHazard")
          @JsonPropertyDescription(
              "Always: every plan needs an approval. OnHazard: a plan that destroys something or"
                  + " has a blocking finding does. Never: none does. In a namespace labelled"
                  + " schemaward.dev/environment=production every plan needs one whatever stands"
                  + " here.")
          ApprovalRule required,
      @Default("24h")
          @Pattern(Durations.PATTERN)
          @Size(max = 32)
          @JsonPropertyDescription(
              "How long an approval may be used after it was first seen, for example 24h; then a"
                  + " new one is needed.")
          String validFor) {
    public Approval {
      required = required == null ? ApprovalRule.OnHazard : required;
      validFor = validFor == null ? "24h" : validFor;
    }
  }

  /**
   * Timeouts and attempts.
   *
   * @param lockWait how long to wait for the migration lock
   * @param statementTimeout longest time of one statement
   * @param deadline longest time of a run
   * @param maxAttempts how often a run is started again that ended without a result
   * @param endBlockers which sessions in the way may be ended; null for none
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Execution(
      @Default("2m")
          @Pattern(Durations.PATTERN)
          @Size(max = 32)
          @JsonPropertyDescription(
              "How long a run waits for the migration lock and for busy tables, for example 2m;"
                  + " then it steps back and is started again later.")
          String lockWait,
      @Default("15m")
          @Pattern(Durations.PATTERN)
          @Size(max = 32)
          @JsonPropertyDescription("Longest time of one statement, for example 15m.")
          String statementTimeout,
      @Default("1h")
          @Pattern(Durations.PATTERN)
          @Size(max = 32)
          @JsonPropertyDescription("Longest time of a run, for example 1h.")
          String deadline,
      @Default("5")
          @Min(1)
          @Max(100)
          @JsonPropertyDescription(
              "How often in a row a run is started that ends without a result (pod lost, out of"
                  + " memory). A database that does not answer is asked again without end.")
          Integer maxAttempts,
      @JsonPropertyDescription(
              "Which sessions in the way of a statement may be ended; absent: none. Never a"
                  + " superuser's, a walsender, a backup or a vacuum.")
          EndBlockers endBlockers) {
    public Execution {
      lockWait = lockWait == null ? "2m" : lockWait;
      statementTimeout = statementTimeout == null ? "15m" : statementTimeout;
      deadline = deadline == null ? "1h" : deadline;
      maxAttempts = maxAttempts == null ? 5 : maxAttempts;
    }
  }

  /** What drift means for runs. */
  public enum OnDrift {
    Report,
    Block
  }

  /**
   * Comparison of the live schema with the expected one.
   *
   * @param interval time between two comparisons
   * @param onDrift what drift means for runs
   * @param ignore what may differ
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Drift(
      @Default("1h")
          @Pattern(Durations.PATTERN)
          @Size(max = 32)
          @JsonPropertyDescription(
              "Time between two comparisons, for example 1h; up to a tenth more, so that not all"
                  + " come at once. At least 10s.")
          String interval,
      @Default("Report")
          @JsonPropertyDescription(
              "Report: condition Drifted says it. Block: besides, nothing is executed on a schema"
                  + " that has drifted, or of which nobody can say whether it has.")
          OnDrift onDrift,
      @JsonPropertyDescription("What may differ, and why.") @Size(max = 100)
          List<DriftIgnore> ignore) {
    public Drift {
      interval = interval == null ? "1h" : interval;
      onDrift = onDrift == null ? OnDrift.Report : onDrift;
      ignore = ignore == null ? List.of() : List.copyOf(ignore);
    }
  }

  /**
   * Something that may differ.
   *
   * @param objects kind, name and attribute
   * @param reason why
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record DriftIgnore(
      @Required
          @Size(min = 1, max = 256)
          @Pattern("^[^:]+$")
          @JsonPropertyDescription(
              "Kind, name and @attribute, each with * for anything: table public.tmp_*, or * *"
                  + " @comment.")
          String objects,
      @Required
          @Size(min = 1, max = 256)
          @JsonPropertyDescription("Why it may differ; it is shown in the report.")
          String reason) {}

  /**
   * Sessions in the way that may be ended.
   *
   * @param idleInTransactionFor those that are idle in a transaction for longer; null for none
   * @param applicationName those whose application_name matches; null for none
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record EndBlockers(
      @Pattern(Durations.PATTERN)
          @Size(max = 32)
          @JsonPropertyDescription(
              "Sessions that have been idle in a transaction for longer are ended, for example 5m.")
          String idleInTransactionFor,
      @Size(max = 256)
          @JsonPropertyDescription(
              "Regular expression for application_name: their statements are cancelled; those idle"
                  + " in a transaction are ended.")
          String applicationName) {}

  /**
   * Which findings keep a plan from running.
   *
   * @param block rules and classes
   * @param waive findings that are accepted
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Lint(
      @JsonPropertyDescription(
              "Rules (drop-column) or classes (destructive, lock, rewrite, scan …) whose findings"
                  + " keep a plan from running, whoever approves it.")
          List<String> block,
      @JsonPropertyDescription(
              "Findings that are accepted. An accepted destruction still needs an approval.")
          List<Waive> waive) {
    public Lint {
      block = block == null ? List.of() : List.copyOf(block);
      waive = waive == null ? List.of() : List.copyOf(waive);
    }
  }

  /**
   * A finding that is accepted.
   *
   * @param rule id of the rule
   * @param migration name of the migration; null for every one
   * @param reason why
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Waive(
      @Required
          @Size(min = 1, max = 64)
          @Pattern("^[a-z0-9-]+$")
          @JsonPropertyDescription("Id of the rule, for example drop-column.")
          String rule,
      @Size(max = 253)
          @Pattern("^[A-Za-z0-9][A-Za-z0-9._-]*$")
          @JsonPropertyDescription("Name of the migration. Absent: every one.")
          String migration,
      @Required
          @Size(min = 1, max = 1024)
          @JsonPropertyDescription("Why it is accepted; it is shown in the plan.")
          String reason) {}

  /**
   * The Job's pod.
   *
   * @param resources of the container; null for the built-in ones
   * @param serviceAccountName of the pod; null for the namespace's default
   * @param nodeSelector labels that the node must have
   * @param tolerations taints that the pod tolerates
   * @param imagePullSecrets Secrets to pull the runner image with
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record Runner(
      @JsonPropertyDescription(
              "Resources of the container. Absent: 50m CPU and 192Mi memory requested, memory"
                  + " limited to 384Mi.")
          ResourceRequirements resources,
      @Size(max = 253)
          @JsonPropertyDescription(
              "ServiceAccount of the pod, for cloud identity; its token is not mounted.")
          String serviceAccountName,
      @JsonPropertyDescription("Labels that the node must have.") Map<String, String> nodeSelector,
      @JsonPropertyDescription("Taints that the pod tolerates.") List<Toleration> tolerations,
      @JsonPropertyDescription("Secrets to pull the runner image with.")
          List<LocalObjectReference> imagePullSecrets) {
    public Runner {
      nodeSelector = nodeSelector == null ? Map.of() : nodeSelector;
      tolerations = tolerations == null ? List.of() : tolerations;
      imagePullSecrets = imagePullSecrets == null ? List.of() : imagePullSecrets;
    }
  }
}
