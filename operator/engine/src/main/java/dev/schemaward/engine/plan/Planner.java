package dev.schemaward.engine.plan;

import dev.schemaward.engine.EngineException;
import dev.schemaward.engine.FailureReason;
import dev.schemaward.engine.bundle.Bundle;
import dev.schemaward.engine.bundle.Format;
import dev.schemaward.engine.bundle.Migration;
import dev.schemaward.engine.connect.ServerErrors;
import dev.schemaward.engine.connect.Session;
import dev.schemaward.engine.diagnose.Diagnoser;
import dev.schemaward.engine.diagnose.Diagnosis;
import dev.schemaward.engine.drift.SchemaFingerprint;
import dev.schemaward.engine.drift.SchemaScope;
import dev.schemaward.engine.hazard.Finding;
import dev.schemaward.engine.hazard.HazardClass;
import dev.schemaward.engine.hazard.HazardScan;
import dev.schemaward.engine.hazard.Severity;
import dev.schemaward.engine.history.History;
import dev.schemaward.engine.history.HistoryRow;
import dev.schemaward.engine.history.HistoryStore;
import dev.schemaward.engine.ledger.Ledger;
import dev.schemaward.engine.ledger.LedgerMark;
import dev.schemaward.engine.ledger.LedgerState;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Looks at a database and says what would be executed. Reads only. */
public final class Planner {
  /** Stands in {@link Observation#appliedLines()} for a checksum that was not recorded. */
  private static final String NO_CHECKSUM = "-";

  private Planner() {}

  /**
   * What was seen.
   *
   * @param history the tool's history
   * @param ledger our own tables
   * @param target which database
   * @param fingerprint of the live schema
   */
  public record Observation(
      History history, LedgerState ledger, TargetIdentity target, String fingerprint) {
    /**
     * Applied migrations, {@code name checksum} a line, in the order in which they were started.
     */
    public String appliedLines() {
      StringBuilder lines = new StringBuilder();
      for (HistoryRow row : history.rows()) {
        if (row.applied()) {
          lines.append(line(row.name(), row.checksum()));
        }
      }
      return lines.toString();
    }
  }

  private static String line(String name, String recordedChecksum) {
    return name + " " + (recordedChecksum == null ? NO_CHECKSUM : recordedChecksum) + "\n";
  }

  /** The lines of {@link Observation#appliedLines()} that finished attempts of ours give. */
  public static String appliedLines(Bundle bundle, List<LedgerState.Attempt> finished) {
    Map<String, Migration> byName = new HashMap<>();
    bundle.migrations().forEach(migration -> byName.put(migration.name(), migration));
    StringBuilder lines = new StringBuilder();
    for (LedgerState.Attempt attempt : finished) {
      Migration migration = byName.get(attempt.migration());
      boolean same = migration != null && migration.hasText(attempt.checksum());
      lines.append(
          line(attempt.migration(), same ? migration.recorded().checksum() : attempt.checksum()));
    }
    return lines.toString();
  }

  /** True when both list the same rows; not every history keeps the order of execution. */
  public static boolean sameRows(String appliedLines, String others) {
    return appliedLines.lines().sorted().toList().equals(others.lines().sorted().toList());
  }

  /**
   * Reads what a plan depends on.
   *
   * @throws EngineException for every trouble with the server
   */
  public static Observation observe(Session session, HistoryStore store) throws EngineException {
    return observe(session, store, null);
  }

  /**
   * Reads what a plan depends on, but for the live schema.
   *
   * @param fingerprint of {@link SchemaScope#all()}, read under the same lock; null to read it here
   * @throws EngineException for every trouble with the server
   */
  public static Observation observe(Session session, HistoryStore store, String fingerprint)
      throws EngineException {
    try {
      LedgerState ledger = Ledger.read(session, session.schema());
      String[] identity =
          session.row(
              "SELECT current_database(), CASE WHEN has_function_privilege('pg_control_system()',"
                  + " 'execute') THEN (SELECT system_identifier::text FROM pg_control_system())"
                  + " END");
      TargetIdentity target =
          new TargetIdentity(
              session.serverVersion(),
              identity[1] == null ? ledger.id() : identity[1],
              identity[0],
              session.schema());
      History history = store.read(session);
      // Every known tool's table is left out anyway.
      boolean known =
          fingerprint != null
              && SchemaScope.all().withoutTable(store.table()).equals(SchemaScope.all());
      return new Observation(
          history,
          ledger,
          target,
          known ? fingerprint : SchemaFingerprint.of(session, session.schema(), store.table()));
    } catch (SQLException e) {
      throw ServerErrors.whileWorking(e, "reading the history and the catalogue");
    }
  }

