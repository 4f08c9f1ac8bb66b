package dev.schemaward.engine.flyway;

import dev.schemaward.engine.execute.TargetDatabase;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.MigrationState;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.flywaydb.database.postgresql.PostgreSQLConfigurationExtension;

/**
 * The Flyway library with its default settings, on a database and a directory; but with its lock at
 * the session: with the transactional one, its own CREATE INDEX CONCURRENTLY waits for itself for
 * ever.
 */
public record FlywayTool(TargetDatabase db, Path bundle) {
  Flyway flyway() {
    return configure(db, bundle).load();
  }

  public static FluentConfiguration configure(TargetDatabase db, Path bundle) {
    FluentConfiguration configuration = Flyway.configure();
    configuration
        .getPluginRegister()
        .getExact(PostgreSQLConfigurationExtension.class)
        .setTransactionalLock(false);
    return configuration
        .dataSource(db.server().jdbcUrl(db.name()), "postgres", "postgres")
        .locations("filesystem:" + bundle);
  }

  int migrate() {
    return flyway().migrate().migrationsExecuted;
  }

  /** {@code version or description STATE}, in Flyway's order. */
  List<String> states() {
    return Arrays.stream(flyway().info().all())
        .map(
            info ->
                (info.getVersion() == null ? info.getDescription() : info.getVersion().toString())
                    + " "
                    + info.getState())
        .toList();
  }

  /** True when Flyway has nothing to object and nothing to do. */
  boolean isContent() {
    Flyway flyway = flyway();
    return flyway.validateWithResult().validationSuccessful
        && Arrays.stream(flyway.info().all())
            .map(info -> info.getState())
            .allMatch(
                state -> state == MigrationState.SUCCESS || state == MigrationState.SUPERSEDED)
        && flyway.migrate().migrationsExecuted == 0;
  }
}
