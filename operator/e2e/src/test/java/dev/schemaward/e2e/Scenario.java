package dev.schemaward.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceBuilder;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/**
 * One team's namespace with its own database, driven as a user drives it: objects applied,
 * annotations set, status read. Speaks JSON, not the CRD's Java classes, so that it sees what
 * {@code kubectl} sees.
 */
final class Scenario implements AutoCloseable {
  static final ResourceDefinitionContext MIGRATIONS =
      new ResourceDefinitionContext.Builder()
          .withGroup("schemaward.dev")
          .withVersion("v1alpha1")
          .withKind("DatabaseMigration")
          .withPlural("databasemigrations")
          .withNamespaced(true)
          .build();

  /** Long enough for a Job on two busy cores; a scenario that needs it all has failed. */
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private static final AtomicInteger COUNTER = new AtomicInteger();

  private final Platform platform;
  private final KubernetesClient client;
  private final String namespace;
  private final String database;

  Scenario(Platform platform, String name, boolean production) {
    this.platform = platform;
    this.client = platform.client();
    this.namespace =
        "e2e-" + name + "-" + Long.toString(System.nanoTime() & 0xffffff, 36) + COUNTER.get();
    this.database = platform.createDatabase("e2e_" + COUNTER.incrementAndGet());
    client
        .resource(
            new NamespaceBuilder()
                .withNewMetadata()
                .withName(namespace)
                .addToLabels("pod-security.kubernetes.io/enforce", "restricted")
                .addToLabels(
                    "schemaward.dev/environment", production ? "production" : "development")
                .endMetadata()
                .build())
        .create();
  }

  String namespace() {
    return namespace;
  }

  String database() {
    return database;
  }

  /** Writes the bundle's ConfigMap: name, SQL, name, SQL … */
  void bundle(String... namesAndSql) {
    Map<String, String> data = new LinkedHashMap<>();
    data.put("migration_lock.toml", "provider = \"postgresql\"\n");
    for (int i = 0; i < namesAndSql.length; i += 2) {
      data.put(namesAndSql[i] + ".sql", namesAndSql[i + 1]);
    }
    client
        .resource(
            new ConfigMapBuilder()
                .withNewMetadata()
                .withName("bundle")
                .withNamespace(namespace)
                .endMetadata()
                .withData(data)
                .build())
        .forceConflicts()
        .serverSideApply();
  }

  void secret() {
    secret(platform.databaseUrlForPods(database));
  }

  void secret(String url) {
    client
        .resource(
            new SecretBuilder()
                .withNewMetadata()
                .withName("db")
                .withNamespace(namespace)
                .endMetadata()
                .addToStringData("DATABASE_URL", url)
                .build())
        .forceConflicts()
        .serverSideApply();
  }

  /** Applies a DatabaseMigration named {@code name} with these additions to its spec. */
  void migration(String name, Map<String, Object> additions) {
    Map<String, Object> spec = new LinkedHashMap<>();
    spec.put("source", Map.of("configMap", Map.of("name", "bundle")));
    spec.put("target", Map.of("secretRef", Map.of("name", "db")));
    spec.putAll(additions);
    client
        .resource(
            new GenericKubernetesResourceBuilder()
                .withApiVersion("schemaward.dev/v1alpha1")
                .withKind("DatabaseMigration")
                .withNewMetadata()
                .withName(name)
                .withNamespace(namespace)
                .endMetadata()
                .addToAdditionalProperties("spec", spec)
                .build())
        .forceConflicts()
        .serverSideApply();
  }

  void migration(String name) {
    migration(name, Map.of());
  }

  Resource<GenericKubernetesResource> resource(String name) {
    return client.genericKubernetesResources(MIGRATIONS).inNamespace(namespace).withName(name);
  }

  GenericKubernetesResource get(String name) {
    return Objects.requireNonNull(resource(name).get(), name);
  }

  /** Approves in one request, under the approver's own name, as the documentation says. */
  void approve(String name, String hash) {
    annotate(
        name,
        Map.of(
            "approval.schemaward.dev/approve",
            hash,
            "approval.schemaward.dev/by",
            platform.userName(),
            "approval.schemaward.dev/reason",
            "reviewed in the e2e test"));
  }

