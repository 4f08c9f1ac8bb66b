package dev.schemaward.engine.drift;

import dev.schemaward.engine.EngineException;
import dev.schemaward.engine.FailureReason;
import dev.schemaward.engine.bundle.Migration;
import dev.schemaward.engine.connect.Redactor;
import dev.schemaward.engine.connect.RoundTrip;
import dev.schemaward.engine.connect.ServerErrors;
import dev.schemaward.engine.connect.Session;
import dev.schemaward.engine.connect.Sql;
import dev.schemaward.engine.diagnose.Diagnosis;
import dev.schemaward.engine.drift.DriftProposal.Verdict;
import dev.schemaward.engine.drift.script.SchemaScript;
import dev.schemaward.engine.hazard.Finding;
import dev.schemaward.engine.hazard.HazardClass;
import dev.schemaward.engine.hazard.Severity;
import dev.schemaward.engine.history.HistoryStore;
import dev.schemaward.engine.plan.ExecutionPolicy;
import dev.schemaward.engine.plan.Plan;
import dev.schemaward.engine.plan.Planner;
import dev.schemaward.engine.shadow.ShadowDatabase;
import dev.schemaward.engine.shadow.ShadowOutcome;
import dev.schemaward.engine.shadow.ShadowRun;
import dev.schemaward.engine.shadow.ShadowSource;
import dev.schemaward.engine.shadow.ShadowUnavailableException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * Compares a live schema with the one that its applied migrations make, and proposes the two ways
 * out. Reads the live database, in transactions that read only; writes to the shadow alone.
 */
public final class DriftCheck {
  private static final Duration STATEMENT_TIMEOUT = Duration.ofMinutes(2);
  private static final int NAMED = 5;

  private final DriftRequest request;
  private final Session session;
  private final HistoryStore store;
  private final UnaryOperator<String> redact;

  private DriftCheck(DriftRequest request, Session session) {
    this.request = request;
    this.session = session;
    this.store = HistoryStore.of(request.bundle(), session.schema());
    List<String> secrets = new ArrayList<>(request.credentials().secrets());
    if (request.shadow() instanceof ShadowSource.OnServer there) {
      secrets.addAll(there.server().secrets());
    }
    this.redact = Redactor.of(secrets)::redact;
  }

  /**
   * Checks.
   *
   * @throws EngineException for everything that stands in the way; never because of a difference
   */
  public static DriftReport run(DriftRequest request) throws EngineException {
    try (Session session =
        Session.open(
            request.credentials(),
            new Session.Settings("schemaward-drift", request.schema(), STATEMENT_TIMEOUT),
            RoundTrip.UNWATCHED)) {
      return new DriftCheck(request, session).run();
    } catch (SQLException e) {
      throw ServerErrors.whileWorking(e, "comparing the schema");
    } catch (ShadowUnavailableException e) {
      throw new EngineException(
          FailureReason.DependencyMissing,
          "the expected schema cannot be built without a shadow database: " + e.getMessage(),
          e);
    } catch (OutOfMemoryError e) {
      // What filled the memory was local to the check, and is gone.
      throw new EngineException(
          FailureReason.NeedsAttention,
          "the schema is too large to be compared in "
              + (Runtime.getRuntime().maxMemory() >> 20)
              + " MB of memory; about 45 MB are needed for every 1,000 tables. Give the command"
              + " more: SCHEMAWARD_JAVA_OPTIONS=-Xmx1g",
          e);
    }
  }

  /**
   * What a plan that was made on a drifted schema should say; empty when the schema has not
   * drifted.
   */
  public static Optional<Finding> finding(DriftReport report) {
    if (!report.drifted()) {
      return Optional.empty();
    }
    List<Drift> drifts = report.comparison().drifts();
    return Optional.of(
        new Finding(
            "schema-drift",
            Severity.WARN,
            HazardClass.POLICY,
            "",
            0,
            0,
            "planned on a schema that is not what its applied migrations make: "
                + drifts.stream()
                    .limit(NAMED)
                    .map(DriftText::line)
                    .collect(Collectors.joining("; "))
                + (drifts.size() > NAMED ? "; and " + (drifts.size() - NAMED) + " more" : ""),
            "revert it or adopt it: schemaward drift proposes SQL for both",
            null));
  }

