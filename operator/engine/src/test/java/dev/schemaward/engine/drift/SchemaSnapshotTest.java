package dev.schemaward.engine.drift;

import static org.assertj.core.api.Assertions.assertThat;

import dev.schemaward.engine.connect.Session;
import java.sql.SQLException;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SchemaSnapshotTest {
  static IntStream majors() {
    return IntStream.rangeClosed(14, 18);
  }

  @ParameterizedTest
  @MethodSource("majors")
  void everyKindIsSeen(int major) {
    try (DriftDatabase db = new DriftDatabase(major).sql(DriftDatabase.everyKind())) {
      Set<ObjectKind> seen =
          db.snapshot().objects().keySet().stream()
              .map(ObjectKey::kind)
              .collect(Collectors.toSet());
      assertThat(EnumSet.complementOf(EnumSet.copyOf(seen))).isEmpty();
    }
  }

  @ParameterizedTest
  @MethodSource("majors")
  void equalSchemasHaveEqualSnapshots(int major) {
    try (DriftDatabase one = new DriftDatabase(major).sql(DriftDatabase.everyKind());
        DriftDatabase two =
            new DriftDatabase(major)
                .sql("CREATE TABLE public.shift_oids (x serial); DROP TABLE public.shift_oids")
                .sql(DriftDatabase.everyKind())) {
      assertThat(two.snapshot().objects()).isEqualTo(one.snapshot().objects());
      assertThat(two.snapshot().fingerprint()).isEqualTo(one.snapshot().fingerprint());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {14, 18})
  void useAndMaintenanceDoNotChangeIt(int major) {
    try (DriftDatabase db = new DriftDatabase(major).sql(DriftDatabase.everyKind())) {
      String before = db.snapshot().fingerprint();
      db.sql(
          "INSERT INTO public.users (name, email) SELECT 'n' || g, g || '@x' FROM"
              + " generate_series(1, 500) g");
      db.sql("SELECT nextval('public.ticket')");
      db.sql("REFRESH MATERIALIZED VIEW public.sums");
      db.sql("ANALYZE");
      db.sql("VACUUM FULL public.users");
      db.sql("REINDEX TABLE public.users");
      db.sql("TRUNCATE public.orders RESTART IDENTITY");
      assertThat(db.snapshot().fingerprint()).isEqualTo(before);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {14, 18})
  void aRoleWithoutPrivilegesSeesTheSame(int major) throws SQLException {
    try (DriftDatabase db = new DriftDatabase(major).sql(DriftDatabase.everyKind());
        Session nobody = db.session("drift_nobody", "drift_nobody")) {
      assertThat(SchemaSnapshot.read(nobody, SchemaScope.of("public")).objects())
          .isEqualTo(db.snapshot().objects());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {14, 18})
  void settingsOfTheRoleDoNotChangeIt(int major) throws SQLException {
    try (DriftDatabase db = new DriftDatabase(major).sql(DriftDatabase.everyKind());
        Session session = db.session()) {
      session.execute(
          "SET DateStyle = 'ISO, DMY'; SET IntervalStyle = sql_standard; SET search_path = nowhere;"
              + " SET quote_all_identifiers = on; SET TimeZone = 'UTC'");
      assertThat(SchemaSnapshot.read(session, SchemaScope.of("public")).objects())
          .isEqualTo(db.snapshot().objects());
      assertThat(session.inTransaction()).isFalse();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {14, 18})
  void theStreamedFingerprintIsTheSnapshots(int major) throws SQLException {
    try (DriftDatabase db = new DriftDatabase(major).sql(DriftDatabase.everyKind());
        Session session = db.session()) {
      assertThat(SchemaFingerprint.of(session, "public", null))
          .isEqualTo(db.snapshot(SchemaScope.all()).fingerprint());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {14, 18})
  void whatIsNotTheApplicationsIsLeftOut(int major) {
    try (DriftDatabase db = new DriftDatabase(major).sql("CREATE TABLE public.a (id int)")) {
      SchemaSnapshot before = db.snapshot(SchemaScope.all());
      db.sql("CREATE TABLE public._prisma_migrations (id serial PRIMARY KEY)");
      db.sql("CREATE TABLE public.flyway_schema_history (id int PRIMARY KEY)");
      db.sql("CREATE SCHEMA schemaward CREATE TABLE meta (x serial)");
      db.sql("CREATE TEMP TABLE t (x serial)");
      assertThat(db.snapshot(SchemaScope.all()).objects()).isEqualTo(before.objects());
      db.sql("CREATE SCHEMA other CREATE TABLE meta (x serial)");
      assertThat(db.snapshot().objects())
          .isEqualTo(db.snapshot(SchemaScope.of("public")).objects());
      assertThat(db.snapshot(SchemaScope.all()).find(ObjectKind.TABLE, "other.meta")).isPresent();
      assertThat(db.snapshot(SchemaScope.of("public")).objects()).isEqualTo(before.objects());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {18})
  void anInvalidIndexIsSeenButNotFingerprinted(int major) throws SQLException {
    try (DriftDatabase db = new DriftDatabase(major).sql("CREATE TABLE public.a (id int)")) {
      db.sql("INSERT INTO public.a VALUES (1), (1)");
      String before = db.snapshot().fingerprint();
      try {
        db.sql("CREATE UNIQUE INDEX CONCURRENTLY a_id ON public.a (id)");
      } catch (IllegalStateException expected) {
        assertThat(expected.getCause()).hasMessageContaining("could not create unique index");
      }
      SchemaSnapshot after = db.snapshot();
      assertThat(after.fingerprint()).isEqualTo(before);
      assertThat(after.find(ObjectKind.INDEX, "public.a_id"))
          .hasValueSatisfying(index -> assertThat(index.is("invalid")).isTrue());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {18})
  void privilegesAreReadAsGrantsAndNotAsAclItems(int major) {
    try (DriftDatabase db = new DriftDatabase(major).sql(DriftDatabase.everyKind())) {
      SchemaSnapshot snapshot = db.snapshot();
      assertThat(snapshot.find(ObjectKind.TABLE, "public.users").orElseThrow().get("privileges"))
          .isEqualTo(
              "drift_reader: SELECT*\n"
                  + "{owner}: DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE,"
                  + " UPDATE");
      assertThat(
              snapshot.find(ObjectKind.COLUMN, "public.users.born").orElseThrow().get("privileges"))
          .isEqualTo("drift_reader: UPDATE");
      assertThat(Acl.text(Acl.parse("a: SELECT*\nPUBLIC: USAGE")))
          .isEqualTo("PUBLIC: USAGE\na: SELECT*");
      assertThat(List.of(Acl.parse(Acl.NOBODY).size())).containsExactly(0);
    }
  }
}