  /**
   * The plan that follows from an observation.
   *
   * @param known the ledger as it was last seen; null when nobody saw one
   * @throws EngineException ChecksumMismatch, NeedsAttention, NotBaselined, LedgerMismatch
   */
  public static Plan plan(
      Observation observation,
      Bundle bundle,
      ExecutionPolicy policy,
      String runnerBuild,
      int serverMajor,
      LedgerMark known)
      throws EngineException {
    Ledger.requireWritable(observation.ledger());
    Ledger.requireKnown(observation.ledger(), known);
    Diagnosis diagnosis = Diagnoser.diagnose(bundle, observation.history(), observation.ledger());
    List<Migration> pending =
        switch (diagnosis) {
          case Diagnosis.UpToDate upToDate -> List.of();
          case Diagnosis.Behind behind -> behind.pending();
          case Diagnosis.Failed failed -> throw failed(failed);
          case Diagnosis.Edited edited -> throw edited(edited);
          case Diagnosis.NotBaselined notBaselined ->
              throw notBaselined(notBaselined, observation, bundle.format());
        };
    List<Finding> findings = findings(diagnosis, pending, serverMajor);
    List<Migration> applied = diagnosis.applied();
    String hash =
        PlanHash.of(
            new PlanHash.Inputs(
                bundle.digest(),
                pending,
                observation.appliedLines(),
                observation.fingerprint(),
                observation.target(),
                findings,
                runnerBuild,
                policy));
    return new Plan(
        hash,
        bundle.format(),
        bundle.digest(),
        observation.target(),
        diagnosis,
        pending,
        findings,
        observation.fingerprint(),
        observation.appliedLines(),
        Bundle.version(applied),
        observation.ledger().owner(),
        observation.ledger().mark(),
        null);
  }

  /**
   * The hash that a plan had before some of it was executed: the same inputs, with history and live
   * schema as they were.
   *
   * @param run the run that began to execute it
   */
  public static String hashBefore(
      LedgerState.Run run,
      Observation now,
      Bundle bundle,
      ExecutionPolicy policy,
      String runnerBuild,
      int serverMajor) {
    List<HistoryRow> base = new ArrayList<>();
    for (String line : run.base().lines().toList()) {
      int space = line.lastIndexOf(' ');
      String checksum = line.substring(space + 1);
      base.add(
          new HistoryRow(
              "",
              line.substring(0, space),
              checksum.equals(NO_CHECKSUM) ? null : checksum,
              true,
              false));
    }
    Diagnosis then =
        Diagnoser.diagnose(bundle, new History(true, base, List.of()), LedgerState.ABSENT);
    List<Migration> pending =
        then instanceof Diagnosis.Behind behind ? behind.pending() : List.of();
    return PlanHash.of(
        new PlanHash.Inputs(
            bundle.digest(),
            pending,
            run.base(),
            run.baseFingerprint(),
            now.target(),
            findings(then, pending, serverMajor),
            runnerBuild,
            policy));
  }

  private static List<Finding> findings(
      Diagnosis diagnosis, List<Migration> pending, int serverMajor) {
    List<Finding> findings = new ArrayList<>(HazardScan.scan(pending, serverMajor));
    if (diagnosis instanceof Diagnosis.Behind behind) {
      for (String name : behind.outOfOrder()) {
        findings.add(
            new Finding(
                "out-of-order",
                Severity.WARN,
                HazardClass.TRANSACTION,
                name,
                0,
                0,
                name
                    + " stands before a migration that is already applied; it was never tried after"
                    + " it",
                "give it a name that sorts last",
                null));
      }
    }
    return findings;
  }

  private static EngineException failed(Diagnosis.Failed failed) {
    String name = failed.row().name();
    return new EngineException(
        FailureReason.NeedsAttention,
        "migration "
            + name
            + " was begun and is not finished: "
            + failed.why()
            + ". Nothing was executed. `schemaward recover --show` says what of it is in the"
            + " database and offers the ways on");
  }

  private static EngineException edited(Diagnosis.Edited edited) {
    Migration first = edited.edited().getFirst();
    return new EngineException(
        FailureReason.ChecksumMismatch,
        edited.edited().size()
            + (edited.edited().size() == 1 ? " file was" : " files were")
            + " edited after being applied: "
            + String.join(", ", edited.edited().stream().limit(5).map(Migration::path).toList())
            + ". Nothing was executed. Restore "
            + first.path()
            + " as it was applied, and put the change into a new migration; or, if the edit changes"
            + " nothing, adopt it: `schemaward recover --show`");
  }

  private static EngineException notBaselined(
      Diagnosis.NotBaselined situation, Observation observation, Format format) {
    return new EngineException(
        FailureReason.NotBaselined,
        "schema "
            + observation.target().schema()
            + " has tables ("
            + String.join(", ", situation.tables().stream().limit(5).toList())
            + (situation.tables().size() > 5 ? ", …" : "")
            + ") and no migration history"
            + (format == Format.PRISMA ? " (Prisma's P3005)" : "")
            + ". Nothing was executed. If they came from migrations of this bundle, `schemaward"
            + " recover --show` says from which and offers to record them; if not, point the"
            + " migration at another schema");
  }
}