  private DriftReport run() throws EngineException, SQLException, ShadowUnavailableException {
    Planner.Observation seen = observe();
    // Whatever keeps a plan from being made keeps the expected schema from being known.
    Plan plan =
        Planner.plan(
            seen, request.bundle(), ExecutionPolicy.DEFAULT, "", session.majorVersion(), null);
    requireWhole(plan.diagnosis());
    if (plan.diagnosis().applied().isEmpty()) {
      requireSchema(seen.target().database());
    }
    String[] role = migratingRole();
    ShadowDatabase.Names names =
        new ShadowDatabase.Names(seen.target().database(), role[0], session.schema());
    try (ShadowDatabase database = request.shadow().open(session.majorVersion(), names);
        Session admin = database.openObserver()) {
      List<Migration> applied = plan.diagnosis().applied();
      SchemaSnapshot fresh = SchemaSnapshot.read(admin, SchemaScope.all());
      Set<String> roles = roles(admin);
      replay(database, applied);
      SchemaSnapshot replayed = SchemaSnapshot.read(admin, SchemaScope.all());
      Set<String> madeUp = roles(admin);
      madeUp.removeAll(roles);
      Environment environment = Environment.of(applied, fresh, replayed, madeUp);
      SchemaScope scope = scope(replayed).withoutTable(store.table());
      ShadowSide shadow = new ShadowSide(admin, scope, worker(database), role[1], environment);
      SchemaSnapshot expected = shadow.snapshot();
      SchemaSnapshot live = SchemaSnapshot.read(session, scope).map(environment);
      if (!store.read(session).rows().equals(seen.history().rows())) {
        throw new EngineException(
            FailureReason.LockContention,
            "a migration ran while the schema was read; trying again");
      }
      return report(plan, expected, live, environment, shadow, role[1]);
    }
  }

  private Planner.Observation observe() throws EngineException, SQLException {
    try {
      return Planner.observe(session, store);
    } catch (EngineException e) {
      if (e.reason() != FailureReason.PrivilegeMissing) {
        throw e;
      }
      String role = session.row("SELECT quote_ident(current_user)")[0];
      throw new EngineException(
          FailureReason.PrivilegeMissing,
          e.getMessage()
              + ". The role that checks reads the histories: "
              + (store.table() == null
                  ? ""
                  : "GRANT SELECT ON "
                      + Sql.identifier(session.schema(), store.table())
                      + " TO "
                      + role
                      + "; ")
              + "GRANT USAGE ON SCHEMA schemaward TO "
              + role
              + "; GRANT SELECT ON ALL TABLES IN SCHEMA schemaward TO "
              + role,
          e);
    }
  }

  /** Without a schema and without a history in it, a dropped one looks like one yet to come. */
  private void requireSchema(String database) throws EngineException, SQLException {
    if (session
        .firstRow(
            "SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = "
                + Sql.literal(session.schema()))
        .isEmpty()) {
      throw new EngineException(
          FailureReason.DependencyMissing,
          "database "
              + database
              + " has no schema "
              + session.schema()
              + ", and no history says that anything was applied to it: its name is wrong, nothing"
              + " was applied yet, or it was dropped with its history");
    }
  }

  private static void requireWhole(Diagnosis diagnosis) throws EngineException {
    List<String> missing = List.of();
    if (diagnosis instanceof Diagnosis.UpToDate upToDate) {
      missing = upToDate.missing();
    } else if (diagnosis instanceof Diagnosis.Behind behind) {
      missing = behind.missing();
      if (!behind.open().isEmpty()) {
        throw new EngineException(
            FailureReason.LockContention,
            "migration "
                + behind.open().getLast().row().name()
                + " is begun and not finished, so nobody can say how the schema should look."
                + " Finish the run, then check again");
      }
    }
    if (!missing.isEmpty()) {
      throw new EngineException(
          FailureReason.NeedsAttention,
          "applied and not in the bundle: "
              + missing.stream().limit(NAMED).collect(Collectors.joining(", "))
              + (missing.size() > NAMED ? ", …" : "")
              + ". Without them nobody can say how the schema should look; use the bundle that"
              + " has them");
    }
  }

  /** Who owns the history, plain and quoted: by this role the migrations were run. */
  private String[] migratingRole() throws SQLException {
    String schema = store.table() == null ? "schemaward" : session.schema();
    String table = store.table() == null ? "history" : store.table();
    return session.row(
        "SELECT r, quote_ident(r) FROM (SELECT coalesce((SELECT"
            + " pg_catalog.pg_get_userbyid(c.relowner) FROM pg_catalog.pg_class c JOIN"
            + " pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = "
            + Sql.literal(schema)
            + " AND c.relname = "
            + Sql.literal(table)
            + "), current_user) AS r) q");
  }

  private void replay(ShadowDatabase shadow, List<Migration> applied)
      throws EngineException, SQLException {
    Map<String, String> extensions =
        session
            .rows(
                "SELECT e.extname, n.nspname FROM pg_catalog.pg_extension e JOIN"
                    + " pg_catalog.pg_namespace n ON n.oid = e.extnamespace")
            .stream()
            .collect(Collectors.toMap(row -> row[0], row -> row[1]));
    ShadowOutcome outcome =
        ShadowRun.run(
            shadow,
            new ShadowRun.Request(
                List.of(), applied, List.of(), extensions, ShadowRun.DEFAULT_BUDGET));
    if (!outcome.endState()) {
      List<String> faults = outcome.baseFaults();
      throw new EngineException(
          FailureReason.NeedsAttention,
          "the applied migrations cannot be replayed on the shadow, so nobody can say how the"
              + " schema should look: "
              + (faults.isEmpty()
                  ? "it did not get to their end"
                  : faults.stream().limit(NAMED).collect(Collectors.joining("; "))));
    }
  }

