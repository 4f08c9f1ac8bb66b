package dev.schemaward.engine.drift;

import java.util.Locale;

/**
 * What kinds of objects a schema consists of, in the order in which they are reported. The order is
 * no part of the fingerprint.
 */
public enum ObjectKind {
  SCHEMA,
  EXTENSION,
  COLLATION,
  ENUM,
  COMPOSITE_TYPE,
  DOMAIN,
  DOMAIN_CONSTRAINT,
  RANGE_TYPE,
  BASE_TYPE,
  SEQUENCE,
  TABLE,
  COLUMN,
  CONSTRAINT,
  INDEX,
  STATISTICS,
  VIEW,
  MATERIALIZED_VIEW,
  FUNCTION,
  AGGREGATE,
  OPERATOR,
  OPERATOR_FAMILY,
  OPERATOR_CLASS,
  TRIGGER,
  RULE,
  POLICY,
  TEXT_SEARCH_PARSER,
  TEXT_SEARCH_TEMPLATE,
  TEXT_SEARCH_DICTIONARY,
  TEXT_SEARCH_CONFIGURATION,
  CAST,
  EVENT_TRIGGER,
  PUBLICATION,
  DEFAULT_PRIVILEGES;

  private final String label = name().toLowerCase(Locale.ROOT).replace('_', ' ');

  /** For a person, for example {@code materialized view}. */
  public String label() {
    return label;
  }
}
