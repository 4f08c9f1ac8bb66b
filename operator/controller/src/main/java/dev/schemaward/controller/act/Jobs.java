package dev.schemaward.controller.act;

import io.fabric8.kubernetes.api.model.batch.v1.Job;

/** Starts and clears away Jobs. Never changes one: a run is what it was when it started. */
public interface Jobs {
  /**
   * Creates {@code job}, or finds that the very same request was created before.
   *
   * @return the Job as it is in the cluster
   * @throws NameTaken when another Job has that name
   * @throws Refused when the API server does not want the Job; time or a person may change that
   */
  Job start(Job job);

  /** Deletes a Job and its pod; nothing happens when it is gone already. */
  void delete(String namespace, String name);

  /** A Job of that name exists which is not this request. */
  final class NameTaken extends RuntimeException {
    private static final long serialVersionUID = 1;

    NameTaken(String message) {
      super(message);
    }
  }

  /** Quota, an admission webhook, an invalid field: the API server said no. */
  final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1;

    Refused(String message, Throwable cause) {
      super(message, cause);
    }
  }
}
