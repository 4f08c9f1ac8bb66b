package dev.schemaward.runner;

import picocli.CommandLine.Option;

/** In which form a command says how it went, where there are no others than these. */
final class OutputOptions {
  /** The values of {@code --output}. */
  enum Format {
    text,
    json
  }

  @Option(
      names = "--output",
      defaultValue = "text",
      paramLabel = "FORMAT",
      description = "${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
  Format format;

  DocumentFormat document() {
    return format == Format.json ? DocumentFormat.json : DocumentFormat.text;
  }
}
