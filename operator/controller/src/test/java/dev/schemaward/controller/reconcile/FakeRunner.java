package dev.schemaward.controller.reconcile;

import dev.schemaward.api.run.PlanDocument;
import dev.schemaward.api.run.RunReason;
import dev.schemaward.api.run.RunResult;
import dev.schemaward.controller.reconcile.FakeKubelet.Fate;
import dev.schemaward.controller.reconcile.FakeKubelet.Run;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * A database and a runner in memory: plans what of the bundle is not applied, applies it, and keeps
 * book of everything that it executed and under which permission, for the invariants.
 */
final class FakeRunner implements Function<Run, Fate> {
  /** One execution of a migration. */
  record Executed(String migration, String planHash, String runId, boolean approved) {}

  private final KubernetesClient client;
  private final String namespace;
  private final List<Executed> executed = new ArrayList<>();
  private final Map<String, Fate> done = new TreeMap<>();
  private String salt = "";

  FakeRunner(KubernetesClient client, String namespace) {
    this.client = client;
    this.namespace = namespace;
  }

  synchronized List<Executed> executed() {
    return List.copyOf(executed);
  }

  /** Somebody changed the database by hand: every plan is another one now. */
  synchronized void changeByHand() {
    salt += "x";
  }

  /** A pod that was asked twice has run once. */
  @Override
  public synchronized Fate apply(Run run) {
    return done.computeIfAbsent(run.id(), id -> execute(run));
  }

  private Fate execute(Run run) {
    if (run.kind().equals("check")) {
      return new Fate.Result(
          RunResult.bare("check", run.id(), RunReason.Checked, "no drift", "test", 7)
              .with(new RunResult.Drift(false, 0, 0, 0, 0, "sha256:0", List.of(), null, null)),
          null);
    }
    ConfigMap bundle =
        client
            .configMaps()
            .inNamespace(namespace)
            .withName(run.pod().getSpec().getVolumes().getFirst().getConfigMap().getName())
            .get();
    Map<String, String> files = new TreeMap<>(bundle.getData());
    List<String> applied = executed.stream().map(Executed::migration).toList();
    List<String> pending = files.keySet().stream().filter(file -> !applied.contains(file)).toList();
    String hash = "sha256:" + sha256(files + "|" + applied + "|" + salt);
    long destructive = pending.stream().filter(file -> files.get(file).contains("drop")).count();
    PlanDocument plan = document(hash, pending, files);
    if (run.kind().equals("plan")) {
      return pending.isEmpty()
          ? end(run, RunReason.UpToDate, hash, pending, applied, 0, destructive, null)
          : end(run, RunReason.Planned, hash, pending, applied, 0, destructive, plan);
    }
    String expected = run.argument("--expect-plan");
    if (expected != null && !expected.equals(hash)) {
      return end(run, RunReason.PlanChanged, null, pending, applied, 0, destructive, null);
    }
    if (pending.isEmpty()) {
      return end(run, RunReason.UpToDate, hash, pending, applied, 0, destructive, null);
    }
    if (expected == null && destructive > 0 && "OnHazard".equals(run.argument("--approval"))) {
      return end(run, RunReason.ApprovalRequired, hash, pending, applied, 0, destructive, plan);
    }
    for (String migration : pending) {
      executed.add(new Executed(migration, hash, run.id(), run.argument("--approved-by") != null));
    }
    List<String> now = executed.stream().map(Executed::migration).toList();
    return end(run, RunReason.Applied, hash, pending, now, pending.size(), destructive, null);
  }

  private static Fate end(
      Run run,
      RunReason reason,
      String hash,
      List<String> pending,
      List<String> applied,
      int count,
      long destructive,
      PlanDocument plan) {
    int left = pending.size() - count;
    return new Fate.Result(
        new RunResult(
            run.kind(),
            run.id(),
            reason,
            reason + ": " + pending.size() + " migrations",
            "test",
            new RunResult.Target("18.0", "7000", "orders", "public"),
            hash,
            hash == null
                ? null
                : new RunResult.PlanSummary(
                    "sha256:b",
                    "Sql",
                    pending.size(),
                    pending,
                    0,
                    0,
                    0,
                    (int) destructive,
                    pending.size() + " migrations"),
            new RunResult.History(
                applied.isEmpty() ? null : applied.getLast(), applied.size(), left),
            count == 0 ? null : pending,
            count,
            false,
            null,
            null,
            List.of(),
            null,
            null,
            7),
        plan);
  }

  private static PlanDocument document(
      String hash, List<String> pending, Map<String, String> files) {
    return new PlanDocument(
        hash,
        hash.substring(7, 13),
        new PlanDocument.Bundle("Sql", "sha256:b"),
        new RunResult.Target("18.0", "7000", "orders", "public"),
        pending.stream().map(name -> new PlanDocument.Pending(name, "c", true)).toList(),
        pending.stream()
            .map(
                name ->
                    new PlanDocument.Statement(
                        name,
                        1,
                        1,
                        files.get(name),
                        "CREATE TABLE",
                        true,
                        false,
                        "test",
                        List.of(),
                        List.of(),
                        List.of(),
                        List.of(),
                        null))
            .toList(),
        List.of(),
        pending.size() + " migrations");
  }

  private static String sha256(String text) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
