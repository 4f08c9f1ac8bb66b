package dev.schemaward.engine.recover;

import dev.schemaward.engine.bundle.Migration;
import dev.schemaward.engine.history.HistoryRow;
import dev.schemaward.engine.ledger.LedgerMark;
import java.util.List;

/**
 * A way out of a situation in which Schemaward must not decide by itself. All of them write
 * bookkeeping (the tool's history and the ledger) and never touch the application's schema or data.
 */
public sealed interface RecoveryAction {
  /** One word for programs. */
  String kind();

  /**
   * Statements 1 to {@code statement} took effect; the next run goes on behind them.
   *
   * @param row the open row
   * @param statement number of the last statement that took effect, from 0 (none of it did)
   */
  record ContinueAfter(HistoryRow row, Migration migration, int statement)
      implements RecoveryAction {
    @Override
    public String kind() {
      return "ContinueAfter";
    }
  }

  /**
   * All of the migration took effect.
   *
   * @param row the open row
   */
  record MarkApplied(HistoryRow row, Migration migration) implements RecoveryAction {
    @Override
    public String kind() {
      return "MarkApplied";
    }
  }

  /**
   * Nothing of the migration is there, or what is there was undone: the file runs from its first
   * statement.
   *
   * @param row the open row
   */
  record MarkRolledBack(HistoryRow row) implements RecoveryAction {
    @Override
    public String kind() {
      return "MarkRolledBack";
    }
  }

  /**
   * The database was made without a history: these migrations are in it already.
   *
   * @param migrations the first ones of the bundle; empty when none of it is there
   */
  record Baseline(List<Migration> migrations) implements RecoveryAction {
    public Baseline {
      migrations = List.copyOf(migrations);
    }

    @Override
    public String kind() {
      return "Baseline";
    }
  }

  /**
   * The edited files are the truth now; what they say is in the database already.
   *
   * @param rows applied rows with the old checksums
   * @param migrations the files, one a row
   */
  record AdoptEdited(List<HistoryRow> rows, List<Migration> migrations) implements RecoveryAction {
    public AdoptEdited {
      rows = List.copyOf(rows);
      migrations = List.copyOf(migrations);
    }

    @Override
    public String kind() {
      return "AdoptEdited";
    }
  }

  /**
   * The database is the one that is meant, although its ledger is not the known one or has come
   * less far.
   *
   * @param known the ledger as it was last seen
   */
  record AcceptDatabase(LedgerMark known) implements RecoveryAction {
    @Override
    public String kind() {
      return "AcceptDatabase";
    }
  }

  /** The ledger lost its identity; it gets a new one, with an epoch above every recorded run. */
  record RestoreLedger() implements RecoveryAction {
    @Override
    public String kind() {
      return "RestoreLedger";
    }
  }
}
