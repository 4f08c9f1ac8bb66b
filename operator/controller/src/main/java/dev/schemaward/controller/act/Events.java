package dev.schemaward.controller.act;

import io.fabric8.kubernetes.api.model.HasMetadata;

/** Tells people that something changed. Never fails the caller: an event is news, not a record. */
public interface Events {
  /** {@code Normal} or {@code Warning}, as Kubernetes spells them. */
  enum Type {
    Normal,
    Warning
  }

  /**
   * One piece of news.
   *
   * @param type whether somebody should worry
   * @param reason CamelCase word of the documented list
   * @param note one or two sentences; cut at 1024 bytes; no SQL, no secret
   */
  record News(Type type, String reason, String note) {}

  /** Publishes news about {@code regarding}; the same news again only raises its count. */
  void publish(HasMetadata regarding, News news);
}
