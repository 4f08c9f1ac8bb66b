package dev.schemaward.engine.recover;

import dev.schemaward.engine.bundle.Bundle;
import dev.schemaward.engine.bundle.Migration;
import dev.schemaward.engine.diagnose.Diagnosis;
import dev.schemaward.engine.history.HistoryRow;
import dev.schemaward.engine.history.HistoryStore;
import dev.schemaward.engine.ledger.Ledger;
import dev.schemaward.engine.ledger.LedgerMark;
import dev.schemaward.engine.ledger.LedgerState.Attempt;
import dev.schemaward.engine.ledger.LedgerState.JournalEntry;
import dev.schemaward.engine.plan.Planner.Observation;
import dev.schemaward.engine.sql.Statement;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Works out, purely, the ways out of a situation: each with its own hash, so that what a person
 * approves is what happens, in the situation in which it was shown, or nothing does.
 */
public final class RecoveryPlanner {
  private final Bundle bundle;
  private final Observation seen;
  private final HistoryStore store;
  private final List<String> facts = new ArrayList<>();
  private final List<RecoveryOption> options = new ArrayList<>();

  private RecoveryPlanner(Bundle bundle, Observation seen, HistoryStore store) {
    this.bundle = bundle;
    this.seen = seen;
    this.store = store;
  }

  /** What the catalogue was asked about each migration; one effect a statement. */
  @FunctionalInterface
  public interface Effects {
    List<Effect> of(Migration migration);
  }

  /** The ledger cannot be used as it is. */
  public static Recovery brokenLedger(Bundle bundle, Observation seen, HistoryStore store) {
    RecoveryPlanner planner = new RecoveryPlanner(bundle, seen, store);
    planner.add(
        new RecoveryAction.RestoreLedger(),
        "give the ledger a new identity",
        "Owner, runs and journal are kept as they are. Wrong when the ledger belongs to another"
            + " database: then drop schema schemaward instead.",
        true);
    return planner.recovery(
        "table schemaward.meta is empty: somebody deleted its row, and with it the ledger's"
            + " identity and its fencing epoch");
  }

  /** The ledger is not the one that was seen last, or has come less far. */
  public static Recovery otherLedger(
      Bundle bundle, Observation seen, HistoryStore store, LedgerMark known, String mismatch) {
    RecoveryPlanner planner = new RecoveryPlanner(bundle, seen, store);
    planner.facts.add(
        "server "
            + seen.target().systemIdentifier()
            + ", database "
            + seen.target().database()
            + ", schema "
            + seen.target().schema());
    planner.facts.add(
        seen.history().present()
            ? "its history has "
                + seen.history().rows().stream().filter(HistoryRow::applied).count()
                + " applied migrations"
            : "it has no migration history");
    planner.add(
        new RecoveryAction.AcceptDatabase(known),
        "this is the database that is meant: go on with what its history says",
        "A new plan is made from what is there; it asks for a new approval. Wrong when the address"
            + " is mistaken.",
        false);
    return planner.recovery(mismatch);
  }

  /**
   * The ways out.
   *
   * @param unsettled an attempt of ours at a statement whose end nobody can tell; empty when there
   *     is none
   * @param upTo for a database without history: the last migration that is in it already; null to
   *     go by what is seen
   */
  public static Recovery of(
      Bundle bundle,
      Observation seen,
      HistoryStore store,
      Diagnosis diagnosis,
      Optional<Diagnosis.OpenAttempt> unsettled,
      Effects effects,
      String upTo) {
    RecoveryPlanner planner = new RecoveryPlanner(bundle, seen, store);
    return switch (diagnosis) {
      case Diagnosis.Failed failed -> planner.open(failed.row(), failed.why(), effects);
      case Diagnosis.Edited edited -> planner.edited(edited.edited());
      case Diagnosis.NotBaselined notBaselined ->
          planner.notBaselined(notBaselined.tables(), effects, upTo);
      case Diagnosis.UpToDate upToDate -> planner.recovery("nothing is wrong: it is up to date");
      case Diagnosis.Behind behind ->
          unsettled.isPresent()
              ? planner.unsettled(unsettled.get(), effects)
              : planner.recovery(
                  "nothing is wrong: "
                      + behind.pending().size()
                      + " pending, and nothing is in their way");
    };
  }