  void reject(String name, String hash) {
    annotate(
        name,
        Map.of(
            "approval.schemaward.dev/reject",
            hash,
            "approval.schemaward.dev/by",
            platform.userName(),
            "approval.schemaward.dev/reason",
            "not on a Friday"));
  }

  void annotate(String name, Map<String, String> annotations) {
    resource(name)
        .edit(
            current -> {
              Map<String, String> merged = new LinkedHashMap<>();
              if (current.getMetadata().getAnnotations() != null) {
                merged.putAll(current.getMetadata().getAnnotations());
              }
              merged.putAll(annotations);
              current.getMetadata().setAnnotations(merged);
              return current;
            });
  }

  /** Waits until Ready has this reason for the present generation, and returns the object. */
  GenericKubernetesResource awaitReason(String name, String... reasons) {
    return await(
        name,
        "Ready's reason to be one of " + List.of(reasons),
        migration -> List.of(reasons).contains(ready(migration, "reason")));
  }

  GenericKubernetesResource awaitReady(String name) {
    return await(
        name, "Ready=True", migration -> Objects.equals(ready(migration, "status"), "True"));
  }

  GenericKubernetesResource await(
      String name, String what, Predicate<GenericKubernetesResource> condition) {
    try {
      Awaitility.await()
          .atMost(PATIENCE)
          .pollInterval(Duration.ofMillis(200))
          .until(() -> isCurrent(get(name)) && condition.test(get(name)));
    } catch (ConditionTimeoutException e) {
      throw new AssertionError(
          "waited in vain for "
              + what
              + " of "
              + name
              + "; its status is "
              + status(name)
              + "\n"
              + ClusterReport.of(client, Platform.OPERATOR_NAMESPACE, namespace),
          e);
    }
    return get(name);
  }

  private static boolean isCurrent(GenericKubernetesResource migration) {
    Object observed = migration.get("status", "observedGeneration");
    return observed instanceof Number number
        && number.longValue() == migration.getMetadata().getGeneration();
  }

  Object status(String name) {
    return get(name).getAdditionalProperties().get("status");
  }

  static String planHash(GenericKubernetesResource migration) {
    return migration.get("status", "plan", "hash");
  }

  static String ready(GenericKubernetesResource migration, String field) {
    return condition(migration, "Ready", field);
  }

  /** A field of a condition; null when the condition or the field is absent. */
  static String condition(GenericKubernetesResource migration, String type, String field) {
    List<Map<String, Object>> conditions = migration.get("status", "conditions");
    if (conditions == null) {
      return null;
    }
    return conditions.stream()
        .filter(condition -> type.equals(condition.get("type")))
        .map(condition -> (String) condition.get(field))
        .findFirst()
        .orElse(null);
  }

  List<Job> jobs() {
    return client.batch().v1().jobs().inNamespace(namespace).list().getItems();
  }

  List<Job> jobs(String subcommand) {
    return jobs().stream()
        .filter(
            job ->
                job.getSpec()
                    .getTemplate()
                    .getSpec()
                    .getContainers()
                    .getFirst()
                    .getArgs()
                    .contains(subcommand))
        .toList();
  }

  /** Runs SQL as the database's owner. */
  void sql(String sql) {
    try (Connection connection = platform.connect(database);
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  /** First column of every row, as text. */
  List<String> query(String sql) {
    try (Connection connection = platform.connect(database);
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      List<String> values = new ArrayList<>();
      while (rows.next()) {
        values.add(rows.getString(1));
      }
      return values;
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  /** Tables of schema public without the tool's own. */
  List<String> tables() {
    return query(
        "select tablename from pg_tables where schemaname = 'public'"
            + " and tablename <> '_prisma_migrations' order by 1");
  }

  /**
   * Names of finished migrations in Prisma's table, one entry a row; empty when there is no table.
   */
  List<String> applied() {
    if (query("select to_regclass('public._prisma_migrations')::text").getFirst() == null) {
      return List.of();
    }
    return query(
        "select migration_name from public._prisma_migrations where finished_at is not null"
            + " and rolled_back_at is null order by started_at, migration_name");
  }

  /** Nothing of ours is in the database: no table, no history, no ledger. */
  void assertUntouched() {
    assertThat(tables()).isEmpty();
    assertThat(applied()).isEmpty();
  }

  @Override
  public void close() {
    client.namespaces().withName(namespace).delete();
  }
}
