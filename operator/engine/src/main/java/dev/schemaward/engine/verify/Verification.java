package dev.schemaward.engine.verify;

import dev.schemaward.engine.EngineException;
import dev.schemaward.engine.FailureReason;
import dev.schemaward.engine.connect.Credentials;
import dev.schemaward.engine.connect.RoundTrip;
import dev.schemaward.engine.connect.ServerErrors;
import dev.schemaward.engine.connect.Session;
import dev.schemaward.engine.execute.Cancellation;
import dev.schemaward.engine.plan.TargetIdentity;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.net.ssl.SSLContext;

/**
 * Checks what must hold. The database is asked in one transaction that reads only, so that all
 * answers are about the same moment; addresses are asked afterwards, all at the same time.
 */
public final class Verification {
  private static final Duration CATALOGUE_TIMEOUT = Duration.ofSeconds(60);
  private static final int ATTEMPTS = 3;

  /** Something vanished between being listed and being printed. */
  private static final List<String> CHANGED_MEANWHILE = List.of("XX000", "42P01", "42704");

  /** Whatever a query does to the transaction, the session itself does not write either. */
  private static final String BEGIN =
      "SET default_transaction_read_only = on; BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;"
          + " SET LOCAL DateStyle = ISO; SET LOCAL IntervalStyle = postgres; SET LOCAL"
          + " extra_float_digits = 1; SET LOCAL bytea_output = hex; SET LOCAL"
          + " quote_all_identifiers = off";

  private final Request request;
  private final Cancellation cancellation;

  /**
   * What to check, and where.
   *
   * @param credentials null when the specification needs no database
   * @param schema target schema; null for the URL's, else the first of the role's search_path
   * @param headers where secret values of HTTP checks come from
   * @param certificates PEM file of more certificate authorities that HTTP checks trust; null for
   *     none
   */
  public record Request(
      VerificationSpec spec,
      Credentials credentials,
      String schema,
      HeaderValues headers,
      Path certificates) {}

  private Verification(Request request, Cancellation cancellation) {
    this.request = request;
    this.cancellation = cancellation;
  }

  /**
   * Checks everything.
   *
   * @throws EngineException when the database cannot be asked, or on cancellation; never because
   *     something does not hold
   */
  public static VerificationReport run(Request request, Cancellation cancellation)
      throws EngineException {
    return new Verification(request, cancellation).run();
  }

  private VerificationReport run() throws EngineException {
    VerificationSpec spec = request.spec();
    List<CheckResult> results = new ArrayList<>();
    TargetIdentity target = null;
    if (spec.needsDatabase()) {
      try (Session session =
          Session.open(
              request.credentials(),
              new Session.Settings("schemaward-verify", request.schema(), longest()),
              RoundTrip.UNWATCHED)) {
        cancellation.watch(session);
        target = target(session);
        database(session, results);
      } catch (SQLException e) {
        stopIfAsked();
        throw ServerErrors.whileWorking(e, "verifying the database");
      } finally {
        cancellation.watch(null);
      }
    }
    stopIfAsked();
    results.addAll(requests(spec.requests()));
    stopIfAsked();
    return new VerificationReport(target, results);
  }

  /** The session waits for an answer a little longer than this. */
  private Duration longest() {
    return request.spec().queries().stream()
        .map(Check.Sql::timeout)
        .max(Duration::compareTo)
        .filter(timeout -> timeout.compareTo(CATALOGUE_TIMEOUT) > 0)
        .orElse(CATALOGUE_TIMEOUT);
  }

  private static TargetIdentity target(Session session) throws SQLException {
    String[] identity =
        session.row(
            "SELECT current_database(), CASE WHEN has_function_privilege('pg_control_system()',"
                + " 'execute') THEN (SELECT system_identifier::text FROM pg_control_system()) END");
    return new TargetIdentity(session.serverVersion(), identity[1], identity[0], session.schema());
  }

  private void stopIfAsked() throws EngineException {
    if (cancellation.requested()) {
      throw new EngineException(
          FailureReason.Interrupted, "told to stop before everything was verified");
    }
  }

  private void database(Session session, List<CheckResult> results)
      throws SQLException, EngineException {
    VerificationSpec spec = request.spec();
    Map<Check.InCatalogue, CheckResult> catalogue = catalogue(session);
    SqlChecks queries = new SqlChecks(session);
    for (Check.InCatalogue check : spec.catalogue()) {
      CheckResult result = catalogue.get(check);
      if (check instanceof Check.Table table && table.minRows() > 0 && result.ok()) {
        String schema = table.schema() == null ? session.schema() : table.schema();
        result = queries.countRows(table, schema, result);
      }
      results.add(result);
      stopIfAsked();
    }
    for (Check.Sql check : spec.queries()) {
      results.add(queries.run(check));
      stopIfAsked();
    }
    session.execute("ROLLBACK");
  }

  /** Begins the transaction. */
  private Map<Check.InCatalogue, CheckResult> catalogue(Session session) throws SQLException {
    for (int attempt = 1; ; attempt++) {
      session.execute(BEGIN + "; SET LOCAL statement_timeout = " + CATALOGUE_TIMEOUT.toMillis());
      try {
        return new CatalogChecks(session).run(request.spec().catalogue());
      } catch (SQLException e) {
        if (attempt == ATTEMPTS || !CHANGED_MEANWHILE.contains(e.getSQLState())) {
          throw e;
        }
        session.execute("ROLLBACK");
      }
    }
  }

  private List<CheckResult> requests(List<Check.Http> checks) throws EngineException {
    if (checks.isEmpty()) {
      return List.of();
    }
    SSLContext tls = TrustedRoots.context(request.certificates());
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        HttpChecks http = new HttpChecks(tls, request.headers(), threads, cancellation)) {
      Map<Check.Http, Future<CheckResult>> running = new HashMap<>();
      for (Check.Http check : checks) {
        running.put(check, threads.submit(() -> http.run(check)));
      }
      List<CheckResult> results = new ArrayList<>();
      for (Check.Http check : checks) {
        results.add(running.get(check).get());
      }
      return results;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EngineException(FailureReason.Interrupted, "interrupted while verifying", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    }
  }
}
