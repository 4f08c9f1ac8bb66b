import dev.schemaward.engine.shadow.ShadowServer;
import dev.schemaward.testkit.postgres.PostgresServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Build step: makes the self-contained command and the files of its image. Runtime by jlink,
 * ahead-of-time cache by a training run of every command against a real PostgreSQL, launcher, and
 * glibc for an image without a base.
 *
 * <p>The cache is made in the same step in which the jars are put in their places, because a JVM
 * does not check it against their content, only their size and time: with other jars it would
 * silently run the old classes, or silently not use the cache.
 *
 * <p>Argument: target directory of the runner module.
 */
class AssembleRuntime {
  private static final String MODULES =
      "java.base,java.sql,java.naming,java.management,java.logging,java.xml,java.security.sasl,java.security.jgss,"
          + "java.transaction.xa,jdk.crypto.ec,jdk.net,jdk.unsupported"
          // and for the operator, whose image shares this runtime
          + ",java.net.http,jdk.httpserver,jdk.management";
  private static final List<String> FLAGS =
      List.of(
          "-XX:+UseSerialGC",
          "-XX:TieredStopAtLevel=1",
          // A run is short: most methods that are compiled early are not worth it.
          "-XX:CompileThresholdScaling=4",
          // picocli reads its annotations by reflection, each member once.
          "-Djdk.reflect.useNativeAccessorOnly=true",
          "-Xms8m",
          "-Xmn3m",
          "-Xmx96m",
          "-Xss512k",
          "-XX:-UsePerfData");

  /** Major versions of PostgreSQL on which plans can be tried inside a Job. */
  private static final List<Integer> SHADOWS = List.of(14, 15, 16, 17, 18);

  /** What Jib sets for every file of an image. */
  private static final FileTime IMAGE_TIME = FileTime.fromMillis(1000);

  private static final String FIRST = "20260101000000_init";

  private static final Map<String, String> BUNDLE =
      Map.of(
          FIRST,
          """
          CREATE TYPE mood AS ENUM ('ok'); CREATE TABLE users (id serial PRIMARY KEY, email text, m mood);
          CREATE INDEX CONCURRENTLY users_email ON users (email);
          DO $$ BEGIN PERFORM 1; END $$; ALTER TABLE users DROP COLUMN m;
          """,
          "20260102000000_orders",
          """
          -- CreateTable
          CREATE TABLE "orders" (
              "id" INTEGER NOT NULL,
              "user" INTEGER NOT NULL REFERENCES users (id),
              "at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
              CONSTRAINT "orders_pkey" PRIMARY KEY ("id")
          );
          """,
          "20260103000000_total",
          "ALTER TABLE orders ADD COLUMN total numeric(10, 2); CREATE INDEX ON orders (total);");

  public static void main(String[] args) throws Exception {
    Path target = Path.of(args[0]);
    String buildId = Files.readString(target.resolve("build-id")).strip();
    Path home = target.resolve("schemaward");
    Path java = home.resolve("runtime/bin/java");
    if (!Files.exists(java)) {
      run(
          List.of(
              Path.of(System.getProperty("java.home"), "bin/jlink").toString(),
              "--add-modules",
              MODULES,
              "--strip-debug",
              "--no-header-files",
              "--no-man-pages",
              "--compress",
              "zip-0",
              "--output",
              home.resolve("runtime").toString()));
    }
    List<String> jars = new ArrayList<>();
    for (String directory : List.of("classpath", "libs")) {
      try (Stream<Path> files = Files.list(home.resolve("app").resolve(directory))) {
        files
            .map(file -> directory + "/" + file.getFileName())
            .filter(jar -> jar.endsWith(".jar"))
            .sorted()
            .forEach(jars::add);
      }
    }
    Path app = home.resolve("app");
    Path frames = Files.createDirectories(app.resolve("frames"));
    for (int i = 0; i < jars.size(); i++) {
      Path jar = app.resolve(jars.get(i));
      Path copy = frames.resolve(jar.getFileName());
      if (VerificationFrames.copy(jar, copy)) {
        jars.set(i, app.relativize(copy).toString());
        jar = copy;
      }
      // A cache is refused where a jar has another time than here, also in the image.
      Files.setLastModifiedTime(jar, IMAGE_TIME);
    }
    train(home, java, jars, target);
    launcher(home, jars);
    base(home, target.resolve("base"));
    image(home, target.resolve("image"), jars);
    smokeTest(home, buildId);
  }

  private static void train(Path home, Path java, List<String> jars, Path target) throws Exception {
    Path cache = home.resolve("schemaward.aot");
    Files.deleteIfExists(cache);
    Path work = Files.createDirectories(target.resolve("training"));
    for (Map.Entry<String, String> migration : BUNDLE.entrySet()) {
      Path directory = Files.createDirectories(work.resolve("bundle").resolve(migration.getKey()));
      Files.writeString(directory.resolve("migration.sql"), migration.getValue());
    }
    Files.writeString(work.resolve("bundle/migration_lock.toml"), "provider = \"postgresql\"\n");
    try (PostgresServer server = PostgresServer.start(18)) {
      Files.writeString(work.resolve("url"), server.url(server.createDatabase()));
      List<String> command = new ArrayList<>();
      command.add(java.toString());
      command.add("-XX:AOTCacheOutput=" + cache);
      command.addAll(FLAGS);
      command.addAll(
          List.of(
              "-cp",
              classPath(home.resolve("app") + "/", jars),
              "dev.schemaward.runner.AotTraining",
              work.resolve("bundle").toString(),
              work.resolve("url").toString(),
              work.resolve("result").toString(),
              FIRST));
      run(command);
    }
  }

  private static String classPath(String prefix, List<String> jars) {
    return String.join(":", jars.stream().map(jar -> prefix + jar).toList());
  }

