package dev.schemaward.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The tools that are measured, as {@code fetch.sh} left them, with their default settings: each as
 * a user would run it in a Job, with its output in a file.
 */
final class KnownTools {
  /** Halve the CPU time of a short run against the defaults: in the favour of the rivals. */
  private static final List<String> JVM_FLAGS =
      List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

  private final Path fetched;
  private final Path root;
  private final Path classes;

  /**
   * @param fetched directory that {@code fetch.sh} printed
   * @param root of this repository
   * @param classes where this program's classes are
   */
  KnownTools(Path fetched, Path root, Path classes) {
    this.fetched = fetched;
    this.root = root;
    this.classes = classes;
  }

  /**
   * All that are there, Schemaward first, then the floor.
   *
   * @param missing hears of each that is not, and why
   */
  List<Tool> all(Consumer<String> missing) throws IOException {
    List<Tool> tools = new ArrayList<>(List.of(new Schemaward(), new Psql()));
    List<Tool> rivals =
        List.of(
            new Dbmate(),
            new GolangMigrate(),
            new FlywayLibrary(),
            new LiquibaseLibrary(),
            new PrismaCli(),
            new Sqitch());
    for (Tool tool : rivals) {
      Path why = fetched.resolve(directory(tool) + ".missing");
      if (Files.exists(why)) {
        missing.accept("SKIPPED: " + tool.name() + " because " + Files.readString(why).strip());
      } else {
        tools.add(tool);
      }
    }
    return tools;
  }

  /** Its name without the rest: {@code Flyway 13.12.0 (library)} is in {@code flyway}. */
  private static String directory(Tool tool) {
    return tool.name().replaceAll(" .*", "").toLowerCase(java.util.Locale.ROOT);
  }

  /** The Schemaward command, on Prisma's layout. */
  private final class Schemaward implements Tool {
    @Override
    public String name() {
      return "**Schemaward**";
    }

    @Override
    public void write(Path directory, int migrations) throws IOException {
      writePrisma(directory, migrations);
    }

    @Override
    public List<String> command(Path directory, Target target) {
      return List.of(
          root.resolve("operator/runner/target/schemaward/bin/schemaward").toString(),
          "apply",
          "--bundle",
          directory.resolve("prisma/migrations").toString());
    }

    @Override
    public Map<String, String> environment(Path directory, Target target) {
      return Map.of("DATABASE_URL", target.url());
    }
  }

  /** No migration tool: what the server and one connection need at least. */
  private final class Psql implements Tool {
    @Override
    public String name() {
      return "psql, one process (no history, autocommit)";
    }

    @Override
    public boolean keepsHistory() {
      return false;
    }

    @Override
    public void write(Path directory, int migrations) throws IOException {
      StringBuilder all = new StringBuilder();
      for (int i = 1; i <= migrations; i++) {
        Path file = directory.resolve(Migrations.table(i) + ".sql");
        Files.writeString(file, Migrations.sql(i));
        all.append("\\ir ").append(file.getFileName()).append('\n');
      }
      Files.writeString(directory.resolve("all.psql"), all);
    }

    @Override
    public List<String> command(Path directory, Target target) {
      return List.of(
          fetched.resolve("psql/bin/psql").toString(),
          "-X",
          "-q",
          "-v",
          "ON_ERROR_STOP=1",
          "-f",
          directory.resolve("all.psql").toString(),
          target.url());
    }
  }

  private final class Dbmate implements Tool {
    @Override
    public String name() {
      return "dbmate 2.36.0";
    }

    @Override
    public void write(Path directory, int migrations) throws IOException {
      for (int i = 1; i <= migrations; i++) {
        Files.writeString(
            directory.resolve(Migrations.timestamp(i) + "_create.sql"),
            "-- migrate:up\n" + Migrations.sql(i) + "\n-- migrate:down\n");
      }
    }

    @Override
    public List<String> command(Path directory, Target target) {
      return List.of(
          find("dbmate", "/bin/dbmate"),
          "--url",
          target.url() + "?sslmode=disable",
          "--migrations-dir",
          directory.toString(),
          "--no-dump-schema",
          "migrate");
    }
  }

  private final class GolangMigrate implements Tool {
    @Override
    public String name() {
      return "golang-migrate 4.19.1";
    }

    @Override
    public void write(Path directory, int migrations) throws IOException {
      for (int i = 1; i <= migrations; i++) {
        Files.writeString(directory.resolve("%06d_create.up.sql".formatted(i)), Migrations.sql(i));
      }
    }

    @Override
    public List<String> command(Path directory, Target target) {
      return List.of(
          fetched.resolve("golang-migrate/migrate").toString(),
          "-path",
          directory.toString(),
          "-database",
          target.url() + "?sslmode=disable",
          "up");
    }
  }

  private final class FlywayLibrary implements Tool {
    @Override
    public String name() {
      return "Flyway " + version("flyway", "flyway-core") + " (library)";
    }

    @Override
    public void write(Path directory, int migrations) throws IOException {
      for (int i = 1; i <= migrations; i++) {
        Files.writeString(directory.resolve("V" + i + "__create.sql"), Migrations.sql(i));
      }
    }

    @Override
    public List<String> command(Path directory, Target target) {
      return java("flyway", FlywayMigrate.class, directory, target);
    }
  }

  private final class LiquibaseLibrary implements Tool {
    @Override
    public String name() {
      return "Liquibase " + version("liquibase", "liquibase-core") + " (library)";
    }

