package dev.schemaward.engine.execute;

import dev.schemaward.engine.Schemaward;
import dev.schemaward.engine.bundle.BundleReader;
import dev.schemaward.engine.connect.RoundTrip;
import dev.schemaward.engine.connect.SecretDirectory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A run in a process of its own, so that it can be killed as a node kills it. */
final class RunnerProcess implements AutoCloseable {
  private final Process process;

  private RunnerProcess(Process process) {
    this.process = process;
  }

  static RunnerProcess start(TargetDatabase db, Path bundle) throws IOException {
    return new RunnerProcess(
        new ProcessBuilder(
                List.of(
                    ProcessHandle.current().info().command().orElseThrow(),
                    "-XX:TieredStopAtLevel=1",
                    "-XX:+UseSerialGC",
                    "-cp",
                    System.getProperty("java.class.path"),
                    RunnerProcess.class.getName(),
                    db.server().url(db.name()) + "?schema=public",
                    bundle.toString()))
            .inheritIO()
            .start());
  }

  /** SIGKILL: nothing of it runs any more when this returns. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }

  public static void main(String[] arguments) throws Exception {
    ApplyOutcome outcome =
        Schemaward.apply(
            new ApplyRequest(
                BundleReader.read(Path.of(arguments[1]), Optional.empty()),
                SecretDirectory.parseUrl(arguments[0], "test"),
                null,
                TargetDatabase.POLICY,
                new ApplyRequest.Gate.Always(),
                null,
                null,
                null,
                null,
                "process",
                TargetDatabase.BUILD,
                RoundTrip.UNWATCHED),
            Progress.SILENT,
            new Cancellation());
    Runtime.getRuntime().halt(outcome.failure() == null ? 0 : 1);
  }
}
