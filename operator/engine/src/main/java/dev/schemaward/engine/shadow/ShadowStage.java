package dev.schemaward.engine.shadow;

import dev.schemaward.engine.EngineException;
import dev.schemaward.engine.connect.ServerErrors;
import dev.schemaward.engine.connect.Session;
import dev.schemaward.engine.connect.Sql;
import dev.schemaward.engine.connect.SqlStateClass;
import dev.schemaward.engine.sql.NormalizedText;
import dev.schemaward.engine.sql.Statement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The two sessions of a run on a shadow, its time, and what had to be made so that it can go on.
 */
final class ShadowStage implements AutoCloseable {
  private static final Pattern WITH_SCHEMA =
      Pattern.compile("\\bSCHEMA (\"(?:[^\"]|\"\")+\"|\\S+)");

  private final ShadowDatabase database;
  private final Session worker;
  private final Session observer;
  private final long deadlineNanos;
  private final Duration budget;
  private final Set<String> rolesTried = new HashSet<>();
  private boolean incomplete;

  ShadowStage(ShadowDatabase database, Duration budget) throws EngineException {
    this.database = database;
    this.budget = budget;
    this.deadlineNanos = System.nanoTime() + budget.toNanos();
    this.worker = database.open();
    try {
      this.observer = database.openObserver();
    } catch (EngineException e) {
      worker.close();
      throw e;
    }
  }

  /** Runs the migrations' statements. */
  Session worker() {
    return worker;
  }

  /** Looks on, and makes what is missing. */
  Session observer() {
    return observer;
  }

  /** A session that can be in the way of the worker. The caller closes it. */
  Session openBlocker() throws EngineException {
    return database.openObserver();
  }

  /** True when the schema lacks something that the target has. */
  boolean incomplete() {
    return incomplete;
  }

  void markIncomplete() {
    incomplete = true;
  }

  /** Refuses to begin another statement when the time is up. */
  void checkTime() throws ShadowEndedException {
    if (System.nanoTime() > deadlineNanos) {
      throw new ShadowEndedException(
          "the shadow had worked for " + budget.toSeconds() + " s already", null);
    }
  }

  /**
   * Why statements are run and no longer measured; empty while there is time. Measuring costs more
   * than running, so what has too many statements still shows whether it fails, and its end state.
   */
  Optional<String> tooLateToWatch() {
    Duration forWatching = budget.dividedBy(2);
    boolean late = System.nanoTime() > deadlineNanos - budget.minus(forWatching).toNanos();
    return late
        ? Optional.of(
            "it ran and was not measured: more statements than can be measured in "
                + forWatching.toSeconds()
                + " s")
        : Optional.empty();
  }

  /** Leaves the failed transaction; what follows must be decided by the caller. */
  void afterError(SQLException e) throws ShadowEndedException {
    if (SqlStateClass.of(e.getSQLState()) == SqlStateClass.CONNECTION_LOST) {
      throw new ShadowEndedException(
          "the shadow server ended while it ran: " + ServerErrors.message(e), e);
    }
    try {
      if (worker.inTransaction()) {
        worker.execute("ROLLBACK");
      }
    } catch (SQLException again) {
      throw new ShadowEndedException(
          "the shadow server ended while it ran: " + ServerErrors.message(again), again);
    }
  }

  /** Makes a role that the target has; false when this was tried before or is not allowed. */
  boolean tryMakeRole(String role) throws SQLException {
    if (!rolesTried.add(role)) {
      return false;
    }
    try {
      database.makeRole(observer, role);
      return true;
    } catch (SQLException e) {
      if (SqlStateClass.of(e.getSQLState()) == SqlStateClass.CONNECTION_LOST) {
        throw e;
      }
      return "42710".equals(e.getSQLState());
    }
  }

  /** Makes, as superuser, an extension that the migrating role may not make. */
  boolean tryMakeExtension(Statement statement) {
    if (!database.ownServer() || statement.kind().objects().isEmpty()) {
      return false;
    }
    Matcher named = WITH_SCHEMA.matcher(NormalizedText.of(statement));
    String schema = database.schema();
    if (named.find()) {
      String written = named.group(1);
      schema =
          written.startsWith("\"")
              ? written.substring(1, written.length() - 1).replace("\"\"", "\"")
              : written.toLowerCase(Locale.ROOT);
    }
    return tryMakeExtension(statement.kind().objects().getFirst(), schema);
  }

  /** Makes an extension; false when the shadow does not have it. */
  boolean tryMakeExtension(String name, String schema) {
    try {
      observer.execute("CREATE SCHEMA IF NOT EXISTS " + Sql.identifier(schema));
    } catch (SQLException e) {
      return false;
    }
    try {
      observer.execute(
          "CREATE EXTENSION IF NOT EXISTS "
              + Sql.identifier(name)
              + " SCHEMA "
              + Sql.identifier(schema)
              + " CASCADE");
      return true;
    } catch (SQLException e) {
      return false;
    }
  }

  @Override
  public void close() {
    worker.close();
    observer.close();
  }
}
