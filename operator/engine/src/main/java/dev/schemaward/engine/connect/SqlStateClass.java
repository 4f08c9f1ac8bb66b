package dev.schemaward.engine.connect;

/** What an SQLSTATE says about trying again. */
public enum SqlStateClass {
  /** 55P03, 40P01, 40001: somebody else is in the way; the transaction is tried again here. */
  CONTENTION,
  /** 08xxx, 57P01–57P05: the connection is gone and the outcome unknown; the ledger decides. */
  CONNECTION_LOST,
  /** 53xxx: disk, memory, connections; a long back-off. */
  RESOURCES,
  /** 28xxx: who we are is not accepted. */
  CREDENTIALS,
  /** 42501: the role may not do this. */
  PRIVILEGE,
  /** 57014: a timeout or a cancel request. */
  CANCELLED,
  /** 25006: read-only transaction. */
  READ_ONLY,
  /** Everything else: the file is wrong; never retried. */
  DETERMINISTIC;

  /**
   * Classifies.
   *
   * @param sqlState five characters; null or empty is a lost connection, as the driver reports I/O
   *     errors that way
   */
  public static SqlStateClass of(String sqlState) {
    if (sqlState == null || sqlState.length() != 5) {
      return CONNECTION_LOST;
    }
    return switch (sqlState) {
      case "55P03", "40P01", "40001" -> CONTENTION;
      case "57P01", "57P02", "57P03", "57P05" -> CONNECTION_LOST;
      case "57014" -> CANCELLED;
      case "42501" -> PRIVILEGE;
      case "25006" -> READ_ONLY;
      default ->
          switch (sqlState.substring(0, 2)) {
            case "08" -> CONNECTION_LOST;
            case "53" -> RESOURCES;
            case "28" -> CREDENTIALS;
            default -> DETERMINISTIC;
          };
    };
  }
}