  private Recovery open(HistoryRow row, String why, Effects effects) {
    Migration migration = inBundle(row.name());
    String situation =
        "migration "
            + row.name()
            + " was begun and is recorded neither as finished nor as failed: "
            + why;
    if (migration == null) {
      add(
          new RecoveryAction.MarkRolledBack(row),
          "mark " + row.name() + " as rolled back",
          "Its file is not in the bundle, so nothing of it will run again. Wrong when something of"
              + " it is in the database: undo that first, or it stays as drift.",
          false);
      return recovery(situation);
    }
    boolean appliedToo =
        seen.history().rows().stream()
            .anyMatch(other -> other.applied() && other.name().equals(row.name()));
    if (appliedToo) {
      add(
          new RecoveryAction.MarkRolledBack(row),
          "mark the unfinished row as rolled back; the finished one stands",
          "Nothing runs again: another row records the migration as applied.",
          true);
      return recovery(situation);
    }
    if (!migration.wasAppliedAs(row.checksum())) {
      facts.add("the file was edited since it was begun: its checksum is another one");
    }
    List<JournalEntry> journal =
        seen.ledger().journal().stream()
            .filter(entry -> entry.historyId().equals(row.id()))
            .toList();
    List<Effect> each = known(migration, journal, effects.of(migration));
    describe(migration, each);
    ways(row, migration, each);
    return recovery(situation);
  }

  private Recovery unsettled(Diagnosis.OpenAttempt attempt, Effects effects) {
    Migration migration = inBundle(attempt.row().name());
    List<Effect> each = new ArrayList<>(effects.of(migration));
    for (int done : attempt.done()) {
      each.set(done - 1, Effect.SEEN);
    }
    for (int i = attempt.unsettled(); i < each.size(); i++) {
      each.set(i, Effect.ABSENT);
    }
    describe(migration, each);
    int at = attempt.unsettled();
    String statement = "statement " + at + " (" + command(migration, at) + ")";
    boolean last = at == migration.statements().size();
    if (last) {
      add(
          new RecoveryAction.MarkApplied(attempt.row(), migration),
          statement + " took effect: mark " + migration.name() + " as applied",
          "Nothing of the file runs again.",
          each.get(at - 1) == Effect.SEEN);
    } else {
      add(
          new RecoveryAction.ContinueAfter(attempt.row(), migration, at),
          statement + " took effect: go on behind it",
          "The next run begins with statement " + (at + 1) + ".",
          each.get(at - 1) == Effect.SEEN);
    }
    add(
        new RecoveryAction.ContinueAfter(attempt.row(), migration, at - 1),
        statement + " did not take effect: run it again",
        "The next run begins with statement " + at + ".",
        each.get(at - 1) == Effect.ABSENT);
    return recovery(
        "migration "
            + migration.name()
            + " was interrupted in "
            + statement
            + ", and the catalogue cannot tell whether that took effect");
  }

  /** What our own journal knows goes before what the catalogue shows. */
  private static List<Effect> known(
      Migration migration, List<JournalEntry> journal, List<Effect> fromCatalogue) {
    List<Effect> each = new ArrayList<>(fromCatalogue);
    for (JournalEntry entry : journal) {
      if (entry.done() && entry.index() <= migration.statements().size()) {
        each.set(entry.index() - 1, Effect.SEEN);
      }
    }
    return each;
  }

  private void ways(HistoryRow row, Migration migration, List<Effect> each) {
    int count = each.size();
    int prefix = 0;
    while (prefix < count && (each.get(prefix) == Effect.SEEN || each.get(prefix) == Effect.NONE)) {
      prefix++;
    }
    boolean allSeen = count > 0 && prefix == count && each.contains(Effect.SEEN);
    boolean nothingSeen = !each.contains(Effect.SEEN);
    boolean allKnown = !each.contains(Effect.UNKNOWN);
    boolean restAbsent =
        each.subList(prefix, count).stream()
            .allMatch(effect -> effect == Effect.ABSENT || effect == Effect.NONE);
    boolean cut = prefix > 0 && prefix < count && each.subList(0, prefix).contains(Effect.SEEN);
    if (cut) {
      add(
          new RecoveryAction.ContinueAfter(row, migration, prefix),
          "go on behind statement " + prefix + " of " + count,
          "Statements 1 to "
              + prefix
              + " are taken as done; the next run begins with statement "
              + (prefix + 1)
              + " ("
              + command(migration, prefix + 1)
              + ")."
              + (restAbsent
                  ? ""
                  : " Wrong when a later statement took effect as well: it would run twice."),
          restAbsent);
    }
    add(
        new RecoveryAction.MarkApplied(row, migration),
        "mark " + migration.name() + " as applied",
        allSeen
            ? "Nothing of the file runs again."
            : "Nothing of the file runs again. Wrong when something of it is missing: that would"
                + " then never be made.",
        allSeen);
    add(
        new RecoveryAction.MarkRolledBack(row),
        "mark "
            + migration.name()
            + " as rolled back: the file runs again from its first statement",
        nothingSeen && allKnown
            ? "Nothing of it is in the database."
            : "Wrong while something of it is in the database: undo that first, or the run will"
                + " stop at it.",
        nothingSeen && allKnown && count > 0);
  }

