package dev.schemaward.engine.drift;

import dev.schemaward.engine.connect.Session;
import dev.schemaward.engine.drift.script.SchemaScript;
import java.io.IOException;
import java.sql.SQLException;

/**
 * Figures of docs/benchmarks.md: not a test, because a clock that decides makes a test that fails
 * on a busy machine. Arguments: number of tables, majors. Beside it {@code pg_dump -s}, where the
 * one on the PATH can read that major, and pgCodeKeeper, where it is on the class path.
 */
public final class DriftBenchmark {
  private DriftBenchmark() {}

  public static void main(String[] arguments)
      throws IOException, InterruptedException, SQLException {
    int tables = Integer.parseInt(arguments[0]);
    for (int i = 1; i < arguments.length; i++) {
      measure(Integer.parseInt(arguments[i]), tables);
    }
  }

  private static void measure(int major, int tables)
      throws IOException, InterruptedException, SQLException {
    try (DriftDatabase db = new DriftDatabase(major);
        Session session = db.session()) {
      session.execute(schema(tables));
      System.out.printf("PostgreSQL %d, %d tables%n", major, tables);
      SchemaSnapshot snapshot = null;
      for (int round = 1; round <= 4; round++) {
        long begun = System.nanoTime();
        snapshot = SchemaSnapshot.read(session, SchemaScope.of("public"));
        report("snapshot with dependencies, round " + round, begun);
      }
      System.gc();
      Runtime runtime = Runtime.getRuntime();
      System.out.printf(
          "  %d objects; heap with one snapshot held: %d MB%n",
          snapshot.objects().size(), (runtime.totalMemory() - runtime.freeMemory()) >> 20);
      for (int round = 1; round <= 3; round++) {
        long begun = System.nanoTime();
        SchemaFingerprint.of(session, "public", null);
        report("fingerprint alone, round " + round, begun);
      }
      session.execute("ALTER TABLE public.t1 DROP COLUMN a; DROP INDEX public.t7_c_idx");
      SchemaSnapshot live = SchemaSnapshot.read(session, SchemaScope.of("public"));
      long begun = System.nanoTime();
      SchemaComparison comparison = SchemaComparison.of(snapshot, live);
      SchemaScript script = SchemaScript.between(live, snapshot, "postgres");
      report(
          "comparison and revert script ("
              + comparison.drifts().size()
              + " differences, "
              + script.statements().size()
              + " statements)",
          begun);
      dump(db, major);
      // Without statistics pgCodeKeeper does not finish on 15.
      session.execute("ANALYZE");
      for (int round = 1; round <= 3; round++) {
        codeKeeper(db, round);
      }
    }
  }

  /** By reflection: it is no dependency of ours. */
  private static void codeKeeper(DriftDatabase db, int round) {
    String base = "org.pgcodekeeper.core.";
    try {
      Class<?> settings = Class.forName(base + "settings.ISettings");
      Class<?> ignores = Class.forName(base + "ignorelist.IgnoreSchemaList");
      Object chosen = Class.forName(base + "settings.CoreSettings").getConstructor().newInstance();
      String[] user = db.server().url(db.name()).substring("postgresql://".length()).split("@", 2);
      String url =
          "jdbc:postgresql://"
              + user[1]
              + "?user="
              + user[0].split(":", 2)[0]
              + "&password="
              + user[0].split(":", 2)[1];
      long begun = System.nanoTime();
      Object loader =
          Class.forName(base + "loader.LoaderFactory")
              .getMethod("createJdbcLoader", settings, String.class, ignores)
              .invoke(null, chosen, url, null);
      loader.getClass().getMethod("loadAndAnalyze").invoke(loader);
      report("pgCodeKeeper loads the schema, round " + round, begun);
    } catch (ReflectiveOperationException e) {
      System.out.println(
          "  pgCodeKeeper: " + (e.getCause() == null ? e.toString() : e.getCause().toString()));
    }
  }

  private static void report(String what, long begun) {
    System.out.printf("  %s: %d ms%n", what, (System.nanoTime() - begun) / 1_000_000);
  }

  /** Eight columns, three indexes, a check, a foreign key, a comment and a grant a table. */
  private static String schema(int tables) {
    return """
    DO $$ BEGIN FOR i IN 1..%d LOOP
      EXECUTE format('CREATE TABLE public.t%%1$s (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, a text NOT NULL,
        b int DEFAULT 1, c timestamptz DEFAULT now(), d numeric(10,2), e jsonb, f uuid, g boolean, CHECK (b > 0));
        CREATE INDEX ON public.t%%1$s (a); CREATE INDEX ON public.t%%1$s (c) WHERE b > 0;
        COMMENT ON TABLE public.t%%1$s IS ''x''; GRANT SELECT ON public.t%%1$s TO drift_reader', i);
      IF i > 1 THEN
        EXECUTE format('ALTER TABLE public.t%%s ADD CONSTRAINT fk FOREIGN KEY (id) REFERENCES public.t%%s', i, i - 1);
      END IF;
      IF i %% 10 = 0 THEN
        EXECUTE format('CREATE VIEW public.v%%1$s AS SELECT * FROM public.t%%1$s;
          CREATE FUNCTION public.f%%1$s(x int) RETURNS int LANGUAGE sql AS ''SELECT x'';', i);
      END IF;
      IF i %% 100 = 0 THEN COMMIT; END IF;
    END LOOP; END $$\
    """
        .formatted(tables);
  }

  private static void dump(DriftDatabase db, int major) throws InterruptedException {
    for (int round = 1; round <= 3; round++) {
      long begun = System.nanoTime();
      try {
        int code =
            new ProcessBuilder("pg_dump", "-s", "-f", "/dev/null", db.server().url(db.name()))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
        if (code != 0) {
          System.out.println("  pg_dump -s: the one on the PATH cannot read " + major);
          return;
        }
      } catch (IOException e) {
        System.out.println("  pg_dump -s: " + e.getMessage());
        return;
      }
      report("pg_dump -s, round " + round, begun);
    }
  }
}