    @Override
    public void write(Path directory, int migrations) throws IOException {
      Path changes = Files.createDirectories(directory.resolve("changes"));
      for (int i = 1; i <= migrations; i++) {
        Files.writeString(
            changes.resolve(Migrations.table(i) + ".sql"),
            "-- liquibase formatted sql\n-- changeset benchmark:" + i + "\n" + Migrations.sql(i));
      }
      Files.writeString(
          directory.resolve("changelog.xml"),
          """
          <databaseChangeLog xmlns="http://www.liquibase.org/xml/ns/dbchangelog"
              xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
              xsi:schemaLocation="http://www.liquibase.org/xml/ns/dbchangelog
                  http://www.liquibase.org/xml/ns/dbchangelog/dbchangelog-latest.xsd">
            <includeAll path="changes/"/>
          </databaseChangeLog>
          """);
    }

    @Override
    public List<String> command(Path directory, Target target) {
      return java("liquibase", LiquibaseUpdate.class, directory, target);
    }
  }

  private final class PrismaCli implements Tool {
    @Override
    public String name() {
      return "Prisma CLI 7.10.1 (engine in WASM)";
    }

    @Override
    public void write(Path directory, int migrations) throws IOException {
      writePrisma(directory, migrations);
    }

    @Override
    public List<String> command(Path directory, Target target) {
      return List.of(fetched.resolve("prisma/prisma-cli").toString(), "migrate", "deploy");
    }

    @Override
    public Map<String, String> environment(Path directory, Target target) {
      return Map.of(
          "DATABASE_URL", target.url(), "BUNDLE", directory.toString(), "SHIM_SPLIT", "v74");
    }
  }

  private final class Sqitch implements Tool {
    @Override
    public String name() {
      return "sqitch 1.3.1";
    }

    @Override
    public void write(Path directory, int migrations) throws IOException {
      Path deploy = Files.createDirectories(directory.resolve("deploy"));
      StringBuilder plan = new StringBuilder("%syntax-version=1.0.0\n%project=benchmark\n\n");
      for (int i = 1; i <= migrations; i++) {
        String table = Migrations.table(i);
        Files.writeString(
            deploy.resolve(table + ".sql"), "BEGIN;\n" + Migrations.sql(i) + "COMMIT;\n");
        plan.append(table)
            .append(" 2026-01-01T00:00:00Z Benchmark <benchmark@example.org> # a table\n");
      }
      Files.writeString(directory.resolve("sqitch.plan"), plan);
      Files.writeString(directory.resolve("sqitch.conf"), "[core]\n\tengine = pg\n");
    }

    @Override
    public List<String> command(Path directory, Target target) {
      return List.of(
          "perl",
          "-CAS",
          fetched.resolve("sqitch/root/usr/bin/sqitch").toString(),
          "--chdir",
          directory.toString(),
          "deploy",
          target.url().replace("postgresql://", "db:pg://"));
    }

    @Override
    public Map<String, String> environment(Path directory, Target target) {
      List<String> libraries =
          new ArrayList<>(List.of(fetched.resolve("sqitch/root/usr/share/perl5").toString()));
      try (Stream<Path> architectures =
          Files.find(
              fetched.resolve("sqitch/root/usr/lib"),
              3,
              (path, attributes) -> path.getParent().endsWith("perl5"))) {
        architectures.forEach(path -> libraries.add(path.toString()));
      } catch (IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
      return Map.of(
          "PERL5LIB",
          String.join(":", libraries),
          "PATH",
          fetched.resolve("psql/bin") + ":" + System.getenv("PATH"),
          "SQITCH_FULLNAME",
          "Benchmark",
          "SQITCH_EMAIL",
          "benchmark@example.org");
    }
  }

  private static void writePrisma(Path directory, int migrations) throws IOException {
    Path all = Files.createDirectories(directory.resolve("prisma/migrations"));
    for (int i = 1; i <= migrations; i++) {
      Path one = Files.createDirectory(all.resolve(Migrations.timestamp(i) + "_create"));
      Files.writeString(one.resolve("migration.sql"), Migrations.sql(i));
    }
    Files.writeString(
        directory.resolve("prisma/schema.prisma"),
        "datasource db {\n  provider = \"postgresql\"\n}\n");
  }

  private List<String> java(String tool, Class<?> main, Path directory, Target target) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin/java").toString());
    command.addAll(JVM_FLAGS);
    command.addAll(
        List.of(
            "-cp",
            classes + ":" + fetched.resolve(tool).resolve("lib") + "/*",
            main.getName(),
            target.jdbcUrl(),
            target.user(),
            target.password(),
            directory.toString()));
    return command;
  }

  private String find(String tool, String suffix) {
    try (Stream<Path> files = Files.walk(fetched.resolve(tool).toRealPath())) {
      return files
          .filter(file -> file.toString().endsWith(suffix) && Files.isExecutable(file))
          .filter(Files::isRegularFile)
          .findFirst()
          .orElseThrow(() -> new IOException("no " + suffix + " in " + tool))
          .toString();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** From the name of its jar. */
  private String version(String tool, String artifact) {
    try (Stream<Path> jars = Files.list(fetched.resolve(tool).resolve("lib"))) {
      return jars.map(jar -> jar.getFileName().toString())
          .filter(jar -> jar.startsWith(artifact + "-"))
          .map(jar -> jar.substring(artifact.length() + 1, jar.length() - ".jar".length()))
          .findFirst()
          .orElse("");
    } catch (IOException e) {
      return "";
    }
  }
}
