package dev.schemaward.runner.document;

/**
 * What surrounds a document.
 *
 * @param build of the program that writes it
 * @param documentation URL of the directory that holds the project's {@code docs}; null when nobody
 *     said where it is, and then rules are named and not linked
 */
public record Surroundings(String build, String documentation) {
  /** URL of a rule's page; null when it is not known. */
  String rule(String rule) {
    return documentation == null
        ? null
        : documentation.replaceFirst("/+$", "") + "/hazards/" + rule + ".md";
  }
}
