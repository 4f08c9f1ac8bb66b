package dev.schemaward.controller.observe;

import java.io.IOException;
import java.io.Reader;

/** Where the log of a run's container is read. */
@FunctionalInterface
public interface JobLogs {
  /**
   * The log from its beginning.
   *
   * @return to be closed by the caller
   * @throws IOException when the pod or its log is gone, or the API server does not answer
   */
  Reader open(String namespace, String pod, String container) throws IOException;
}