  private static void launcher(Path home, List<String> jars) throws IOException {
    Path script = Files.createDirectories(home.resolve("bin")).resolve("schemaward");
    String text =
        """
        #!/bin/sh
        # Starts the schemaward command with the runtime and the ahead-of-time cache beside it.
        self=$0
        [ ! -h "$self" ] || self=$(readlink -f "$self")
        home=${self%/*}/..
        exec "$home/runtime/bin/java" -XX:AOTCache="$home/schemaward.aot" FLAGS ${SCHEMAWARD_JAVA_OPTIONS:-} \\
          -cp "CLASSPATH" dev.schemaward.runner.Main "$@"
        """;
    Files.writeString(
        script,
        text.replace("FLAGS", String.join(" ", FLAGS))
            .replace("CLASSPATH", classPath("$home/app/", jars)));
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /** The layer that both images share: runtime, glibc, a user. */
  private static void base(Path home, Path root) throws Exception {
    run(List.of("rm", "-rf", root.toString()));
    Path opt = Files.createDirectories(root.resolve("opt/schemaward"));
    run(List.of("cp", "-r", home.resolve("runtime").toString(), opt.resolve("runtime").toString()));
    libraries(root);
  }

  /** What only the runner's image has beside its jars, and those that are not Maven's any more. */
  private static void image(Path home, Path root, List<String> jars) throws Exception {
    run(List.of("rm", "-rf", root.toString()));
    Path opt = Files.createDirectories(root.resolve("opt/schemaward"));
    Files.copy(home.resolve("schemaward.aot"), opt.resolve("schemaward.aot"));
    Path app = Files.createDirectories(root.resolve("app"));
    run(List.of("cp", "-r", home.resolve("app/frames").toString(), app.toString()));
    Files.writeString(
        opt.resolve("java.args"),
        "-XX:AOTCache=/opt/schemaward/schemaward.aot\n"
            + String.join("\n", FLAGS)
            + "\n-cp\n"
            + classPath("/app/", jars)
            + "\ndev.schemaward.runner.Main\n");
    for (int major : SHADOWS) {
      shadow(PostgresServer.installation(major), opt.resolve("postgresql/" + major));
    }
    for (String library : List.of("libstdc++.so.6", "libgcc_s.so.1")) {
      copy(multiarch().resolve(library), root);
    }
  }

  /**
   * Server programs for shadow databases: what a running server needs, and nothing to build with.
   */
  private static void shadow(Path installation, Path target) throws Exception {
    Files.createDirectories(target.getParent());
    // An image has no symbolic links: one copy under the name that the loader looks for is enough.
    run(List.of("cp", "-rL", installation.toString(), target.toString()));
    ShadowServer.shipTemplate(target);
    Files.delete(target.resolve("bin/initdb"));
    Files.delete(target.resolve("bin/pg_ctl"));
    Path libraries = target.resolve("lib");
    List<String> names;
    try (Stream<Path> files = Files.list(libraries)) {
      names = files.map(file -> file.getFileName().toString()).toList();
    }
    List<String> loaded = names.stream().filter(name -> name.contains(".so.")).toList();
    for (String name : names) {
      boolean sameUnderALongerName =
          loaded.stream().anyMatch(other -> name.startsWith(other + "."));
      boolean forTheCompiler =
          name.endsWith(".a") || name.endsWith(".so") || name.equals("pkgconfig");
      if (sameUnderALongerName || forTheCompiler) {
        run(List.of("rm", "-rf", libraries.resolve(name).toString()));
      }
    }
    run(List.of("rm", "-rf", libraries.resolve("postgresql/pgxs").toString()));
    run(List.of("rm", "-rf", target.resolve("include").toString()));
  }

  /** The C library of the build machine: a JVM needs no more of an operating system than this. */
  private static void libraries(Path root) throws IOException {
    for (String library :
        List.of("libc.so.6", "libm.so.6", "libdl.so.2", "libpthread.so.0", "librt.so.1")) {
      copy(multiarch().resolve(library), root);
    }
    copy(Path.of(arm() ? "/lib/ld-linux-aarch64.so.1" : "/lib64/ld-linux-x86-64.so.2"), root);
    copy(Path.of("/etc/ssl/certs/ca-certificates.crt"), root);
    Files.createDirectories(root.resolve("etc"));
    Files.writeString(root.resolve("etc/passwd"), "schemaward:x:65532:65532::/tmp:/sbin/nologin\n");
    Files.writeString(root.resolve("etc/group"), "schemaward:x:65532:\n");
    Files.writeString(root.resolve("etc/nsswitch.conf"), "hosts: files dns\n");
  }

  private static boolean arm() {
    return System.getProperty("os.arch").equals("aarch64");
  }

  private static Path multiarch() {
    return Path.of("/lib", arm() ? "aarch64-linux-gnu" : "x86_64-linux-gnu");
  }

  private static void copy(Path file, Path root) throws IOException {
    if (Files.exists(file)) {
      Path copy = root.resolve(file.toString().substring(1));
      Files.createDirectories(copy.getParent());
      Files.copy(file.toRealPath(), copy, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  /** The command must start from the cache, and the classes in it must be those of this build. */
  private static void smokeTest(Path home, String buildId) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(home.resolve("bin/schemaward").toString(), "--version");
    builder.environment().put("SCHEMAWARD_JAVA_OPTIONS", "-XX:AOTMode=on");
    Process process = builder.redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0 || !said.strip().equals("schemaward " + buildId)) {
      throw new IllegalStateException(
          "the assembled command says «" + said + "», not schemaward " + buildId);
    }
  }

  private static void run(List<String> command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IllegalStateException(String.join(" ", command) + "\n" + said);
    }
  }
}