  private static Set<String> roles(Session session) throws SQLException {
    return session.rows("SELECT quote_ident(rolname) FROM pg_catalog.pg_roles").stream()
        .map(row -> row[0])
        .collect(Collectors.toCollection(HashSet::new));
  }

  private static String worker(ShadowDatabase shadow) throws EngineException, SQLException {
    try (Session worker = shadow.open()) {
      return worker.row("SELECT quote_ident(current_user)")[0];
    }
  }

  /** The target schema and every other one in which the migrations made something. */
  private SchemaScope scope(SchemaSnapshot replayed) throws SQLException {
    Set<String> schemas = new HashSet<>();
    schemas.add(session.schema());
    List<String> identities =
        replayed.objects().values().stream()
            .filter(object -> object.parent() == null && object.kind() != ObjectKind.SCHEMA)
            .map(SchemaObject::identity)
            .toList();
    for (SchemaObject schema : replayed.of(ObjectKind.SCHEMA)) {
      String prefix = schema.identity() + ".";
      if (identities.stream().anyMatch(identity -> identity.startsWith(prefix))) {
        schemas.add(unquoted(schema.identity()));
      }
    }
    return new SchemaScope(schemas, SchemaScope.KNOWN_HISTORY_TABLES);
  }

  private static String unquoted(String identifier) {
    return identifier.startsWith("\"")
        ? identifier.substring(1, identifier.length() - 1).replace("\"\"", "\"")
        : identifier;
  }

  private DriftReport report(
      Plan plan,
      SchemaSnapshot expected,
      SchemaSnapshot live,
      Environment environment,
      ShadowSide shadow,
      String role)
      throws SQLException {
    SchemaComparison comparison = SchemaComparison.of(expected, live, request.ignores());
    DriftProposal revert = null;
    DriftProposal adopt = null;
    if (!comparison.clean() && request.proposals()) {
      SchemaSnapshot adopted = live.ignoring(expected, request.ignores());
      SchemaSnapshot reverted = expected.ignoring(live, request.ignores());
      shadow.makeRoles(RoleNames.in(live));
      adopt = propose(expected, adopted, role, shadow);
      SchemaSnapshot now = shadow.snapshot();
      SchemaScript script = SchemaScript.between(live, reverted, role);
      revert =
          SchemaComparison.of(adopted, now).clean() && request.ignores().isEmpty()
              ? tried(script, reverted, shadow)
              : rebuilt(script, live, reverted, now, role, shadow);
    }
    return new DriftReport(
        plan.target(),
        plan.version(),
        plan.diagnosis().applied().size(),
        live.fingerprint(),
        expected.fingerprint(),
        comparison,
        environment.leftOut(),
        revert,
        adopt);
  }

  private DriftProposal propose(
      SchemaSnapshot from, SchemaSnapshot to, String role, ShadowSide shadow) throws SQLException {
    return tried(SchemaScript.between(from, to, role), to, shadow);
  }

  /** The shadow does not look like the live schema yet: make it so, or say that nobody could. */
  private DriftProposal rebuilt(
      SchemaScript script,
      SchemaSnapshot live,
      SchemaSnapshot reverted,
      SchemaSnapshot now,
      String role,
      ShadowSide shadow)
      throws SQLException {
    DriftProposal there = propose(now, live, role, shadow);
    return switch (there.verdict()) {
      case EXACT, LOSES_DATA -> tried(script, reverted, shadow);
      case PARTIAL, UNPROVEN ->
          new DriftProposal(
              script,
              Verdict.UNPROVEN,
              "not tried: the shadow cannot be made like the live schema: " + there.detail());
    };
  }

  private DriftProposal tried(SchemaScript script, SchemaSnapshot wanted, ShadowSide shadow)
      throws SQLException {
    try {
      shadow.run(script);
    } catch (SQLException e) {
      return new DriftProposal(
          script,
          Verdict.UNPROVEN,
          "it fails on the shadow: " + redact.apply(ServerErrors.message(e)));
    }
    List<String> left = new ArrayList<>();
    script.refused().forEach(refused -> left.add(redact.apply(refused)));
    SchemaComparison.of(wanted, shadow.snapshot()).drifts().stream()
        .map(drift -> DriftText.line(drift, redact))
        .forEach(left::add);
    if (!left.isEmpty()) {
      return new DriftProposal(
          script,
          Verdict.PARTIAL,
          left.stream().limit(NAMED).collect(Collectors.joining("; "))
              + (left.size() > NAMED ? "; and " + (left.size() - NAMED) + " more" : ""));
    }
    return script.losesData().isEmpty()
        ? new DriftProposal(script, Verdict.EXACT, null)
        : new DriftProposal(
            script, Verdict.LOSES_DATA, redact.apply(String.join("; ", script.losesData())));
  }
}
