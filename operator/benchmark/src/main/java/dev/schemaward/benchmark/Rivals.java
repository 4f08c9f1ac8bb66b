package dev.schemaward.benchmark;

import dev.schemaward.testkit.postgres.PostgresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Measures all tools side by side in one run: on one PostgreSQL server, each repetition on a new
 * database, the order of the tools another one in each repetition. First applies a bundle to an
 * empty database, then runs the same command again. Prints Markdown.
 *
 * <p>Arguments: directory that {@code fetch.sh} printed; repository; then options {@code
 * --files=500}, {@code --repetitions=3}, {@code --sizes=500,2000,10000} (Schemaward and psql alone;
 * empty for none), {@code --only=dbmate,Flyway} (parts of names; beside Schemaward and psql),
 * {@code --durable} (the server waits for the disk at every commit).
 */
final class Rivals {
  private final Options options;
  private final PostgresServer server;
  private final Path work;
  private int databases;

  private Rivals(Options options, PostgresServer server, Path work) {
    this.options = options;
    this.server = server;
    this.work = work;
  }

  /**
   * What is asked for.
   *
   * @param files migrations of the comparison
   * @param repetitions of everything
   * @param sizes of the bundles that Schemaward and psql apply alone
   * @param only parts of the names of the tools to measure; empty for all
   * @param durable true for a server that waits for the disk at every commit
   */
  private record Options(
      int files, int repetitions, List<Integer> sizes, List<String> only, boolean durable) {
    static Options parse(List<String> arguments) {
      Map<String, String> given = new LinkedHashMap<>();
      for (String argument : arguments) {
        String[] parts = argument.split("=", 2);
        given.put(parts[0], parts.length == 1 ? "" : parts[1]);
      }
      Options options =
          new Options(
              Integer.parseInt(given.getOrDefault("--files", "500")),
              Integer.parseInt(given.getOrDefault("--repetitions", "3")),
              list(given.getOrDefault("--sizes", "500,2000,10000")).stream()
                  .map(Integer::valueOf)
                  .toList(),
              list(given.getOrDefault("--only", "")),
              given.containsKey("--durable"));
      given
          .keySet()
          .removeAll(List.of("--files", "--repetitions", "--sizes", "--only", "--durable"));
      if (!given.isEmpty()) {
        throw new IllegalArgumentException("unknown: " + given.keySet());
      }
      return options;
    }

    private static List<String> list(String text) {
      return Arrays.stream(text.split(",")).filter(part -> !part.isEmpty()).toList();
    }

    /** Of all tools; the first two are ours and the floor, and always wanted. */
    List<Tool> wanted(List<Tool> all) {
      return all.stream()
          .filter(
              tool ->
                  only.isEmpty()
                      || all.indexOf(tool) < 2
                      || only.stream().anyMatch(tool.name()::contains))
          .toList();
    }
  }

  public static void main(String[] arguments) throws IOException, SQLException {
    Options options = Options.parse(Arrays.asList(arguments).subList(2, arguments.length));
    List<String> missing = new ArrayList<>();
    Path classes =
        Path.of(Rivals.class.getProtectionDomain().getCodeSource().getLocation().getPath());
    List<Tool> tools =
        options.wanted(
            new KnownTools(Path.of(arguments[0]), Path.of(arguments[1]).toRealPath(), classes)
                .all(missing::add));
    missing.forEach(System.err::println);
    Path work = Files.createTempDirectory("schemaward-benchmark");
    // No checkpoint by the clock: it would hit whoever runs just then. There is one before each
    // run.
    Map<String, String> settings =
        new LinkedHashMap<>(Map.of("checkpoint_timeout", "1h", "max_wal_size", "4GB"));
    if (options.durable()) {
      settings.putAll(Map.of("fsync", "on", "full_page_writes", "on"));
    }
    try (PostgresServer server = PostgresServer.start(18, settings)) {
      Rivals rivals = new Rivals(options, server, work);
      Report report = new Report(options.files(), options.repetitions(), options.durable());
      System.out.print(report.heading(rivals.version()));
      System.out.print(report.comparison(rivals.compare(tools, options.files())));
      missing.forEach(line -> System.out.println("\n" + line));
      if (!options.sizes().isEmpty()) {
        Map<Integer, Map<Tool, List<Pair>>> bySize = new LinkedHashMap<>();
        for (int size : options.sizes()) {
          bySize.put(size, rivals.compare(tools.subList(0, 2), size));
        }
        System.out.print(report.sizes(bySize));
      }
    } finally {
      delete(work);
    }
  }

  /**
   * One repetition of one tool.
   *
   * @param apply from an empty database
   * @param again with nothing to do; null for a tool that keeps no history
   */
  record Pair(Measured apply, Measured again) {}

  private Map<Tool, List<Pair>> compare(List<Tool> tools, int files)
      throws IOException, SQLException {
    Map<Tool, Path> bundles = new LinkedHashMap<>();
    Map<Tool, List<Pair>> pairs = new LinkedHashMap<>();
    for (Tool tool : tools) {
      Path bundle = Files.createTempDirectory(work, "bundle");
      tool.write(bundle, files);
      bundles.put(tool, bundle);
      pairs.put(tool, new ArrayList<>());
    }
    for (int repetition = 0; repetition < options.repetitions(); repetition++) {
      List<Tool> order = new ArrayList<>(tools);
      Collections.rotate(order, -repetition * Math.max(1, tools.size() / options.repetitions()));
      for (Tool tool : order) {
        Pair pair = measure(tool, bundles.get(tool), files);
        pairs.get(tool).add(pair);
        System.err.printf("%5d  %-45s %s%n", files, tool.name(), pair);
      }
    }
    for (Path bundle : bundles.values()) {
      delete(bundle);
    }
    return pairs;
  }

  private Pair measure(Tool tool, Path bundle, int files) throws IOException, SQLException {
    String database = server.createDatabase("benchmark_" + ++databases);
    Target target =
        new Target(
            server.host(),
            server.port(),
            database,
            PostgresServer.SUPERUSER,
            PostgresServer.PASSWORD);
    Pair pair =
        new Pair(
            run(tool, bundle, target, files),
            tool.keepsHistory() ? run(tool, bundle, target, files) : null);
    server.execute("postgres", "DROP DATABASE " + database);
    return pair;
  }

  private Measured run(Tool tool, Path bundle, Target target, int files)
      throws IOException, SQLException {
    server.execute("postgres", "CHECKPOINT");
    Measured measured =
        Measured.run(
            tool.command(bundle, target),
            tool.environment(bundle, target),
            work.resolve("output.txt"));
    int tables = tables(target.database());
    if (tables != files) {
      throw new IOException(tool.name() + " ended well, and made " + tables + " of " + files);
    }
    return measured;
  }

  private int tables(String database) throws SQLException {
    try (Connection connection = server.connect(database);
        Statement statement = connection.createStatement();
        ResultSet result =
            statement.executeQuery(
                "SELECT count(*) FROM pg_class WHERE relkind = 'r' AND relname ~ '"
                    + Migrations.TABLE_PATTERN
                    + "'")) {
      result.next();
      return result.getInt(1);
    }
  }

  private String version() throws SQLException {
    try (Connection connection = server.connect("postgres")) {
      return connection.getMetaData().getDatabaseProductVersion();
    }
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Collections.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  /** In the middle; of an even number the lower one. */
  static Duration median(Stream<Duration> values) {
    List<Duration> sorted = values.sorted().toList();
    return sorted.get((sorted.size() - 1) / 2);
  }
}
