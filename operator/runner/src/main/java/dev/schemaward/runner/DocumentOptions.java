package dev.schemaward.runner;

import dev.schemaward.engine.EngineException;
import dev.schemaward.engine.FailureReason;
import dev.schemaward.runner.document.Surroundings;
import java.util.Map;
import picocli.CommandLine.Option;

/** In which form a command writes its document. */
final class DocumentOptions {
  private static final String DOCS = "SCHEMAWARD_DOCS_URL";

  @Option(
      names = "--output",
      defaultValue = "text",
      paramLabel = "FORMAT",
      description =
          "${COMPLETION-CANDIDATES}. markdown: for a pull request, at most 60,000 characters; html:"
              + " one file that loads nothing. Default: ${DEFAULT-VALUE}.")
  DocumentFormat format;

  @Option(
      names = "--docs-url",
      paramLabel = "URL",
      description = {
        "Where Schemaward's docs directory can be read; rules are linked to their pages there.",
        "Default: environment variable " + DOCS + ", else rules are only named."
      })
  String documentation;

  /**
   * What surrounds the document.
   *
   * @throws EngineException InvalidRequest when the URL is none that a browser may follow
   */
  Surroundings surroundings(Map<String, String> environment) throws EngineException {
    String url = documentation != null ? documentation : environment.get(DOCS);
    if (url == null || url.isBlank()) {
      return new Surroundings(BuildId.ID, null);
    }
    if (!url.matches("https?://[A-Za-z0-9][^\\s\"'<>()\\[\\]`|]*")) {
      throw new EngineException(
          FailureReason.InvalidRequest, "--docs-url takes the http or https URL of a directory");
    }
    return new Surroundings(BuildId.ID, url);
  }
}
