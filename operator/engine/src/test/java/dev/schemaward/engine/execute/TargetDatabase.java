package dev.schemaward.engine.execute;

import dev.schemaward.engine.Schemaward;
import dev.schemaward.engine.assess.Assessor;
import dev.schemaward.engine.bundle.Bundle;
import dev.schemaward.engine.bundle.BundleReader;
import dev.schemaward.engine.bundle.Format;
import dev.schemaward.engine.bundle.InvalidBundleException;
import dev.schemaward.engine.connect.Credentials;
import dev.schemaward.engine.connect.RoundTrip;
import dev.schemaward.engine.connect.SecretDirectory;
import dev.schemaward.engine.ledger.LedgerMark;
import dev.schemaward.engine.plan.ExecutionPolicy;
import dev.schemaward.engine.plan.Plan;
import dev.schemaward.testkit.postgres.PostgresServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** A fresh database on a real server, and the few calls that tests make again and again. */
public final class TargetDatabase {
  public static final String BUILD = "test-build";
  public static final ExecutionPolicy POLICY =
      new ExecutionPolicy(Duration.ofSeconds(3), Duration.ofSeconds(30), Duration.ofMinutes(2));

  public static final Assessor UNMEASURED = Assessor.withoutShadow();

  private static final AtomicInteger RUNS = new AtomicInteger();

  private final PostgresServer server;
  private final String name;
  private final String url;

  public TargetDatabase(PostgresServer server) {
    this.server = server;
    this.name = server.createDatabase();
    this.url = server.url(name) + "?schema=public";
  }

  private TargetDatabase(TargetDatabase same, PostgresServer server, String url) {
    this.server = server;
    this.name = same.name;
    this.url = url;
  }

  /** The same database, to which plans and runs connect by another URL. */
  public TargetDatabase through(String otherUrl) {
    return new TargetDatabase(this, server, otherUrl);
  }

  /** What became of the database on a server that was this one's standby. */
  public TargetDatabase on(PostgresServer promoted) {
    return new TargetDatabase(this, promoted, promoted.url(name) + "?schema=public");
  }

  public PostgresServer server() {
    return server;
  }

  public String name() {
    return name;
  }

  public Credentials credentials() {
    try {
      return SecretDirectory.parseUrl(url, "test");
    } catch (dev.schemaward.engine.EngineException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A Prisma bundle: name, SQL, name, SQL … */
  public static Bundle prisma(String... namesAndSql) {
    return bundle(Format.PRISMA, namesAndSql);
  }

  public static Bundle bundle(Format format, String... namesAndSql) {
    try {
      Path directory = Files.createTempDirectory("bundle");
      List<Path> files = new ArrayList<>();
      try {
        for (int i = 0; i < namesAndSql.length; i += 2) {
          Path file = directory.resolve(namesAndSql[i] + ".sql");
          files.add(file);
          Files.writeString(file, namesAndSql[i + 1]);
        }
        return BundleReader.read(directory, Optional.of(format));
      } finally {
        for (Path file : files) {
          Files.deleteIfExists(file);
        }
        Files.delete(directory);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InvalidBundleException e) {
      throw new IllegalArgumentException(e);
    }
  }

  public Plan plan(Bundle bundle) throws dev.schemaward.engine.EngineException {
    return Schemaward.plan(
        bundle, credentials(), null, POLICY, null, null, BUILD, null, UNMEASURED);
  }

  /** A plan by somebody who remembers this ledger. */
  public Plan plan(Bundle bundle, LedgerMark known) throws dev.schemaward.engine.EngineException {
    return Schemaward.plan(
        bundle, credentials(), null, POLICY, null, null, BUILD, known, UNMEASURED);
  }

  public ApplyOutcome apply(Bundle bundle) {
    return apply(bundle, new ApplyRequest.Gate.Always());
  }

  public ApplyOutcome apply(Bundle bundle, ApplyRequest.Gate gate) {
    return apply(bundle, gate, RoundTrip.UNWATCHED, Progress.SILENT, null);
  }

  public ApplyOutcome apply(
      Bundle bundle, ApplyRequest.Gate gate, RoundTrip roundTrip, Progress progress, String owner) {
    return Schemaward.apply(
        new ApplyRequest(
            bundle,
            credentials(),
            null,
            POLICY,
            gate,
            null,
            owner,
            null,
            null,
            "run-" + RUNS.incrementAndGet(),
            BUILD,
            roundTrip),
        progress,
        new Cancellation());
  }

  /** A run that may be told to stop. */
  public ApplyOutcome apply(Bundle bundle, Cancellation cancellation, Progress progress) {
    return Schemaward.apply(
        request(bundle, new ApplyRequest.Gate.Always()), progress, cancellation);
  }

  /** To apply this bundle, claiming nothing. */
  public ApplyRequest request(Bundle bundle, ApplyRequest.Gate gate) {
    return new ApplyRequest(
        bundle,
        credentials(),
        null,
        POLICY,
        gate,
        null,
        null,
        null,
        null,
        "run-" + RUNS.incrementAndGet(),
        BUILD,
        RoundTrip.UNWATCHED);
  }

  /** Waits for locks for as long as a busy machine needs. */
  public ApplyOutcome applyPatiently(Bundle bundle) {
    return Schemaward.apply(
        new ApplyRequest(
            bundle,
            credentials(),
            null,
            new ExecutionPolicy(
                Duration.ofMinutes(1), Duration.ofMinutes(2), Duration.ofMinutes(5)),
            new ApplyRequest.Gate.Always(),
            null,
            null,
            null,
            null,
            "run-" + RUNS.incrementAndGet(),
            BUILD,
            RoundTrip.UNWATCHED),
        Progress.SILENT,
        new Cancellation());
  }

  public void sql(String sql) {
    server.execute(name, sql);
  }

  public List<String> query(String sql) {
    return query(server, name, sql);
  }

  /** The first column of a query's rows, in any database of a server. */
  public static List<String> query(PostgresServer server, String database, String sql) {
    try (Connection connection = server.connect(database);
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      List<String> values = new ArrayList<>();
      while (rows.next()) {
        values.add(rows.getString(1));
      }
      return values;
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  public List<String> tables() {
    return query(
        "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'"
            + " and relname <> '_prisma_migrations' order by 1");
  }

  public boolean hasHistory() {
    return query("select to_regclass('public._prisma_migrations')::text").getFirst() != null;
  }

  /** {@code name finished|rolled back|open}, in order of start. */
  public List<String> history() {
    return !hasHistory()
        ? List.of()
        : query(
            "select migration_name || ' ' || case when finished_at is not null and rolled_back_at"
                + " is null then 'finished' when rolled_back_at is not null then 'rolled back' else"
                + " 'open' end from _prisma_migrations order by started_at");
  }
}
