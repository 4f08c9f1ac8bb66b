package dev.schemaward.controller.app;

import dev.schemaward.controller.observe.ClusterJobLogs;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.io.PrintStream;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts the operator and stops it gracefully on SIGTERM. Exit codes: 2 the command line is wrong,
 * 1 the operator could not start or lost its Lease.
 */
public final class Main {
  private static final Logger LOG = LoggerFactory.getLogger(Main.class);

  private Main() {}

  public static void main(String[] arguments) {
    Optional<Integer> exitCode = run(List.of(arguments), System.getenv(), System.out, System.err);
    // Otherwise the operator's threads keep the process alive until SIGTERM.
    exitCode.ifPresent(System::exit);
  }

  /** Runs or explains itself; the exit code, or empty when the operator is running. */
  static Optional<Integer> run(
      List<String> arguments, Map<String, String> variables, PrintStream out, PrintStream err) {
    if (arguments.contains("--help")) {
      out.print(OperatorConfiguration.help());
      return Optional.of(0);
    }
    if (arguments.contains("--version")) {
      out.println("schemaward-operator " + version());
      return Optional.of(0);
    }
    OperatorConfiguration configuration;
    try {
      configuration = OperatorConfiguration.parse(arguments, variables);
    } catch (IllegalArgumentException e) {
      err.println("schemaward-operator: " + e.getMessage());
      return Optional.of(2);
    }
    Logging.configure(configuration.logFormat(), configuration.logLevel());
    return start(configuration);
  }

  private static Optional<Integer> start(OperatorConfiguration configuration) {
    LOG.info("schemaward operator {} starting: {}", version(), configuration);
    if (!configuration.runnerImageIsPinned()) {
      LOG.warn(
          "the runner image {} is not pinned by digest: what was approved could be run by another"
              + " build; the plan hash then voids the approval",
          configuration.runnerImage());
    }
    KubernetesClient client = new KubernetesClientBuilder().build();
    try {
      var process =
          new OperatorProcess(
              configuration,
              client,
              new ClusterJobLogs(client),
              InstantSource.system(),
              version(),
              () -> Runtime.getRuntime().halt(1));
      Runtime.getRuntime().addShutdownHook(new Thread(process::close, "shutdown"));
      process.start();
      return Optional.empty();
    } catch (IOException | RuntimeException e) {
      LOG.error("the operator cannot start: {}", explain(e), e);
      client.close();
      return Optional.of(1);
    }
  }

  private static String explain(Throwable e) {
    Throwable cause = e;
    while (cause.getCause() != null && cause.getCause() != cause) {
      cause = cause.getCause();
    }
    String message = String.valueOf(cause.getMessage());
    if (message.contains("databasemigrations") && message.contains("Not Found")) {
      return "the API server does not know DatabaseMigration; install the CRD first: kubectl apply"
          + " -f crds/";
    }
    return message;
  }

  private static String version() {
    return Optional.ofNullable(Main.class.getPackage().getImplementationVersion())
        .orElse("development");
  }
}
