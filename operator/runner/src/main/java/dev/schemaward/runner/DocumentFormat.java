package dev.schemaward.runner;

/** The values of {@code --output} where a document is written. */
enum DocumentFormat {
  text,
  json,
  markdown,
  html
}