  private void describe(Migration migration, List<Effect> each) {
    for (int i = 0; i < each.size(); i++) {
      Statement statement = migration.statements().get(i);
      facts.add(
          "statement "
              + statement.index()
              + ", line "
              + statement.line()
              + ", "
              + statement.kind().command()
              + (statement.kind().objects().isEmpty()
                  ? ""
                  : " " + statement.kind().objects().getFirst())
              + ": "
              + each.get(i).words());
    }
  }

  private Recovery edited(List<Migration> edited) {
    List<HistoryRow> rows = new ArrayList<>();
    List<Migration> files = new ArrayList<>();
    for (Migration migration : edited) {
      for (HistoryRow row : seen.history().rows()) {
        if (row.applied() && row.name().equals(migration.name())) {
          rows.add(row);
          files.add(migration);
          facts.add(
              migration.path()
                  + ": applied as "
                  + start(row.checksum())
                  + "…, is now "
                  + start(migration.checksum())
                  + "…");
        }
      }
    }
    add(
        new RecoveryAction.AdoptEdited(rows, files),
        "record the edited "
            + (files.size() == 1 ? "file" : files.size() + " files")
            + " as what was applied",
        "Nothing of them runs. Wrong when an edit changes what the file does: that is then missing"
            + " in the database; put it into a new migration.",
        false);
    return recovery(
        edited.size()
            + (edited.size() == 1 ? " file was" : " files were")
            + " edited after being applied. The other way out needs no recovery: restore "
            + edited.getFirst().path()
            + " as it was applied");
  }

  private Recovery notBaselined(List<String> tables, Effects effects, String upTo) {
    List<Migration> all = bundle.migrations();
    int there = 0;
    boolean laterDoubt = false;
    for (int i = 0; i < all.size(); i++) {
      Standing standing = standing(effects.of(all.get(i)));
      facts.add(all.get(i).name() + ": " + standing.words);
      if (standing == Standing.THERE) {
        there = i + 1;
        laterDoubt = false;
      } else if (standing != Standing.ABSENT) {
        laterDoubt = true;
      }
    }
    int chosen = there;
    if (upTo != null) {
      chosen = 0;
      for (int i = 0; i < all.size(); i++) {
        if (all.get(i).name().equals(upTo)) {
          chosen = i + 1;
        }
      }
    }
    if (chosen > 0) {
      baseline(chosen, upTo != null || !laterDoubt);
    }
    if (chosen < all.size() && upTo == null) {
      baseline(all.size(), false);
    }
    add(
        new RecoveryAction.Baseline(List.of()),
        "begin an empty history: nothing of this bundle is in the database",
        "All "
            + all.size()
            + " migrations become pending. Right when the tables there are somebody else's.",
        there == 0 && !laterDoubt && upTo == null);
    return recovery(
        "schema "
            + seen.target().schema()
            + " has tables ("
            + String.join(", ", tables.stream().limit(5).toList())
            + (tables.size() > 5 ? ", …" : "")
            + ") and no migration history");
  }

  private void baseline(int count, boolean recommended) {
    List<Migration> first = bundle.migrations().subList(0, count);
    add(
        new RecoveryAction.Baseline(first),
        "record the first "
            + count
            + " of "
            + bundle.migrations().size()
            + " migrations, up to "
            + first.getLast().name()
            + ", as applied",
        "None of them runs; "
            + (count == bundle.migrations().size()
                ? "nothing is pending then"
                : (bundle.migrations().size() - count) + " become pending")
            + ". Wrong when something of them is missing: that would then never be made.",
        recommended);
  }

  private enum Standing {
    THERE("is in the database"),
    ABSENT("is not in the database"),
    PARTLY("is partly in the database, or was changed by a later migration"),
    UNKNOWN("cannot be told from the catalogue");

    private final String words;

    Standing(String words) {
      this.words = words;
    }
  }

  private static Standing standing(List<Effect> each) {
    boolean some = each.contains(Effect.SEEN);
    boolean lacks = each.contains(Effect.ABSENT);
    if (some && lacks) {
      return Standing.PARTLY;
    }
    return some ? Standing.THERE : lacks ? Standing.ABSENT : Standing.UNKNOWN;
  }

