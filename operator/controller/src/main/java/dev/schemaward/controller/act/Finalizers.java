package dev.schemaward.controller.act;

import io.fabric8.kubernetes.api.model.HasMetadata;

/** Holds an object back from vanishing while a run of it executes. */
public interface Finalizers {
  /** Adds one; fails with a conflict when the object changed since it was read. */
  void add(HasMetadata object, String finalizer);

  /** Takes one off; nothing happens when it or the object is gone. */
  void remove(HasMetadata object, String finalizer);
}
