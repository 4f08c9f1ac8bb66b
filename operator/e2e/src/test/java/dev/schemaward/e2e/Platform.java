package dev.schemaward.e2e;

import dev.schemaward.testkit.kubernetes.TestCluster;
import dev.schemaward.testkit.postgres.PostgresServer;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.authentication.SelfSubjectReview;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * What every end-to-end test stands on, made once a JVM: a cluster with nodes, the operator
 * installed from the checked-in manifest and from the images that this build made, and a PostgreSQL
 * server that pods reach.
 */
final class Platform implements BeforeAllCallback, ParameterResolver {
  static final String OPERATOR_NAMESPACE = "schemaward-system";

  private static final Path ROOT = Path.of(System.getProperty("schemaward.root"));
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static Platform shared;

  private KubernetesClient client;
  private PostgresServer postgres;
  private String userName;

  /** For JUnit. */
  Platform() {}

  @Override
  public void beforeAll(ExtensionContext context) {
    shared(context.getDisplayName());
  }

  private static synchronized Platform shared(String who) {
    if (shared == null) {
      TestCluster cluster = TestCluster.acquireOrSkip(TestCluster.Need.PODS, who);
      Platform platform = new Platform();
      platform.start(cluster);
      shared = platform;
    }
    return shared;
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == Platform.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return shared(context.getDisplayName());
  }

  private void start(TestCluster cluster) {
    try {
      cluster.loadImages(
          ROOT.resolve("operator/runner/target/schemaward-runner.tar"),
          ROOT.resolve("operator/controller/target/schemaward-controller.tar"));
      client =
          new KubernetesClientBuilder()
              .withConfig(Config.fromKubeconfig(cluster.kubeconfig().toFile()))
              .build();
      postgres = PostgresServer.start(18, cluster.hostAddressForPods(), 0, Map.of());
      userName =
          Objects.requireNonNull(client.resource(new SelfSubjectReview()).create())
              .getStatus()
              .getUserInfo()
              .getUsername();
      install();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void install() throws IOException {
    List<HasMetadata> manifest =
        client.load(Files.newInputStream(ROOT.resolve("helm/install.yaml"))).items();
    for (HasMetadata resource : manifest) {
      client.resource(resource).forceConflicts().serverSideApply();
    }
    restartOperator();
  }

  /** Ends the operator's pod as a node failure would, and waits for the next one. */
  void restartOperator() {
    killOperator();
    awaitOperator();
  }

  /** Ends the operator's pod at once. */
  void killOperator() {
    client
        .pods()
        .inNamespace(OPERATOR_NAMESPACE)
        .withLabel("app.kubernetes.io/component", "operator")
        .withGracePeriod(0)
        .delete();
  }

  /** Zero ends the operator; one starts it. */
  void scaleOperator(int replicas) {
    client
        .apps()
        .deployments()
        .inNamespace(OPERATOR_NAMESPACE)
        .withName("schemaward")
        .scale(replicas);
  }

  void awaitOperator() {
    Awaitility.await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(200))
        .until(
            () ->
                client
                    .pods()
                    .inNamespace(OPERATOR_NAMESPACE)
                    .withLabel("app.kubernetes.io/component", "operator")
                    .list()
                    .getItems()
                    .stream()
                    .filter(pod -> pod.getMetadata().getDeletionTimestamp() == null)
                    .flatMap(pod -> pod.getStatus().getConditions().stream())
                    .anyMatch(c -> c.getType().equals("Ready") && c.getStatus().equals("True")));
  }

  KubernetesClient client() {
    return client;
  }

  /** Who this test is to the API server; has every right, so also that of approving. */
  String userName() {
    return userName;
  }

  String createDatabase(String name) {
    return postgres.createDatabase(name);
  }

  String databaseUrlForPods(String database) {
    return postgres.url(database) + "?schema=public";
  }

  Connection connect(String database) throws SQLException {
    return postgres.connect(database);
  }

  PostgresServer postgres() {
    return postgres;
  }

  /** The plan's ConfigMap that status points at. */
  ConfigMap planDocument(String namespace, GenericKubernetesResource migration) {
    String name = migration.get("status", "plan", "documentRef", "name");
    return Objects.requireNonNull(
        client.configMaps().inNamespace(namespace).withName(name).get(), "ConfigMap " + name);
  }
}
