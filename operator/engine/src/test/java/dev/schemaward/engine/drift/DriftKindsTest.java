package dev.schemaward.engine.drift;

import static org.assertj.core.api.Assertions.assertThat;

import dev.schemaward.engine.connect.Session;
import dev.schemaward.engine.drift.script.SchemaScript;
import dev.schemaward.testkit.postgres.PostgresServer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every kind of drift, made by hand on a schema with rows: found under its name; reverted so that
 * the schema is exactly the expected one; adopted so that it is exactly the live one; and no value
 * is lost that the script does not confess to.
 */
class DriftKindsTest {
  private static final String ONLY = System.getProperty("schemaward.drift.kind", "");

  /** One kind: its name, the object that must be named, remarks, the SQL that makes it. */
  record Kind(String name, String object, List<String> remarks, String sql) {
    boolean is(String remark) {
      return remarks.contains(remark);
    }

    int since() {
      return remarks.stream()
          .filter(remark -> remark.startsWith("since "))
          .mapToInt(remark -> Integer.parseInt(remark.substring("since ".length())))
          .findFirst()
          .orElse(0);
    }
  }

  static IntStream majors() {
    return IntStream.of(DriftDatabase.MAJORS);
  }

  static String resource(String name) throws IOException {
    try (InputStream in = DriftKindsTest.class.getResourceAsStream("/drift/" + name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  static List<Kind> kinds() throws IOException {
    List<Kind> kinds = new ArrayList<>();
    String[] parts = resource("kinds.sql").split("(?m)^== ", -1);
    for (int i = 1; i < parts.length; i++) {
      String[] headAndSql = parts[i].split("\n", 2);
      String[] head = headAndSql[0].split("\\|", -1);
      List<String> remarks = new ArrayList<>();
      for (String remark : head[2].split(",", -1)) {
        remarks.add(remark.strip());
      }
      kinds.add(new Kind(head[0].strip(), head[1].strip(), remarks, headAndSql[1].strip()));
    }
    return kinds;
  }

  @ParameterizedTest
  @MethodSource("majors")
  void everyKindIsFoundAndBothWaysOutAreExact(int major) throws IOException, SQLException {
    List<String> wrong = new ArrayList<>();
    int exact = 0;
    int tried = 0;
    Bench bench = new Bench(major);
    try {
      for (Kind kind : kinds()) {
        if (kind.since() > major || !kind.name().contains(ONLY)) {
          continue;
        }
        tried++;
        int before = wrong.size();
        try {
          bench.check(kind, wrong);
        } catch (IllegalStateException | SQLException e) {
          wrong.add(kind.name() + ": " + e.getMessage());
        }
        if (wrong.size() == before && !kind.is("partial")) {
          exact++;
        }
        if (wrong.size() > before || bench.spent()) {
          bench.close();
          bench = new Bench(major);
        }
      }
    } finally {
      bench.close();
    }
    System.out.println(
        "PostgreSQL " + major + ": " + tried + " kinds of drift, " + exact + " reverted exactly");
    assertThat(wrong).isEmpty();
    assertThat(exact).isGreaterThanOrEqualTo(ONLY.isEmpty() ? 97 : 1);
  }

  /** One database that drifts and comes back, again and again. */
  private static final class Bench {
    private final DriftDatabase db;
    private final Session session;
    private final SchemaSnapshot expected;
    private final String rows;

    private final boolean adopting;

    Bench(int major) throws IOException, SQLException {
      // The adopt scripts are the same for all majors; once is enough for an ordinary build.
      adopting = major == DriftDatabase.MAJORS[DriftDatabase.MAJORS.length - 1];
      db = new DriftDatabase(major).sql(resource("shop.sql"));
      session = db.session();
      expected = snapshot();
      rows = rows();
    }

    /** Every value of every base column, whatever else a table has. */
    private String rows() {
      try {
        return session
            .row(
                """
                SELECT concat_ws('|',
                  (SELECT md5(string_agg(concat_ws(',', id, email, name, mood, moods::text, bio, score, doubled), ';' ORDER BY id)) FROM public.users),
                  (SELECT md5(string_agg(concat_ws(',', id, user_id, total, state, note, at), ';' ORDER BY id)) FROM public.orders),
                  (SELECT md5(string_agg(concat_ws(',', at, what), ';' ORDER BY at)) FROM public.events),
                  (SELECT md5(string_agg(concat_ws(',', a, b), ';' ORDER BY a)) FROM public.parent),
                  (SELECT md5(string_agg(concat_ws(',', a, b, c), ';' ORDER BY a)) FROM public.child))\
                """)[
            0];
      } catch (SQLException e) {
        return "unreadable: " + e.getMessage();
      }
    }

    private SchemaSnapshot snapshot() throws SQLException {
      return SchemaSnapshot.read(session, SchemaScope.of("public"));
    }

    private void apply(SchemaScript script) throws SQLException {
      session.execute("BEGIN; SET LOCAL " + SchemaScript.PREAMBLE.substring("SET ".length()));
      for (String statement : script.statements()) {
        try {
          session.execute(statement);
        } catch (SQLException e) {
          throw new SQLException(
              e.getMessage() + " in: " + statement + "\nof:\n" + script.text(), e);
        }
      }
      session.execute("COMMIT");
    }

    void check(Kind kind, List<String> wrong) throws SQLException {
      session.execute(kind.sql());
      SchemaSnapshot live = snapshot();
      SchemaComparison found = SchemaComparison.of(expected, live);
      if (found.drifts().stream().noneMatch(d -> d.object().toString().equals(kind.object()))) {
        wrong.add(kind.name() + ": not found, but " + found.drifts());
        return;
      }
      boolean rowsChanged = !rows().equals(rows);
      SchemaScript revert = SchemaScript.between(live, expected, PostgresServer.SUPERUSER);
      judge(kind, "revert", revert, kind.is("loses"), kind.is("partial"), wrong);
      apply(revert);
      same(kind, "revert", expected, revert, wrong);
      if (!rowsChanged && revert.losesData().isEmpty() && !rows().equals(rows)) {
        wrong.add(kind.name() + ": rows differ after a revert that says nothing of it");
      }
      if (adopting && (wrong.isEmpty() || !wrong.getLast().startsWith(kind.name()))) {
        adopt(kind, live, rowsChanged, wrong);
      }
    }

    private void adopt(Kind kind, SchemaSnapshot live, boolean rowsChanged, List<String> wrong)
        throws SQLException {
      String before = rows();
      SchemaScript adopt = SchemaScript.between(expected, live, PostgresServer.SUPERUSER);
      judge(kind, "adopt", adopt, kind.is("adopt-loses"), kind.is("adopt-partial"), wrong);
      apply(adopt);
      if (!kind.is("adopt-partial")) {
        same(kind, "adopt", live, adopt, wrong);
      }
      if (!rowsChanged && adopt.losesData().isEmpty() && !rows().equals(before)) {
        wrong.add(kind.name() + ": rows differ after an adopt script that says nothing of it");
      }
      apply(SchemaScript.between(snapshot(), expected, PostgresServer.SUPERUSER));
    }

    /** True when a kind that loses rows has taken those that the next ones count on. */
    boolean spent() {
      return !rows().equals(rows);
    }

    private static void judge(
        Kind kind,
        String way,
        SchemaScript script,
        boolean loses,
        boolean partial,
        List<String> wrong) {
      if (loses == script.losesData().isEmpty()) {
        wrong.add(kind.name() + ": " + way + " says it loses " + script.losesData());
      }
      if (partial == script.refused().isEmpty()) {
        wrong.add(kind.name() + ": " + way + " refuses " + script.refused());
      }
    }

    private void same(
        Kind kind, String way, SchemaSnapshot wanted, SchemaScript script, List<String> wrong)
        throws SQLException {
      SchemaComparison left = SchemaComparison.of(wanted, snapshot());
      if (!left.clean()) {
        wrong.add(kind.name() + ": " + way + " leaves " + left.drifts() + "\n" + script.text());
      }
    }

    void close() {
      session.close();
      db.close();
    }
  }
}
