package dev.schemaward.controller.observe;

import dev.schemaward.api.v1alpha1.DatabaseMigration;
import io.fabric8.kubernetes.api.model.authorization.v1.SelfSubjectAccessReview;
import io.fabric8.kubernetes.api.model.authorization.v1.SelfSubjectAccessReviewBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/**
 * Asks the API server whether an approval by somebody without the right would be refused: it tries
 * one as the operator itself, as a dry run, after making sure that the operator has no such right.
 * Works for any admission control that enforces the rule, and doubts everything that is not a clear
 * refusal by admission.
 */
public final class ApprovalPolicyProbe {
  /** How an admission plug-in and a webhook say no; RBAC says "cannot patch resource" instead. */
  private static final Pattern DENIED_BY_ADMISSION =
      Pattern.compile("denied (the )?request", Pattern.CASE_INSENSITIVE);

  private static final Duration FRESH = Duration.ofSeconds(30);

  private final KubernetesClient client;
  private final InstantSource clock;
  private final Map<String, Timed> answers = new ConcurrentHashMap<>();

  private record Timed(Answer answer, Instant at) {}

  /** What the API server would do with an approval that nobody had the right to give. */
  public sealed interface Answer {
    /** It would refuse it. */
    record Enforced() implements Answer {}

    /**
     * It would accept it, or we cannot know.
     *
     * @param why one sentence, without a full stop
     */
    record NotEnforced(String why) implements Answer {}
  }

  public ApprovalPolicyProbe(KubernetesClient client, InstantSource clock) {
    this.client = client;
    this.clock = clock;
  }

  /**
   * The answer for one resource.
   *
   * @param planHash the current plan, {@code sha256:<64 hex>}: an attempt with a stale hash would
   *     be refused for that reason alone
   * @param now true before an approval is used: never answers from memory
   */
  public Answer ask(DatabaseMigration migration, String planHash, boolean now) {
    String key = migration.getMetadata().getUid() + planHash;
    Timed known = answers.get(key);
    if (!now && known != null && clock.instant().isBefore(known.at.plus(FRESH))) {
      return known.answer;
    }
    Answer answer = attempt(migration, planHash);
    answers.values().removeIf(a -> !clock.instant().isBefore(a.at.plus(FRESH)));
    if (answer instanceof Answer.Enforced) { // a no is asked again until it is a yes
      answers.put(key, new Timed(answer, clock.instant()));
    }
    return answer;
  }

  private Answer attempt(DatabaseMigration migration, String planHash) {
    try {
      for (String verb : List.of("approve", "approve-on-behalf")) {
        if (operatorMay(migration, verb)) {
          return new Answer.NotEnforced(
              "the operator's own service account holds the verb "
                  + verb
                  + " (a cluster-admin binding?), so nobody can tell whether others are refused");
        }
      }
      return tryToApprove(migration, planHash);
    } catch (KubernetesClientException e) {
      if (e.getCode() < 400 || e.getCode() >= 500 || e.getCode() == 409 || e.getCode() == 429) {
        throw e; // it did not answer; that is no answer, and time heals it
      }
      return new Answer.NotEnforced(
          "the API server could not be asked whether the approval policy is in force: "
              + firstLine(e.getMessage()));
    }
  }

  private boolean operatorMay(DatabaseMigration migration, String verb) {
    SelfSubjectAccessReview review =
        client
            .resource(
                new SelfSubjectAccessReviewBuilder()
                    .withNewSpec()
                    .withNewResourceAttributes()
                    .withGroup("schemaward.dev")
                    .withResource("databasemigrations")
                    .withVerb(verb)
                    .withNamespace(migration.getMetadata().getNamespace())
                    .withName(migration.getMetadata().getName())
                    .endResourceAttributes()
                    .endSpec()
                    .build())
            .create();
    return Boolean.TRUE.equals(review.getStatus().getAllowed());
  }

  private Answer tryToApprove(DatabaseMigration migration, String planHash) {
    // "by" differs from whatever stands there, so that the policy sees a change.
    String patch =
        """
        {"metadata":{"annotations":{\
        "approval.schemaward.dev/approve":"%s","approval.schemaward.dev/by":"schemaward-canary-%s"}}}\
        """
            .formatted(planHash, clock.instant().toEpochMilli());
    try {
      client
          .resources(DatabaseMigration.class)
          .inNamespace(migration.getMetadata().getNamespace())
          .withName(migration.getMetadata().getName())
          .patch(
              new PatchContext.Builder()
                  .withPatchType(PatchType.JSON_MERGE)
                  .withDryRun(List.of("All"))
                  .build(),
              patch);
      return new Answer.NotEnforced(
          "an approval by somebody without the verb approve would be accepted");
    } catch (KubernetesClientException e) {
      boolean refused = e.getCode() == 403 || e.getCode() == 422 || e.getCode() == 400;
      if (refused && DENIED_BY_ADMISSION.matcher(String.valueOf(e.getMessage())).find()) {
        return new Answer.Enforced();
      }
      throw e;
    }
  }

  private static String firstLine(String text) {
    return text == null ? "no message" : text.lines().findFirst().orElse("no message");
  }
}
