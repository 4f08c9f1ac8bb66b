package dev.schemaward.testkit.kubernetes;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.opentest4j.TestAbortedException;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.k3s.K3sContainer;
import org.testcontainers.utility.DockerImageName;
import org.testcontainers.utility.MountableFile;

/**
 * A real Kubernetes for tests, found in this order: the kubeconfig that {@code
 * SCHEMAWARD_TEST_KUBECONFIG} names; Docker with k3s; the local cluster of {@code
 * operator/testkit/src/main/cluster}, built from Go modules and Debian packages. One a JVM and
 * need; taken down with the JVM unless it was there before.
 */
public final class TestCluster {
  /** What a test needs of a cluster. */
  public enum Need {
    /** Pods that really run. */
    PODS,
    /** API server and controllers; no node, no pod. */
    API_ONLY
  }

  private static final String KUBECONFIG_VARIABLE = "SCHEMAWARD_TEST_KUBECONFIG";
  private static final String K3S_IMAGE = "rancher/k3s:v1.35.4-k3s1";

  private static TestCluster pods;
  private static TestCluster api;

  private final Path kubeconfig;
  private final String hostAddress;
  private final K3sContainer k3s;
  private final boolean local;

  private TestCluster(Path kubeconfig, String hostAddress, K3sContainer k3s, boolean local) {
    this.kubeconfig = kubeconfig;
    this.hostAddress = hostAddress;
    this.k3s = k3s;
    this.local = local;
  }

  /**
   * The cluster, started at the first call. Where none can be had, the test is aborted (JUnit
   * reports it as skipped) and a line says so on standard error.
   *
   * @param who the test, for that line
   */
  public static synchronized TestCluster acquireOrSkip(Need need, String who) {
    try {
      if (need == Need.PODS || System.getenv(KUBECONFIG_VARIABLE) != null) {
        if (pods == null) {
          pods = withPods();
        }
        return pods;
      }
      if (api == null) {
        api = apiOnly();
      }
      return api;
    } catch (UnavailableException e) {
      System.err.println("SKIPPED: " + who + " because " + e.getMessage());
      throw new TestAbortedException(e.getMessage(), e);
    }
  }

  /** Path of a kubeconfig with every right. */
  public Path kubeconfig() {
    return kubeconfig;
  }

  /** An address of this machine that pods reach; where a test's database server must listen. */
  public String hostAddressForPods() {
    return hostAddress;
  }

  /** Makes images known to the nodes; pods use them with pull policy IfNotPresent. */
  public void loadImages(Path... tars) {
    try {
      if (local) {
        List<String> command = new ArrayList<>(List.of(script().toString(), "load"));
        for (Path tar : tars) {
          command.add(tar.toString());
        }
        run(command);
      } else if (k3s != null) {
        for (Path tar : tars) {
          String inside = "/tmp/" + tar.getFileName();
          k3s.copyFileToContainer(MountableFile.forHostPath(tar), inside);
          var result = k3s.execInContainer("ctr", "-n", "k8s.io", "images", "import", inside);
          if (result.getExitCode() != 0) {
            throw new IllegalStateException(result.getStderr());
          }
        }
      }
      // An existing cluster: whoever gave its kubeconfig has loaded the images, or a registry has
      // them.
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    } catch (UnavailableException e) {
      throw new IllegalStateException(e);
    }
  }

  private static TestCluster withPods() throws UnavailableException {
    String given = System.getenv(KUBECONFIG_VARIABLE);
    if (given != null) {
      String host = System.getenv("SCHEMAWARD_TEST_HOST_ADDRESS");
      if (host == null) {
        throw new UnavailableException(
            KUBECONFIG_VARIABLE
                + " is set, and SCHEMAWARD_TEST_HOST_ADDRESS, the address at which its pods reach"
                + " this machine, is not");
      }
      return new TestCluster(Path.of(given), host, null, false);
    }
    boolean dockerLikely =
        System.getenv("DOCKER_HOST") != null || Files.exists(Path.of("/var/run/docker.sock"));
    if (dockerLikely && DockerClientFactory.instance().isDockerAvailable()) {
      return inDocker();
    }
    if (!System.getProperty("user.name").equals("root")) {
      throw new UnavailableException(
          "there is no Docker daemon, no "
              + KUBECONFIG_VARIABLE
              + ", and the local cluster needs root (namespaces, containerd)");
    }
    boolean wasThere = Files.exists(localRun().resolve("init.pid"));
    Path kubeconfig = Path.of(run(List.of(script().toString(), "up")).strip());
    if (!wasThere) {
      atEnd(List.of(script().toString(), "down"));
    }
    return new TestCluster(kubeconfig, "10.99.0.1", null, true);
  }

