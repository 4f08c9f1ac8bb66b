package dev.schemaward.engine.drift;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.schemaward.engine.EngineException;
import dev.schemaward.engine.FailureReason;
import dev.schemaward.engine.bundle.Bundle;
import dev.schemaward.engine.bundle.BundleReader;
import dev.schemaward.engine.bundle.Format;
import dev.schemaward.engine.connect.Credentials;
import dev.schemaward.engine.connect.SecretDirectory;
import dev.schemaward.engine.drift.DriftProposal.Verdict;
import dev.schemaward.engine.execute.TargetDatabase;
import dev.schemaward.engine.shadow.ShadowSource;
import dev.schemaward.testkit.postgres.SharedPostgres;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DriftCheckTest {
  private static final String[] SHOP = {
    "1_users",
    "CREATE TABLE users (id serial PRIMARY KEY, email text UNIQUE)",
    "2_orders",
    """
    CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, user_id int REFERENCES users, total numeric);
    CREATE INDEX orders_user ON orders (user_id);
    CREATE VIEW rich AS SELECT * FROM orders WHERE total > 100
    """
  };

  @TempDir private Path scratch;

  private DriftReport check(TargetDatabase db, Bundle bundle, DriftIgnore... ignores)
      throws EngineException {
    return check(db.credentials(), db.server().major(), bundle, ignores);
  }

  private DriftReport check(
      Credentials credentials, int major, Bundle bundle, DriftIgnore... ignores)
      throws EngineException {
    return DriftCheck.run(
        new DriftRequest(
            bundle,
            credentials,
            null,
            new ShadowSource.Embedded(DriftDatabase.programs(major), scratch),
            List.of(ignores),
            true));
  }

  private static TargetDatabase applied(int major, Bundle bundle) {
    TargetDatabase db = new TargetDatabase(SharedPostgres.of(major));
    assertThat(db.apply(bundle).failure()).isNull();
    return db;
  }

  @ParameterizedTest
  @ValueSource(ints = {14, 18})
  void whatTheMigrationsMadeIsNoDriftAndAHandIs(int major) throws EngineException {
    Bundle bundle = TargetDatabase.prisma(SHOP);
    TargetDatabase db = applied(major, bundle);
    DriftReport clean = check(db, bundle);
    assertThat(clean.comparison().drifts()).isEmpty();
    assertThat(clean.fingerprint()).isEqualTo(clean.expectedFingerprint());
    assertThat(clean.revert()).isNull();

    db.sql("DROP INDEX orders_user");
    db.sql("ALTER TABLE users ADD COLUMN nick text");
    DriftReport drifted = check(db, bundle);
    assertThat(drifted.comparison().drifts().stream().map(DriftText::line))
        .containsExactly(
            "index public.orders_user is missing", "column public.users.nick was added");
    assertThat(drifted.adopt().verdict()).isEqualTo(Verdict.EXACT);
    assertThat(drifted.revert().verdict()).isEqualTo(Verdict.LOSES_DATA);
    assertThat(drifted.revert().detail()).contains("column public.users.nick");
    assertThat(DriftText.text(drifted))
        .contains("Drift: 2 objects differ (1 high, 1 medium, 0 low)");

    DriftText.revertFile(drifted.revert())
        .lines()
        .filter(line -> !line.startsWith("--"))
        .forEach(db::sql);
    assertThat(check(db, bundle).drifted()).isFalse();
  }

  @Test
  void anAdoptedMigrationExplainsTheDrift() throws EngineException {
    Bundle bundle = TargetDatabase.prisma(SHOP);
    TargetDatabase db = applied(18, bundle);
    db.sql(
        "ALTER TABLE users ADD COLUMN nick text DEFAULT 'x'; CREATE INDEX by_hand ON users (nick)");
    String migration = DriftText.adoptFile(check(db, bundle).adopt());

    Bundle longer =
        TargetDatabase.prisma(SHOP[0], SHOP[1], SHOP[2], SHOP[3], "3_adopted", migration);
    TargetDatabase fresh = applied(18, longer);
    assertThat(SchemaComparison.of(snapshot(fresh), snapshot(db)).drifts()).isEmpty();
  }

  private static SchemaSnapshot snapshot(TargetDatabase db) {
    try (var session =
        dev.schemaward.engine.connect.Session.open(
            db.credentials(),
            new dev.schemaward.engine.connect.Session.Settings(
                "test", "public", java.time.Duration.ofMinutes(1)),
            dev.schemaward.engine.connect.RoundTrip.UNWATCHED)) {
      return SchemaSnapshot.read(session, SchemaScope.of("public"));
    } catch (EngineException | java.sql.SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void whatIsIgnoredIsNamedAndStaysAsItIs() throws EngineException {
    Bundle bundle = TargetDatabase.prisma(SHOP);
    TargetDatabase db = applied(18, bundle);
    db.sql("CREATE TABLE tmp_import (a int, b text); COMMENT ON TABLE users IS 'x'");
    db.sql("DROP INDEX orders_user");
    DriftReport report =
        check(
            db,
            bundle,
            new DriftIgnore("table public.tmp_*", "imports"),
            new DriftIgnore("* * @comment", "the wiki's business"));
    assertThat(report.comparison().drifts().stream().map(DriftText::line))
        .containsExactly("index public.orders_user is missing");
    assertThat(report.comparison().ignored().values())
        .containsExactly("imports", "the wiki's business");
    assertThat(report.revert().verdict()).as(report.revert().detail()).isEqualTo(Verdict.EXACT);
    assertThat(report.revert().script().statements())
        .containsExactly("CREATE INDEX orders_user ON public.orders USING btree (user_id)");
    assertThat(report.adopt().script().statements())
        .containsExactly("DROP INDEX public.orders_user");
  }

  @Test
  void aRoleThatMayOnlyReadCanCheck() throws EngineException {
    Bundle bundle = TargetDatabase.prisma(SHOP);
    TargetDatabase db = applied(18, bundle);
    db.sql("DROP ROLE IF EXISTS drift_auditor");
    db.sql("CREATE ROLE drift_auditor LOGIN PASSWORD 'x'");
    db.sql("GRANT SELECT ON _prisma_migrations TO drift_auditor");
    db.sql("GRANT USAGE ON SCHEMA schemaward TO drift_auditor");
    db.sql("GRANT SELECT ON ALL TABLES IN SCHEMA schemaward TO drift_auditor");
    Credentials auditor =
        SecretDirectory.parseUrl(
            db.server().url(db.name(), "drift_auditor", "x") + "?schema=public", "test");
    assertThat(check(auditor, 18, bundle).comparison().drifts()).isEmpty();
    db.sql("ALTER TABLE users ALTER COLUMN email SET NOT NULL");
    assertThat(check(auditor, 18, bundle).drifted()).isTrue();
    db.sql("DROP OWNED BY drift_auditor; DROP ROLE drift_auditor");
  }

  @Test
  void grantsAndPoliciesForOtherRolesAreReplayed() throws EngineException {
    db(
        18,
        "DO $$ BEGIN IF to_regrole('drift_reader') IS NULL THEN CREATE ROLE drift_reader; END IF;"
            + " END $$");
    Bundle bundle =
        TargetDatabase.prisma(
            "1_users",
            """
            CREATE TABLE users (id serial PRIMARY KEY);
            GRANT SELECT ON users TO drift_reader;
            ALTER TABLE users ENABLE ROW LEVEL SECURITY;
            CREATE POLICY own ON users TO drift_reader USING (id > 0)
            """);
    TargetDatabase db = applied(18, bundle);
    assertThat(check(db, bundle).comparison().drifts()).isEmpty();
    db.sql("REVOKE SELECT ON users FROM drift_reader");
    db.sql("ALTER TABLE users OWNER TO drift_reader");
    DriftReport report = check(db, bundle);
    assertThat(report.comparison().drifts().stream().map(DriftText::line))
        .containsExactly(
            "table public.users: owner postgres → drift_reader; privileges drift_reader: SELECT"
                + " {owner}: DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE,"
                + " UPDATE → (default)");
    assertThat(report.revert().verdict()).as(report.revert().detail()).isEqualTo(Verdict.EXACT);
    assertThat(report.adopt().verdict()).as(report.adopt().detail()).isEqualTo(Verdict.EXACT);
  }

  private static void db(int major, String sql) {
    SharedPostgres.of(major).execute("postgres", sql);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"01-normal", "03-index-concurrently", "04-enum-change", "05-data-backfill"})
  void noFixtureOfPrismaDrifts(String fixture) throws Exception {
    Bundle bundle =
        BundleReader.read(
            Path.of("src/test/resources/prisma-fixtures", fixture, "prisma/migrations"),
            Optional.of(Format.PRISMA));
    TargetDatabase db = applied(18, bundle);
    DriftReport report = check(db, bundle);
    assertThat(report.applied()).isEqualTo(bundle.migrations().size()).isPositive();
    assertThat(report.comparison().drifts()).isEmpty();
    assertThat(report.fingerprint()).isEqualTo(report.expectedFingerprint());
  }

  @Test
  void aFixtureThatFailedHalfwayDoesNotDrift() throws Exception {
    Bundle bundle =
        BundleReader.read(
            Path.of("src/test/resources/prisma-fixtures/02-failing-second/prisma/migrations"),
            Optional.of(Format.PRISMA));
    TargetDatabase db = new TargetDatabase(SharedPostgres.of(18));
    assertThat(db.apply(bundle).failure()).isNotNull();
    DriftReport report = check(db, bundle);
    assertThat(report.applied()).isEqualTo(1);
    assertThat(report.drifted()).isFalse();
  }

  @Test
  void onlyWhatIsAppliedIsExpected() throws EngineException {
    Bundle bundle = TargetDatabase.prisma(SHOP);
    TargetDatabase db = applied(18, TargetDatabase.prisma(SHOP[0], SHOP[1]));
    DriftReport report = check(db, bundle);
    assertThat(report.applied()).isEqualTo(1);
    assertThat(report.drifted()).isFalse();
  }

  @Test
  void whereTheExpectedSchemaIsNotKnownNothingIsClaimed() throws EngineException {
    Bundle bundle = TargetDatabase.prisma(SHOP);
    TargetDatabase db = applied(18, bundle);
    assertThatThrownBy(() -> check(db.credentials(), 16, bundle))
        .isInstanceOfSatisfying(
            EngineException.class,
            e -> {
              assertThat(e.reason()).isEqualTo(FailureReason.DependencyMissing);
              assertThat(e).hasMessageContaining("no server programs of PostgreSQL 18");
            });
    assertThatThrownBy(() -> check(db, TargetDatabase.prisma(SHOP[0], SHOP[1])))
        .isInstanceOfSatisfying(
            EngineException.class,
            e -> {
              assertThat(e.reason()).isEqualTo(FailureReason.NeedsAttention);
              assertThat(e).hasMessageContaining("applied and not in the bundle: 2_orders");
            });
    TargetDatabase strange = new TargetDatabase(SharedPostgres.of(18));
    strange.sql("CREATE TABLE legacy (a int)");
    assertThatThrownBy(() -> check(strange, bundle))
        .isInstanceOfSatisfying(
            EngineException.class,
            e -> assertThat(e.reason()).isEqualTo(FailureReason.NotBaselined));
  }

  @Test
  void aMigrationThatTheShadowCannotReplayIsNoDrift() throws EngineException {
    Bundle bundle = TargetDatabase.prisma("1_a", "CREATE TABLE a AS SELECT * FROM outside.b");
    TargetDatabase db = new TargetDatabase(SharedPostgres.of(18));
    db.sql("CREATE SCHEMA outside CREATE TABLE b (x int)");
    assertThat(db.apply(bundle).failure()).isNull();
    assertThatThrownBy(() -> check(db, bundle))
        .isInstanceOfSatisfying(
            EngineException.class,
            e -> {
              assertThat(e.reason()).isEqualTo(FailureReason.NeedsAttention);
              assertThat(e).hasMessageContaining("cannot be replayed").hasMessageContaining("1_a");
            });
  }
}