  private Migration inBundle(String name) {
    return bundle.migrations().stream()
        .filter(migration -> migration.name().equals(name))
        .findFirst()
        .orElse(null);
  }

  private static String command(Migration migration, int index) {
    return migration.statements().get(index - 1).kind().command();
  }

  private static String start(String checksum) {
    return checksum == null ? "?" : checksum.substring(0, Math.min(12, checksum.length()));
  }

  private void add(RecoveryAction action, String title, String consequence, boolean recommended) {
    String basis = basis(action);
    List<String> sql = sql(action, "sha256:" + Ledger.sha256(basis));
    String hash = "sha256:" + Ledger.sha256(basis + String.join("\n", sql));
    options.add(new RecoveryOption(hash, action, title, consequence, sql, recommended));
  }

  /** Everything that the decision rests on. */
  private String basis(RecoveryAction action) {
    StringBuilder basis = new StringBuilder("recovery 1\n").append(action.kind()).append('\n');
    basis
        .append(seen.target().systemIdentifier())
        .append('\n')
        .append(seen.target().database())
        .append('\n')
        .append(seen.target().schema())
        .append('\n')
        .append(seen.fingerprint())
        .append('\n')
        .append(bundle.digest())
        .append('\n');
    for (HistoryRow row : seen.history().rows()) {
      basis
          .append(row.id())
          .append(' ')
          .append(row.name())
          .append(' ')
          .append(row.checksum())
          .append(' ')
          .append(row.finished())
          .append(' ')
          .append(row.rolledBack())
          .append('\n');
    }
    for (JournalEntry entry : seen.ledger().journal()) {
      basis.append(entry).append('\n');
    }
    facts.forEach(fact -> basis.append(fact).append('\n'));
    return basis.toString();
  }

  /**
   * What it writes. New ids follow from the basis, so that what was shown is, byte for byte, what
   * is executed.
   */
  private List<String> sql(RecoveryAction action, String basisHash) {
    List<String> sql = new ArrayList<>();
    switch (action) {
      case RecoveryAction.ContinueAfter(HistoryRow row, Migration migration, int statement) -> {
        if (!ours(row)) {
          sql.add(
              Ledger.attemptStarted(
                  row.id(), seen.target().schema(), migration, "recovery", basisHash));
        }
        sql.add(Ledger.journalForgotten(row.id()));
        if (statement > 0) {
          sql.add(Ledger.journal(row.id(), migration.statements().subList(0, statement), true));
        }
      }
      case RecoveryAction.MarkApplied(HistoryRow row, Migration migration) -> {
        sql.add(store.rolledBack(row.id()));
        sql.add(Ledger.journalForgotten(row.id()));
        sql.add(store.markedApplied(id(basisHash, migration), migration));
      }
      case RecoveryAction.MarkRolledBack(HistoryRow row) -> {
        sql.add(store.rolledBack(row.id()));
        sql.add(Ledger.journalForgotten(row.id()));
      }
      case RecoveryAction.Baseline(List<Migration> migrations) -> {
        sql.add(store.createTable());
        for (Migration migration : migrations) {
          sql.add(store.markedApplied(id(basisHash, migration), migration));
        }
      }
      case RecoveryAction.AdoptEdited(List<HistoryRow> rows, List<Migration> migrations) -> {
        for (int i = 0; i < rows.size(); i++) {
          sql.add(store.adopted(rows.get(i).id(), migrations.get(i)));
        }
      }
      case RecoveryAction.AcceptDatabase(LedgerMark known) -> sql.add(Ledger.accept(known));
      case RecoveryAction.RestoreLedger() -> sql.add(Ledger.restoreMeta());
    }
    sql.removeIf(String::isEmpty);
    return sql;
  }

  private boolean ours(HistoryRow row) {
    return seen.ledger().attempts().stream().map(Attempt::historyId).anyMatch(row.id()::equals);
  }

  private static String id(String basisHash, Migration migration) {
    return UUID.nameUUIDFromBytes(
            (basisHash + " " + migration.name()).getBytes(StandardCharsets.UTF_8))
        .toString();
  }

  private Recovery recovery(String situation) {
    List<RecoveryOption> ordered = new ArrayList<>(options);
    ordered.sort(Comparator.comparing(RecoveryOption::recommended).reversed());
    return new Recovery(seen.target(), situation, facts, ordered);
  }
}
