package dev.schemaward.engine.diagnose;

import dev.schemaward.engine.bundle.Migration;
import dev.schemaward.engine.history.HistoryRow;
import java.util.List;
import java.util.Optional;

/**
 * What follows from bundle, history and ledger together. Each record says one situation; {@link
 * Diagnoser} finds it.
 */
public sealed interface Diagnosis {
  /** Migrations of the bundle that are applied, in the bundle's order. */
  List<Migration> applied();

  /**
   * Nothing is pending.
   *
   * @param missing names that are applied and not in the bundle; may be empty
   */
  record UpToDate(List<Migration> applied, List<String> missing) implements Diagnosis {}

  /**
   * Something is pending and can be run.
   *
   * @param pending in the bundle's order, never empty
   * @param missing names that are applied and not in the bundle; may be empty
   * @param outOfOrder names of pending migrations that stand before an applied one; may be empty
   * @param open rows of ours that were begun and not finished, each with what is known to have
   *     taken effect
   */
  record Behind(
      List<Migration> applied,
      List<Migration> pending,
      List<String> missing,
      List<String> outOfOrder,
      List<OpenAttempt> open)
      implements Diagnosis {
    /**
     * What is known of an interrupted or failed attempt at {@code migration}; empty when there was
     * none.
     */
    public Optional<OpenAttempt> openAttempt(Migration migration) {
      return open.stream()
          .filter(attempt -> attempt.row().name().equals(migration.name()))
          .reduce((older, newer) -> newer);
    }
  }

  /**
   * The history has a migration that was begun and not finished, by another tool or with an unknown
   * outcome (Prisma's P3009).
   *
   * @param row the open row
   * @param why what makes the outcome unknown
   */
  record Failed(List<Migration> applied, HistoryRow row, String why) implements Diagnosis {}

  /**
   * Files were edited after they had been applied.
   *
   * @param edited their migrations
   */
  record Edited(List<Migration> applied, List<Migration> edited) implements Diagnosis {}

  /**
   * The schema has tables and no history (Prisma's P3005).
   *
   * @param tables some of them
   */
  record NotBaselined(List<Migration> applied, List<String> tables) implements Diagnosis {}

  /**
   * An attempt of ours at a migration that is not finished.
   *
   * @param row its row in the tool's history, still open
   * @param done numbers of the statements, from 1, that took effect: always the first ones
   * @param unsettled number of the statement that was begun and whose end is not known; 0 when
   *     there is none
   */
  record OpenAttempt(HistoryRow row, List<Integer> done, int unsettled) {}
}
