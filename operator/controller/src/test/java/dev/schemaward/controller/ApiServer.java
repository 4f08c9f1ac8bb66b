package dev.schemaward.controller;

import dev.schemaward.api.v1alpha1.DatabaseMigration;
import dev.schemaward.testkit.kubernetes.TestCluster;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.http.Interceptor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.opentest4j.TestAbortedException;

/**
 * A real etcd, API server and controller manager on loopback, one for the whole JVM, with the CRD
 * installed and an identity for the operator that may do what the chart allows it.
 */
public final class ApiServer {
  private static final Path ROOT = Path.of(System.getProperty("schemaward.root"));
  private static final AtomicInteger COUNTER = new AtomicInteger();
  private static ApiServer instance;

  private final Config admin;

  private ApiServer(Config admin) {
    this.admin = admin;
  }

  /** The server; the calling test is skipped, loudly, where none can be started. */
  public static synchronized ApiServer shared() {
    if (instance == null) {
      instance = start();
    }
    return instance;
  }

  private static ApiServer start() {
    if (System.getenv("SCHEMAWARD_TEST_KUBECONFIG") != null) {
      System.err.println("SKIPPED: controller tests because they play the node: none may be there");
      throw new TestAbortedException("the given cluster has nodes of its own");
    }
    TestCluster cluster = TestCluster.acquireOrSkip(TestCluster.Need.API_ONLY, "controller tests");
    try {
      var server = new ApiServer(Config.fromKubeconfig(cluster.kubeconfig().toFile()));
      server.install();
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void install() throws IOException {
    try (KubernetesClient client = client()) {
      for (String file :
          new String[] {
            "crds/databasemigrations.schemaward.dev.yaml",
            "operator/controller/src/test/resources/operator-identity.yaml"
          }) {
        try (var in = Files.newInputStream(ROOT.resolve(file))) {
          client.load(in).serverSideApply();
        }
      }
      String policy =
          Files.readString(ROOT.resolve("helm/schemaward/templates/approval-policy.yaml"))
              .replaceAll("(?m)^\\{\\{-? (if|end).*\\n?", "");
      client
          .load(new ByteArrayInputStream(policy.getBytes(StandardCharsets.UTF_8)))
          .serverSideApply();
      Awaitility.await()
          .atMost(Duration.ofSeconds(20))
          .ignoreExceptions()
          .until(
              () ->
                  client.resources(DatabaseMigration.class).inAnyNamespace().list().getItems()
                      != null);
    }
  }

  /** A client that may do everything. */
  public KubernetesClient client() {
    return new KubernetesClientBuilder().withConfig(new ConfigBuilder(admin).build()).build();
  }

  /** A client with the operator's rights. */
  public KubernetesClient operatorClient(Interceptor... interceptors) {
    return client("system:serviceaccount:schemaward-system:schemaward", interceptors);
  }

  /** A client of a user. */
  public KubernetesClient client(String user, Interceptor... interceptors) {
    Config config =
        new ConfigBuilder(admin)
            .withImpersonateUsername(user)
            .withRequestRetryBackoffLimit(0)
            .build();
    return new KubernetesClientBuilder()
        .withConfig(config)
        .withHttpClientBuilderConsumer(
            builder -> {
              for (Interceptor interceptor : interceptors) {
                builder.addOrReplaceInterceptor(
                    interceptor.getClass().getName() + System.identityHashCode(interceptor),
                    interceptor);
              }
            })
        .build();
  }

  /** A namespace of its own for a test. */
  public String namespace(boolean production) {
    String name =
        "t" + COUNTER.incrementAndGet() + "-" + Long.toString(System.nanoTime() & 0xfffff, 36);
    try (KubernetesClient client = client()) {
      client
          .resource(
              new NamespaceBuilder()
                  .withNewMetadata()
                  .withName(name)
                  .addToLabels(
                      "schemaward.dev/environment", production ? "production" : "development")
                  .endMetadata()
                  .build())
          .create();
    }
    return name;
  }
}
