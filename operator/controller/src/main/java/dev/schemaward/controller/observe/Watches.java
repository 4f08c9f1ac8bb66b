package dev.schemaward.controller.observe;

import dev.schemaward.api.v1alpha1.DatabaseMigration;
import dev.schemaward.controller.run.JobMarks;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Constants;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.IndexedResourceCache;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.IndexerResourceCache;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What wakes a DatabaseMigration up: its Jobs and pods, its bundle ConfigMap, its plan, the labels
 * of its namespace. Also the memory of what is too big or too many to ask for each time (content of
 * ConfigMaps, as a digest; labels of namespaces). Everything else is read live when a decision is
 * due, so a stale cache can delay but not mislead.
 */
public final class Watches {
  private static final String BY_BUNDLE = "bundle";

  private IndexedResourceCache<DatabaseMigration> migrations;
  private BundleWatch bundles;
  private InformerEventSource<Namespace, DatabaseMigration> namespaces;

  /**
   * The event sources of the controller; called once.
   *
   * @param watched namespaces to serve; empty means all
   */
  public List<EventSource<?, DatabaseMigration>> sources(
      EventSourceContext<DatabaseMigration> context, Set<String> watched) {
    IndexerResourceCache<DatabaseMigration> primaries = context.getPrimaryCache();
    primaries.addIndexer(BY_BUNDLE, Watches::bundleKey);
    migrations = primaries;
    List<EventSource<?, DatabaseMigration>> sources = new ArrayList<>();
    Set<String> spaces = watched.isEmpty() ? Set.of(Constants.WATCH_ALL_NAMESPACES) : watched;
    for (String space : spaces) {
      sources.add(jobs(context, space));
      sources.add(pods(context, space));
    }
    bundles = new BundleWatch(context.getClient(), this::usersOf);
    sources.add(bundles);
    namespaces = namespaces(context, migrations);
    sources.add(namespaces);
    return sources;
  }

  /** Digest of the content of a ConfigMap; empty when there is none of that name. */
  public Optional<String> contentDigest(String namespace, String name) {
    return bundles.contentDigest(namespace, name);
  }

  /** A DatabaseMigration is gone; what was watched only for it is watched no longer. */
  public void forget(String namespace) {
    if (migrations.list(namespace).findAny().isEmpty()) {
      bundles.forget(namespace);
    }
  }

  /** Labels of a namespace; empty when it is not known (yet). */
  public Optional<Map<String, String>> namespaceLabels(String namespace) {
    return namespaces
        .get(new ResourceID(namespace))
        .map(n -> Objects.requireNonNullElse(n.getMetadata().getLabels(), Map.of()));
  }

  private static InformerEventSource<Job, DatabaseMigration> jobs(
      EventSourceContext<DatabaseMigration> context, String space) {
    return new InformerEventSource<>(
        InformerEventSourceConfiguration.from(Job.class, DatabaseMigration.class)
            .withName("jobs-" + space)
            .withNamespaces(Set.of(space))
            .withLabelSelector(JobMarks.RUN_SELECTOR)
            .withItemStore(PrunedStore.ofJobs())
            .withSecondaryToPrimaryMapper(Watches::labelled)
            .withPrimaryToSecondaryMapper(migration -> Set.of())
            .withOnUpdateFilter(
                (now, before) -> !Objects.equals(now.getStatus(), before.getStatus()))
            .build(),
        context);
  }

  private static InformerEventSource<Pod, DatabaseMigration> pods(
      EventSourceContext<DatabaseMigration> context, String space) {
    return new InformerEventSource<>(
        InformerEventSourceConfiguration.from(Pod.class, DatabaseMigration.class)
            .withName("pods-" + space)
            .withNamespaces(Set.of(space))
            .withLabelSelector(JobMarks.RUN_SELECTOR)
            .withItemStore(PrunedStore.ofPods())
            .withSecondaryToPrimaryMapper(Watches::labelled)
            .withPrimaryToSecondaryMapper(migration -> Set.of())
            .withOnUpdateFilter(
                (now, before) -> !Objects.equals(now.getStatus(), before.getStatus()))
            .build(),
        context);
  }

  private static InformerEventSource<Namespace, DatabaseMigration> namespaces(
      EventSourceContext<DatabaseMigration> context,
      IndexedResourceCache<DatabaseMigration> migrations) {
    return new InformerEventSource<>(
        InformerEventSourceConfiguration.from(Namespace.class, DatabaseMigration.class)
            .withName("namespaces")
            .withWatchAllNamespaces()
            .withItemStore(PrunedStore.ofNamespaces())
            .withSecondaryToPrimaryMapper(
                namespace ->
                    migrations
                        .list(namespace.getMetadata().getName())
                        .map(ResourceID::fromResource)
                        .collect(Collectors.toSet()))
            .withPrimaryToSecondaryMapper(migration -> Set.of())
            .withOnUpdateFilter(
                (now, before) ->
                    !Objects.equals(
                        now.getMetadata().getLabels(), before.getMetadata().getLabels()))
            .build(),
        context);
  }

  private Set<ResourceID> usersOf(ConfigMap map) {
    Set<ResourceID> users = new HashSet<>(labelled(map)); // a plan of ours
    String key = map.getMetadata().getNamespace() + "/" + map.getMetadata().getName();
    for (DatabaseMigration migration : migrations.byIndex(BY_BUNDLE, key)) {
      users.add(ResourceID.fromResource(migration));
    }
    return users;
  }

  private static List<String> bundleKey(DatabaseMigration migration) {
    var spec = migration.getSpec();
    return spec == null
        ? List.of()
        : List.of(migration.getMetadata().getNamespace() + "/" + spec.source().configMap().name());
  }

  private static Set<ResourceID> labelled(HasMetadata object) {
    Map<String, String> labels = object.getMetadata().getLabels();
    String migration = labels == null ? null : labels.get(JobMarks.MIGRATION);
    return migration == null
        ? Set.of()
        : Set.of(new ResourceID(migration, object.getMetadata().getNamespace()));
  }
}
