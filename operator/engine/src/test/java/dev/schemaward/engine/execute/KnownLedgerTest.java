package dev.schemaward.engine.execute;

import static dev.schemaward.engine.execute.TargetDatabase.prisma;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.schemaward.engine.EngineException;
import dev.schemaward.engine.FailureReason;
import dev.schemaward.engine.Schemaward;
import dev.schemaward.engine.bundle.Bundle;
import dev.schemaward.engine.connect.RoundTrip;
import dev.schemaward.engine.ledger.LedgerMark;
import dev.schemaward.engine.recover.Recovery;
import dev.schemaward.testkit.postgres.SharedPostgres;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/**
 * Fault matrix 48 and 49: a database that was restored to an earlier point, or whose ledger was
 * dropped or tampered with, is named and not touched until a person says that it is the one.
 */
class KnownLedgerTest {
  private static final Bundle BUNDLE =
      prisma(
          "20260101000000_init", "create table users (id int);",
          "20260102000000_more", "create table orders (id int);");

  private final TargetDatabase db = new TargetDatabase(SharedPostgres.of(17));

  private static Bundle first() {
    return prisma("20260101000000_init", "create table users (id int);");
  }

  private LedgerMark applied() throws EngineException {
    ApplyOutcome outcome = db.apply(first());
    assertThat(outcome.failure()).isNull();
    return outcome.ledger();
  }

  private RecoverRequest request(LedgerMark known) {
    return new RecoverRequest(
        BUNDLE,
        db.credentials(),
        null,
        null,
        Duration.ofSeconds(3),
        null,
        null,
        null,
        known,
        "recover",
        TargetDatabase.BUILD,
        RoundTrip.UNWATCHED);
  }

  private void assertRefusedUntilAccepted(LedgerMark known, String words) throws EngineException {
    assertThatThrownBy(() -> db.plan(BUNDLE, known))
        .isInstanceOfSatisfying(
            EngineException.class,
            e -> assertThat(e.reason()).isEqualTo(FailureReason.LedgerMismatch))
        .hasMessageContaining(words)
        .hasMessageContaining("recover --show");
    Recovery recovery = Schemaward.recovery(request(known));
    assertThat(recovery.options()).hasSize(1);
    assertThat(recovery.options().getFirst().recommended()).isFalse();
    Schemaward.recover(
        request(known), recovery.options().getFirst().hash(), Progress.SILENT, new Cancellation());
    LedgerMark now = db.plan(BUNDLE).ledger();
    assertThat(now.epoch()).isGreaterThan(known.epoch());
    assertThat(db.plan(BUNDLE, now).pending()).isNotEmpty();
  }

  @Test
  void whatIsAsItWasIsPlanned() throws EngineException {
    LedgerMark known = applied();
    assertThat(db.plan(BUNDLE, known).pending()).hasSize(1);
  }

  @Test
  void row48aDatabaseRestoredToAnEarlierPoint() throws EngineException {
    LedgerMark known = applied();
    assertRefusedUntilAccepted(new LedgerMark(known.id(), known.epoch() + 3), "earlier point");
  }

  @Test
  void row49aDroppedLedger() throws EngineException {
    LedgerMark known = applied();
    db.sql("drop schema schemaward cascade");
    assertRefusedUntilAccepted(known, "is gone");
  }

  @Test
  void row49aLedgerOfAnotherDatabase() throws EngineException {
    LedgerMark known = applied();
    assertRefusedUntilAccepted(
        new LedgerMark("11111111-2222-3333-4444-555555555555", known.epoch()), "another one");
  }

  @Test
  void row49aLedgerWithoutItsIdentityIsRestored() throws EngineException {
    applied();
    db.sql("delete from schemaward.meta");
    assertThatThrownBy(() -> db.plan(BUNDLE)).hasMessageContaining("tampered");
    Recovery recovery = Schemaward.recovery(request(null));
    Schemaward.recover(
        request(null), recovery.options().getFirst().hash(), Progress.SILENT, new Cancellation());
    assertThat(db.apply(BUNDLE).failure()).isNull();
    assertThat(db.query("select max(epoch)::text from schemaward.run where id <> 'recover'"))
        .as("the epoch goes on above what it was")
        .containsExactly("3");
  }
}
