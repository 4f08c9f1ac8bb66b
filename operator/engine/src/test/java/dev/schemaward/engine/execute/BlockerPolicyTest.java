package dev.schemaward.engine.execute;

import static dev.schemaward.engine.execute.TargetDatabase.prisma;
import static org.assertj.core.api.Assertions.assertThat;

import dev.schemaward.engine.FailureReason;
import dev.schemaward.engine.bundle.Bundle;
import dev.schemaward.engine.connect.RoundTrip;
import dev.schemaward.engine.hazard.LintPolicy;
import dev.schemaward.engine.plan.BlockerPolicy;
import dev.schemaward.engine.plan.ExecutionPolicy;
import dev.schemaward.testkit.postgres.SharedPostgres;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whoever is in the way is ended only where policy names it, and some never are. */
class BlockerPolicyTest {
  private static final Bundle INIT = prisma("20260101000000_init", "create table users (id int);");
  private static final Bundle BUNDLE =
      prisma(
          "20260101000000_init", "create table users (id int);",
          "20260102000000_phone", "alter table users add column phone text;");

  private final TargetDatabase db = new TargetDatabase(SharedPostgres.of(16));
  private final List<Progress.BlockerEnded> ended = new ArrayList<>();

  @BeforeEach
  void init() {
    assertThat(db.apply(INIT).failure()).isNull();
    db.sql(
        "do $$ begin if not exists (select from pg_roles where rolname = 'app') then create role"
            + " app login password 'app'; end if; end $$");
    db.sql("grant select on users to app");
  }

  private ApplyOutcome apply(BlockerPolicy policy) {
    return new Applier(
            new ApplyRequest(
                BUNDLE,
                db.credentials(),
                null,
                new ExecutionPolicy(
                    Duration.ofSeconds(4),
                    Duration.ofSeconds(30),
                    Duration.ofMinutes(1),
                    policy,
                    LintPolicy.NONE),
                new ApplyRequest.Gate.Always(),
                null,
                null,
                null,
                null,
                "run",
                TargetDatabase.BUILD,
                RoundTrip.UNWATCHED),
            event -> {
              if (event instanceof Progress.BlockerEnded end) {
                ended.add(end);
              }
            },
            new Cancellation(),
            new Random(1))
        .apply();
  }

  private Connection inTheWay(String user, String application) throws SQLException {
    Connection connection =
        user == null
            ? db.server().connect(db.name())
            : DriverManager.getConnection(db.server().jdbcUrl(db.name()), user, user);
    connection.setAutoCommit(false);
    try (Statement statement = connection.createStatement()) {
      statement.execute("set application_name = '" + application + "'");
      statement.executeQuery("select count(*) from users").close();
    }
    return connection;
  }

  @Test
  void nobodyIsEndedByDefault() throws SQLException {
    try (Connection idle = inTheWay("app", "report")) {
      ApplyOutcome outcome = apply(BlockerPolicy.NONE);
      assertThat(outcome.failure().reason()).isEqualTo(FailureReason.LockContention);
      assertThat(idle.isValid(2)).isTrue();
    }
  }

  @Test
  void anIdleTransactionIsEndedWhenItIsIdleForLongEnough() throws SQLException {
    try (Connection idle = inTheWay("app", "report")) {
      ApplyOutcome outcome = apply(new BlockerPolicy(Duration.ofSeconds(1), null));
      assertThat(outcome.failure()).isNull();
      assertThat(ended).hasSize(1);
      assertThat(ended.getFirst().terminated()).isTrue();
      assertThat(ended.getFirst().application()).isEqualTo("report");
      assertThat(idle.isValid(2)).isFalse();
    }
  }

  @Test
  void anotherOneIsNot() throws SQLException {
    try (Connection idle = inTheWay("app", "report")) {
      assertThat(apply(new BlockerPolicy(Duration.ofMinutes(5), "^nightly")).failure().reason())
          .isEqualTo(FailureReason.LockContention);
      assertThat(idle.isValid(2)).isTrue();
    }
  }

  @Test
  void aNamedApplicationIsEnded() throws SQLException {
    try (Connection idle = inTheWay("app", "nightly-report")) {
      assertThat(apply(new BlockerPolicy(null, "^nightly")).failure()).isNull();
      assertThat(idle.isValid(2)).isFalse();
    }
  }

  @Test
  void aSuperuserAndABackupAreLeftAlone() throws SQLException {
    for (String[] who : new String[][] {{null, "report"}, {"app", "pg_dump"}}) {
      try (Connection idle = inTheWay(who[0], who[1])) {
        assertThat(apply(new BlockerPolicy(Duration.ofSeconds(1), ".*")).failure().reason())
            .isEqualTo(FailureReason.LockContention);
        assertThat(ended).isEmpty();
        assertThat(idle.isValid(2)).isTrue();
      }
    }
  }
}
