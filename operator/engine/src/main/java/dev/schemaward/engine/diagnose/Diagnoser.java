package dev.schemaward.engine.diagnose;

import dev.schemaward.engine.bundle.Bundle;
import dev.schemaward.engine.bundle.Format;
import dev.schemaward.engine.bundle.Migration;
import dev.schemaward.engine.history.History;
import dev.schemaward.engine.history.HistoryRow;
import dev.schemaward.engine.ledger.Ledger;
import dev.schemaward.engine.ledger.LedgerState;
import dev.schemaward.engine.ledger.LedgerState.Attempt;
import dev.schemaward.engine.ledger.LedgerState.JournalEntry;
import dev.schemaward.engine.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Decides, purely, what situation a database is in. Asks in this order: is there a history at all;
 * is something open whose outcome nobody knows; was an applied file edited; is something pending.
 */
public final class Diagnoser {
  private Diagnoser() {}

  /** The situation. */
  public static Diagnosis diagnose(Bundle bundle, History history, LedgerState ledger) {
    if (bundle.format() != Format.SQL && !history.present() && !history.otherTables().isEmpty()) {
      return new Diagnosis.NotBaselined(List.of(), history.otherTables());
    }
    Map<String, List<HistoryRow>> appliedRows = new LinkedHashMap<>();
    for (HistoryRow row : history.rows()) {
      if (row.applied()) {
        appliedRows.computeIfAbsent(row.name(), name -> new ArrayList<>()).add(row);
      }
    }
    List<Migration> applied = new ArrayList<>();
    List<Migration> edited = new ArrayList<>();
    List<Migration> pending = new ArrayList<>();
    List<String> outOfOrder = new ArrayList<>();
    List<String> waitingForAnApplied = new ArrayList<>();
    Set<String> missing = new LinkedHashSet<>(appliedRows.keySet());
    Map<String, Migration> byName = new HashMap<>();
    Map<String, Attempt> executed = new HashMap<>();
    ledger.attempts().stream()
        .filter(Attempt::finished)
        .forEach(attempt -> executed.put(attempt.migration(), attempt));
    for (Migration migration : bundle.migrations()) {
      byName.put(migration.name(), migration);
      missing.remove(migration.name());
      List<HistoryRow> rows = appliedRows.get(migration.name());
      if (migration.recorded().repeatable()) {
        boolean current = rows != null && migration.wasAppliedAs(rows.getLast().checksum());
        (current ? applied : pending).add(migration);
      } else if (rows == null) {
        pending.add(migration);
        waitingForAnApplied.add(migration.name());
      } else {
        applied.add(migration);
        outOfOrder.addAll(waitingForAnApplied);
        waitingForAnApplied.clear();
        if (wasEdited(migration, rows, executed.get(migration.name()))) {
          edited.add(migration);
        }
      }
    }

    List<Diagnosis.OpenAttempt> open = new ArrayList<>();
    for (HistoryRow row : history.rows()) {
      if (!row.open()) {
        continue;
      }
      Migration migration = byName.get(row.name());
      boolean repeatable = migration != null && migration.recorded().repeatable();
      if (appliedRows.containsKey(row.name()) && !repeatable) {
        // Prisma's own rule would stop at an open row beside a finished one too.
        return new Diagnosis.Failed(
            applied, row, "it is recorded as applied and, in another row, as unfinished");
      }
      Attempt attempt = attempt(ledger, row);
      if (attempt == null) {
        return new Diagnosis.Failed(applied, row, begunByAnother(bundle.format()));
      }
      if (migration == null) {
        return new Diagnosis.Failed(
            applied, row, "it was begun by Schemaward and its file is no longer in the bundle");
      }
      List<JournalEntry> journal =
          ledger.journal().stream().filter(entry -> entry.historyId().equals(row.id())).toList();
      String changed = editedAfterItTookEffect(migration, journal);
      if (changed != null && repeatable) {
        continue; // it is written to be run again from its start
      }
      if (changed != null) {
        return new Diagnosis.Failed(applied, row, changed);
      }
      open.add(
          new Diagnosis.OpenAttempt(
              row,
              journal.stream().filter(JournalEntry::done).map(JournalEntry::index).toList(),
              journal.stream()
                  .filter(entry -> !entry.done())
                  .mapToInt(JournalEntry::index)
                  .findFirst()
                  .orElse(0)));
    }

    if (!edited.isEmpty()) {
      return new Diagnosis.Edited(applied, edited);
    }
    if (pending.isEmpty()) {
      return new Diagnosis.UpToDate(applied, List.copyOf(missing));
    }
    return new Diagnosis.Behind(applied, pending, List.copyOf(missing), outOfOrder, open);
  }

  /**
   * Judges by the checksum of the tool's history; where that keeps none, by our own record of what
   * we executed.
   *
   * @param executed our latest finished attempt; null when it was not us
   */
  private static boolean wasEdited(Migration migration, List<HistoryRow> rows, Attempt executed) {
    if (rows.stream().noneMatch(row -> migration.wasAppliedAs(row.checksum()))) {
      return true;
    }
    return executed != null
        && rows.stream().allMatch(row -> row.checksum() == null)
        && !migration.hasText(executed.checksum());
  }

  private static String begunByAnother(Format format) {
    return switch (format) {
      case FLYWAY -> "Flyway recorded that it failed, and not how far it came";
      case GOLANG_MIGRATE ->
          "golang-migrate marked it as dirty: a run up to it, or a run down to it, failed or was"
              + " interrupted, and nothing says how far it came";
      case PRISMA, DBMATE, SQL ->
          "it was begun by another tool, and the history cannot tell a failed migration from a"
              + " running or an interrupted one";
    };
  }

  private static Attempt attempt(LedgerState ledger, HistoryRow row) {
    return ledger.attempts().stream()
        .filter(attempt -> attempt.historyId().equals(row.id()))
        .findFirst()
        .orElse(null);
  }

  /**
   * A file may be edited after a failure (that is how one mends it), but not the part of it that
   * took effect.
   *
   * @return why not; null when the file still begins with what was executed
   */
  private static String editedAfterItTookEffect(Migration migration, List<JournalEntry> journal) {
    for (JournalEntry entry : journal) {
      Statement statement =
          entry.index() <= migration.statements().size()
              ? migration.statements().get(entry.index() - 1)
              : null;
      if (statement == null || !Ledger.sha256(statement.text()).equals(entry.textSha256())) {
        return "statement "
            + entry.index()
            + (entry.done() ? " took effect" : " was begun")
            + " and was edited afterwards";
      }
    }
    return null;
  }
}
