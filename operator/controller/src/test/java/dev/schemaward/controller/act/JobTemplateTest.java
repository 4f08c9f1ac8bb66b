package dev.schemaward.controller.act;

import static org.assertj.core.api.Assertions.assertThat;

import dev.schemaward.api.run.JobContract;
import dev.schemaward.api.v1alpha1.DatabaseMigrationSpec;
import dev.schemaward.controller.run.JobMarks;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JobTemplateTest {
  private static final String HASH = "sha256:" + "a".repeat(64);

  @Test
  void neverASecondPodAndNeverForEver() {
    Job job = JobTemplate.of(request(new RunRequest.Mode.Plan(null), "image"));
    assertThat(job.getSpec().getBackoffLimit()).isZero();
    assertThat(job.getSpec().getPodReplacementPolicy()).isEqualTo("Failed");
    assertThat(job.getSpec().getActiveDeadlineSeconds()).isEqualTo(3600 + 300);
    assertThat(job.getSpec().getTtlSecondsAfterFinished())
        .as("the result is in it until the operator has read it")
        .isNull();
    assertThat(job.getSpec().getTemplate().getSpec().getRestartPolicy()).isEqualTo("Never");
    assertThat(job.getMetadata().getOwnerReferences())
        .singleElement()
        .satisfies(owner -> assertThat(owner.getController()).isTrue());
  }

  @Test
  void credentialsAreFilesAndNothingElse() {
    Job job = JobTemplate.of(request(new RunRequest.Mode.Plan(null), "image"));
    PodSpec pod = job.getSpec().getTemplate().getSpec();
    Container container = pod.getContainers().getFirst();
    assertThat(container.getEnv()).isEmpty();
    assertThat(container.getEnvFrom()).isEmpty();
    assertThat(container.getVolumeMounts())
        .filteredOn(mount -> !mount.getName().equals("tmp"))
        .allSatisfy(mount -> assertThat(mount.getReadOnly()).isTrue())
        .extracting(mount -> mount.getMountPath())
        .containsExactly(JobContract.BUNDLE_DIRECTORY, JobContract.SECRET_DIRECTORY);
    assertThat(pod.getAutomountServiceAccountToken()).isFalse();
    assertThat(container.getSecurityContext().getReadOnlyRootFilesystem()).isTrue();
  }

  @Test
  void theCommandLineSaysWhatTheRunnerMustDo() {
    assertThat(arguments(new RunRequest.Mode.Plan(null)))
        .containsExactly(
            "plan",
            "--bundle=/var/run/schemaward/bundle",
            "--secret-dir=/var/run/schemaward/database",
            "--secret-key=directUrl=DIRECT",
            "--secret-key=url=URL",
            "--schema=app",
            "--format=Prisma",
            "--target-version=3_last",
            "--lock-wait=120s",
            "--statement-timeout=900s",
            "--deadline=3600s",
            "--end-idle-blockers=5m",
            "--end-blockers=^report",
            "--lint-block=destructive,lock",
            "--waive=drop-column@3_last=agreed",
            "--run=orders-1-id",
            "--owner=cluster/shop/orders",
            "--known-ledger=11111111-2222-3333-4444-555555555555:7",
            "--result-file=/dev/termination-log",
            "--plan-frame");
    assertThat(arguments(new RunRequest.Mode.ApplyIfAllowed("OnHazard")))
        .startsWith("apply")
        .contains("--if-allowed", "--approval=OnHazard");
  }

  @Test
  void aCheckIsToldWhatToCompareAndWhatMustHold() {
    var drift = new RunRequest.Comparison(List.of("table public.tmp_*: $imports"));
    assertThat(arguments(new RunRequest.Mode.Check(drift, "{\"tables\":[]}")))
        .containsExactly(
            "check",
            "--bundle=/var/run/schemaward/bundle",
            "--secret-dir=/var/run/schemaward/database",
            "--secret-key=directUrl=DIRECT",
            "--secret-key=url=URL",
            "--schema=app",
            "--format=Prisma",
            "--drift",
            "--ignore=table public.tmp_*: $$imports",
            "--verification={\"tables\":[]}",
            "--run=orders-1-id",
            "--result-file=/dev/termination-log");
    assertThat(arguments(new RunRequest.Mode.Plan(drift))).contains("--drift");
  }

  @Test
  void whatPeopleWroteCannotBecomeAnOptionOrAVariable() {
    var approval =
        new RunRequest.Approval(
            "--if-allowed", Instant.EPOCH, "Annotation", "$(HOSTNAME) costs $$5\n--approval=Never");
    assertThat(arguments(new RunRequest.Mode.Apply(HASH, approval)))
        .contains(
            "--expect-plan=" + HASH,
            "--approved-by=--if-allowed",
            "--approval-reason=$$(HOSTNAME) costs $$$$5\n--approval=Never")
        .doesNotContain("--if-allowed", "--approval=Never");
  }

  @Test
  void theRequestHashIsAboutTheRequestAndNotAboutTheImage() {
    String plan = hash(request(new RunRequest.Mode.Plan(null), "image:1"));
    assertThat(hash(request(new RunRequest.Mode.Plan(null), "image:2"))).isEqualTo(plan);
    assertThat(hash(request(new RunRequest.Mode.ApplyIfAllowed("Never"), "image:1")))
        .isNotEqualTo(plan);
  }

  private static String hash(RunRequest request) {
    return JobTemplate.of(request).getMetadata().getAnnotations().get(JobMarks.REQUEST_HASH);
  }

  private static List<String> arguments(RunRequest.Mode mode) {
    return JobTemplate.of(request(mode, "image"))
        .getSpec()
        .getTemplate()
        .getSpec()
        .getContainers()
        .getFirst()
        .getArgs();
  }

  private static RunRequest request(RunRequest.Mode mode, String image) {
    return new RunRequest(
        "orders-1",
        "orders-1-id",
        Map.of(),
        new RunRequest.Owner("shop", "orders", "uid"),
        "cluster",
        mode,
        "bundle",
        "db",
        Map.of("url", "URL", "directUrl", "DIRECT"),
        "app",
        "Prisma",
        "3_last",
        "11111111-2222-3333-4444-555555555555:7",
        null,
        new RunRequest.Limits(
            Duration.ofMinutes(2),
            Duration.ofMinutes(15),
            Duration.ofHours(1),
            new DatabaseMigrationSpec.EndBlockers("5m", "^report"),
            new DatabaseMigrationSpec.Lint(
                List.of("destructive", "lock"),
                List.of(new DatabaseMigrationSpec.Waive("drop-column", "3_last", "agreed")))),
        new RunRequest.Placement(
            image, "IfNotPresent", null, null, Map.of(), List.of(), List.of()));
  }
}
