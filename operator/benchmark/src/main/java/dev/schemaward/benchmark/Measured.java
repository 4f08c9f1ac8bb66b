package dev.schemaward.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * What a run of a program cost.
 *
 * @param wall from its start to its end
 * @param cpu of the program and of the processes that it waited for; in steps of 10 ms, seen last
 *     at most 5 ms before its end
 * @param peakKib resident memory, KiB: the highest sum of the peaks ({@code VmHWM}) of the
 *     processes that lived at the same time. A page that two of them share counts twice
 */
record Measured(Duration wall, Duration cpu, long peakKib) {
  private static final long INTERVAL_MILLIS = 5;
  private static final long TICK_MILLIS = 10;
  private static final int PATIENCE_MINUTES = 20;

  /**
   * Runs a program to its end.
   *
   * @param log takes what it prints
   * @throws IOException when it cannot be started or does not end with 0; says what it printed last
   */
  static Measured run(List<String> command, Map<String, String> environment, Path log)
      throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    builder.environment().putAll(environment);
    long peak = 0;
    Duration cpu = Duration.ZERO;
    long begun = System.nanoTime();
    Process process = builder.start();
    try {
      do {
        peak = Math.max(peak, peaks(process.pid()));
        cpu = cpu(process.pid()).orElse(cpu);
        if (System.nanoTime() - begun > TimeUnit.MINUTES.toNanos(PATIENCE_MINUTES)) {
          throw new IOException(command + " takes more than " + PATIENCE_MINUTES + " minutes");
        }
      } while (!process.waitFor(INTERVAL_MILLIS, TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } finally {
      process.destroyForcibly();
    }
    Duration wall = Duration.ofNanos(System.nanoTime() - begun);
    if (process.exitValue() != 0) {
      throw new IOException(command + " ended with " + process.exitValue() + ": " + lastLines(log));
    }
    return new Measured(wall, cpu, peak);
  }

  /**
   * The highest values so far of a process and of those below it that live now, together. Looks for
   * children of its first thread only: the measured tools that start any do it there, and a JVM has
   * many threads.
   */
  private static long peaks(long pid) throws IOException {
    long sum = 0;
    List<String> found = new ArrayList<>(List.of(Long.toString(pid)));
    for (int i = 0; i < found.size(); i++) {
      String proc = "/proc/" + found.get(i);
      for (String line : read(proc + "/status").lines().toList()) {
        if (line.startsWith("VmHWM:")) {
          sum += Long.parseLong(line.replaceAll("[^0-9]", ""));
        }
      }
      String children = read(proc + "/task/" + found.get(i) + "/children").strip();
      found.addAll(children.isEmpty() ? List.of() : List.of(children.split(" ")));
    }
    return sum;
  }

  private static Optional<Duration> cpu(long pid) throws IOException {
    String stat = read("/proc/" + pid + "/stat");
    String[] fields = stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ");
    if (fields.length < 15 || fields[0].equals("Z")) {
      return Optional.empty();
    }
    long ticks = 0;
    for (int i = 11; i < 15; i++) {
      ticks += Long.parseLong(fields[i]);
    }
    return Optional.of(Duration.ofMillis(ticks * TICK_MILLIS));
  }

  /** Empty when the process has gone. */
  private static String read(String path) throws IOException {
    try {
      return Files.readString(Path.of(path));
    } catch (NoSuchFileException e) {
      return "";
    } catch (IOException e) {
      if (String.valueOf(e.getMessage()).contains("No such process")) {
        return "";
      }
      throw e;
    }
  }

  private static String lastLines(Path log) throws IOException {
    List<String> lines = Files.readAllLines(log);
    return String.join("\n", lines.subList(Math.max(0, lines.size() - 15), lines.size()));
  }
}
