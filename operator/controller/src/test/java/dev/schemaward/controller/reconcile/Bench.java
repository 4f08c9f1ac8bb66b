package dev.schemaward.controller.reconcile;

import dev.schemaward.api.v1alpha1.Annotations;
import dev.schemaward.api.v1alpha1.DatabaseMigration;
import dev.schemaward.api.v1alpha1.DatabaseMigrationStatus.Condition;
import dev.schemaward.controller.ApiServer;
import dev.schemaward.controller.app.OperatorConfiguration;
import dev.schemaward.controller.app.OperatorProcess;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.http.Interceptor;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/**
 * A namespace with an operator that serves it alone, and a node that is played. What happens in it
 * is real but for the pods.
 */
final class Bench implements AutoCloseable {
  static final Duration PATIENCE = Duration.ofMinutes(2);

  final ApiServer server = ApiServer.shared();
  final KubernetesClient client = server.client();
  final String namespace;
  final FakeRunner runner;
  final FakeKubelet kubelet;
  private final List<OperatorProcess> operators = new ArrayList<>();

  Bench(boolean production) {
    namespace = server.namespace(production);
    runner = new FakeRunner(client, namespace);
    kubelet = new FakeKubelet(client, namespace, runner);
  }

  /** Starts an operator for this namespace. */
  OperatorProcess operator(Interceptor... interceptors) {
    return operator(List.of(), interceptors);
  }

  OperatorProcess operator(List<String> flags, Interceptor... interceptors) {
    return operator(flags, server.operatorClient(interceptors));
  }

  OperatorProcess operator(List<String> flags, KubernetesClient as) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--runner-image=registry.example.com/runner@sha256:1",
                "--watch-namespaces=" + namespace,
                "--identity=operator-" + operators.size(),
                "--http-port=0",
                "--resync=1h"));
    arguments.addAll(flags);
    try {
      OperatorProcess operator =
          new OperatorProcess(
              OperatorConfiguration.parse(arguments, Map.of()),
              as,
              kubelet,
              InstantSource.system(),
              "test",
              () -> {});
      operators.add(operator);
      operator.start();
      return operator;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Writes the bundle: name, SQL, name, SQL … */
  void bundle(String... namesAndSql) {
    Map<String, String> data = new LinkedHashMap<>();
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

  /** Applies DatabaseMigration {@code orders} with these lines added to its spec. */
  void migration(String... lines) {
    StringBuilder yaml =
        new StringBuilder(
            """
            apiVersion: schemaward.dev/v1alpha1
            kind: DatabaseMigration
            metadata: {name: orders, namespace: %s}
            spec:
              source: {configMap: {name: bundle}}
              target: {secretRef: {name: db}}
            """
                .formatted(namespace));
    for (String line : lines) {
      yaml.append("  ").append(line).append('\n');
    }
    client
        .resource(Serialization.unmarshal(yaml.toString(), DatabaseMigration.class))
        .forceConflicts()
        .serverSideApply();
  }

  Resource<DatabaseMigration> orders() {
    return client.resources(DatabaseMigration.class).inNamespace(namespace).withName("orders");
  }

  /** Approves as {@code user}, as the documentation says. */
  void approve(String user, String hash) {
    annotateAs(user, Map.of(Annotations.APPROVE, hash, Annotations.BY, user));
  }

  /** Approves whatever waits, until something was approved or {@code end} holds. */
  void approveWhenAsked(String user, BooleanSupplier end) {
    Awaitility.await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(50))
        .until(
            () -> {
              DatabaseMigration now = orders().get();
              boolean waits = "AwaitingApproval".equals(reason(now));
              boolean given = now.getMetadata().getAnnotations().containsKey(Annotations.APPROVE);
              if (waits && !given && !end.getAsBoolean()) {
                approve(user, now.getStatus().plan().hash());
              }
              return end.getAsBoolean() || "UpToDate".equals(reason(now));
            });
  }

  void annotateAs(String user, Map<String, String> annotations) {
    try (KubernetesClient as = server.client(user)) {
      as.resources(DatabaseMigration.class)
          .inNamespace(namespace)
          .withName("orders")
          .patch(
              io.fabric8.kubernetes.client.dsl.base.PatchContext.of(
                  io.fabric8.kubernetes.client.dsl.base.PatchType.JSON_MERGE),
              Serialization.asJson(Map.of("metadata", Map.of("annotations", annotations))));
    }
  }

  static String reason(DatabaseMigration migration) {
    Condition ready = ready(migration);
    return ready == null ? null : ready.reason();
  }

  static Condition ready(DatabaseMigration migration) {
    return migration.getStatus() == null ? null : migration.getStatus().condition(Condition.READY);
  }

  /** Waits until Ready has this reason for the present generation. */
  DatabaseMigration await(String reason) {
    return await("reason " + reason, migration -> reason.equals(reason(migration)));
  }

  DatabaseMigration await(String what, Predicate<DatabaseMigration> condition) {
    try {
      Awaitility.await()
          .atMost(PATIENCE)
          .pollInterval(Duration.ofMillis(50))
          .until(
              () -> {
                DatabaseMigration now = orders().get();
                return now.getStatus() != null
                    && now.getMetadata()
                        .getGeneration()
                        .equals(now.getStatus().observedGeneration())
                    && condition.test(now);
              });
    } catch (ConditionTimeoutException e) {
      throw new AssertionError(
          "waited in vain for " + what + ": " + Serialization.asYaml(orders().get()), e);
    }
    return orders().get();
  }

  List<Job> jobs() {
    return client.batch().v1().jobs().inNamespace(namespace).list().getItems();
  }

  List<Job> jobs(String command) {
    return jobs().stream()
        .filter(
            job ->
                job.getSpec()
                    .getTemplate()
                    .getSpec()
                    .getContainers()
                    .getFirst()
                    .getArgs()
                    .getFirst()
                    .equals(command))
        .toList();
  }

  @Override
  public void close() {
    operators.forEach(OperatorProcess::close);
    kubelet.close();
    client.namespaces().withName(namespace).delete();
    client.close();
  }
}