  private static TestCluster inDocker() throws UnavailableException {
    // Ends with the JVM: Testcontainers' own reaper sees to that.
    K3sContainer container = new K3sContainer(DockerImageName.parse(K3S_IMAGE));
    container.start();
    try {
      Path kubeconfig = Files.createTempFile("schemaward-k3s", ".kubeconfig");
      Files.writeString(kubeconfig, container.getKubeConfigYaml());
      String gateway =
          container.getCurrentContainerInfo().getNetworkSettings().getNetworks().values().stream()
              .map(network -> network.getGateway())
              .filter(address -> address != null && !address.isEmpty())
              .findFirst()
              .orElseThrow(() -> new UnavailableException("k3s' container network has no gateway"));
      return new TestCluster(kubeconfig, gateway, container, false);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static TestCluster apiOnly() throws UnavailableException {
    try {
      Path directory = Files.createTempDirectory("schemaward-api");
      Path kubeconfig =
          Path.of(
              run(List.of(
                      script().toString(),
                      "control-up",
                      directory.toString(),
                      Integer.toString(threeFreePorts())))
                  .strip());
      atEnd(List.of(script().toString(), "control-down", directory.toString()));
      return new TestCluster(kubeconfig, "127.0.0.1", null, false);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The first of three neighbouring free ports: API server, etcd, etcd's peers. */
  private static int threeFreePorts() throws IOException {
    for (int attempt = 0; attempt < 100; attempt++) {
      try (ServerSocket first = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
          ServerSocket second =
              new ServerSocket(first.getLocalPort() + 1, 1, InetAddress.getLoopbackAddress());
          ServerSocket third =
              new ServerSocket(first.getLocalPort() + 2, 1, InetAddress.getLoopbackAddress())) {
        if (third.isBound() && second.isBound()) {
          return first.getLocalPort();
        }
      } catch (java.net.BindException e) {
        // A neighbour is taken: the next attempt gets another first port.
        if (attempt == 99) {
          throw e;
        }
      }
    }
    throw new IOException("no three neighbouring free ports");
  }

  private static Path script() {
    return Path.of(
        System.getProperty("schemaward.root"), "operator/testkit/src/main/cluster/cluster");
  }

  private static Path localRun() {
    String home = System.getenv("SCHEMAWARD_CLUSTER_HOME");
    String xdg = System.getenv("XDG_CACHE_HOME");
    Path base =
        home != null
            ? Path.of(home)
            : (xdg != null ? Path.of(xdg) : Path.of(System.getProperty("user.home"), ".cache"))
                .resolve("schemaward/cluster");
    return base.resolve("run");
  }

  private static void atEnd(List<String> command) {
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  try {
                    run(command);
                  } catch (UnavailableException e) {
                    System.err.println("the test cluster was not taken down: " + e.getMessage());
                  }
                },
                "take down the test cluster"));
  }

  /**
   * Standard output of a command of the cluster script; what it says on standard error is shown as
   * it comes.
   */
  private static String run(List<String> command) throws UnavailableException {
    try {
      Process process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
      process.getOutputStream().close();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new UnavailableException(
            "the local cluster could not be had: "
                + String.join(" ", command.subList(1, command.size()))
                + " failed; see above");
      }
      return said;
    } catch (IOException e) {
      throw new UnavailableException("the cluster script cannot be run: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UnavailableException("interrupted");
    }
  }

  /** No cluster can be had here. */
  private static final class UnavailableException extends Exception {
    private static final long serialVersionUID = 1L;

    UnavailableException(String message) {
      super(message);
    }
  }
}
