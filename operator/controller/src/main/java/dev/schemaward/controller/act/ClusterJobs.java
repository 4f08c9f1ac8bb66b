package dev.schemaward.controller.act;

import dev.schemaward.controller.run.JobMarks;
import io.fabric8.kubernetes.api.model.DeletionPropagation;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Jobs in the cluster. Creating is idempotent because the name follows from the recorded intent: a
 * Job that is there already, of the same owner and the same request, is the one we wanted, whoever
 * of us made it.
 */
public final class ClusterJobs implements Jobs {
  private static final Logger LOG = LoggerFactory.getLogger(ClusterJobs.class);

  private final KubernetesClient client;

  public ClusterJobs(KubernetesClient client) {
    this.client = client;
  }

  @Override
  public Job start(Job job) {
    try {
      Job created = client.resource(job).create();
      LOG.atInfo().addKeyValue("job", job.getMetadata().getName()).log("job created");
      return created;
    } catch (KubernetesClientException e) {
      return switch (e.getCode()) {
        case 409 -> adopt(job, e);
        case 400, 403, 404, 422 ->
            throw new Refused("the API server refused the Job: " + ApiErrors.message(e), e);
        default -> throw e;
      };
    }
  }

  private Job adopt(Job wanted, KubernetesClientException conflict) {
    Job found = client.resource(wanted).get();
    if (found == null) {
      throw conflict; // it has just gone: look at the world again
    }
    String name = found.getMetadata().getName();
    if (found.getMetadata().getDeletionTimestamp() != null) {
      throw new NameTaken("the Job " + name + " of an earlier run is still being deleted");
    }
    if (!Objects.equals(owner(found), owner(wanted))) {
      throw new NameTaken(
          "a Job named "
              + name
              + " exists that does not belong to this DatabaseMigration;"
              + " delete or rename it");
    }
    if (!Objects.equals(requestHash(found), requestHash(wanted))) {
      throw new NameTaken(
          "the Job " + name + " exists and was made for another request; delete it to go on");
    }
    LOG.atInfo().addKeyValue("job", name).log("job was there already");
    return found;
  }

  @Override
  public void delete(String namespace, String name) {
    client
        .batch()
        .v1()
        .jobs()
        .inNamespace(namespace)
        .withName(name)
        .withPropagationPolicy(DeletionPropagation.BACKGROUND)
        .delete();
  }

  private static String owner(Job job) {
    return job.getMetadata().getOwnerReferences().stream()
        .filter(reference -> Boolean.TRUE.equals(reference.getController()))
        .map(OwnerReference::getUid)
        .findFirst()
        .orElse(null);
  }

  private static String requestHash(Job job) {
    var annotations = job.getMetadata().getAnnotations();
    return annotations == null ? null : annotations.get(JobMarks.REQUEST_HASH);
  }
}
