package dev.schemaward.benchmark;

import dev.schemaward.benchmark.Rivals.Pair;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The figures as Markdown: medians, and what lies between the lowest and the highest.
 *
 * @param files migrations of the comparison
 * @param repetitions of everything
 * @param durable true when the server waited for the disk at every commit
 */
record Report(int files, int repetitions, boolean durable) {
  /** Where and when; names no machine. */
  String heading(String serverVersion) throws IOException {
    long memoryKib =
        Files.readAllLines(Path.of("/proc/meminfo")).stream()
            .filter(line -> line.startsWith("MemTotal"))
            .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
            .sum();
    String load = Files.readString(Path.of("/proc/loadavg")).split(" ", 2)[0];
    return "\n%s, %d cores, %d GiB, PostgreSQL %s on the same machine, fsync %s, %d repetitions; load before: %s\n"
        .formatted(
            LocalDate.now(ZoneOffset.UTC),
            Runtime.getRuntime().availableProcessors(),
            Math.round(memoryKib / 1048576.0),
            serverVersion,
            durable ? "on" : "off",
            repetitions,
            load);
  }

  /** All tools side by side; the first one is ours, the second the floor. */
  String comparison(Map<Tool, List<Pair>> pairs) {
    StringBuilder table =
        new StringBuilder(
            "\n| | "
                + files
                + " migrations | × psql | client CPU | peak memory | nothing to do | × ours |"
                + " client CPU | peak memory |\n"
                + "| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n");
    List<List<Pair>> all = List.copyOf(pairs.values());
    double ours = seconds(all.getFirst(), Pair::again);
    double floor = seconds(all.get(1), Pair::apply);
    pairs.forEach(
        (tool, measured) -> {
          table.append("| ").append(tool.name());
          append(table, measured, Pair::apply, floor);
          if (tool.keepsHistory()) {
            append(table, measured, Pair::again, ours);
          } else {
            table.append(" | – | – | – | –");
          }
          table.append(" |\n");
        });
    return table.toString();
  }

  private static void append(
      StringBuilder table, List<Pair> pairs, Function<Pair, Measured> which, double one) {
    table
        .append(" | ")
        .append(wall(pairs, which))
        .append(" | ")
        .append(text("%.1f", seconds(pairs, which) / one))
        .append(" | ")
        .append(
            text(
                "%.2f s",
                Rivals.median(pairs.stream().map(pair -> which.apply(pair).cpu())).toMillis()
                    / 1000.0))
        .append(" | ")
        .append(memory(pairs, which));
  }

  /** Larger bundles: ours beside the floor. */
  String sizes(Map<Integer, Map<Tool, List<Pair>>> bySize) {
    StringBuilder table =
        new StringBuilder(
            """

            | migrations | apply | a migration | psql | × psql | peak memory | nothing to do | a migration | peak memory |
            | --- | --- | --- | --- | --- | --- | --- | --- | --- |
            """);
    bySize.forEach(
        (size, pairs) -> {
          List<List<Pair>> all = List.copyOf(pairs.values());
          List<Pair> ours = all.getFirst();
          double apply = seconds(ours, Pair::apply);
          table
              .append("| ")
              .append(text("%,d", size))
              .append(" | ")
              .append(wall(ours, Pair::apply))
              .append(text(" | %.2f ms", apply * 1000 / size))
              .append(" | ")
              .append(wall(all.get(1), Pair::apply))
              .append(text(" | %.2f", apply / seconds(all.get(1), Pair::apply)));
          table
              .append(" | ")
              .append(memory(ours, Pair::apply))
              .append(" | ")
              .append(wall(ours, Pair::again))
              .append(text(" | %.3f ms", seconds(ours, Pair::again) * 1000 / size))
              .append(" | ")
              .append(memory(ours, Pair::again))
              .append(" |\n");
        });
    return table.toString();
  }

  private static double seconds(List<Pair> pairs, Function<Pair, Measured> which) {
    return seconds(Rivals.median(walls(pairs, which)));
  }

  private static double seconds(Duration duration) {
    return duration.toNanos() / 1e9;
  }

  private static Stream<Duration> walls(List<Pair> pairs, Function<Pair, Measured> which) {
    return pairs.stream().map(pair -> which.apply(pair).wall());
  }

  private static String wall(List<Pair> pairs, Function<Pair, Measured> which) {
    return text(
        "%.2f s (%.2f–%.2f)",
        seconds(pairs, which),
        seconds(walls(pairs, which).min(Duration::compareTo).orElseThrow()),
        seconds(walls(pairs, which).max(Duration::compareTo).orElseThrow()));
  }

  private static String memory(List<Pair> pairs, Function<Pair, Measured> which) {
    return text(
        "%.0f MiB",
        pairs.stream().mapToLong(pair -> which.apply(pair).peakKib()).max().orElseThrow() / 1024.0);
  }

  private static String text(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
