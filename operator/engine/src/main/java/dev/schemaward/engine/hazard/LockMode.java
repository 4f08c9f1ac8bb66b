package dev.schemaward.engine.hazard;

/** PostgreSQL's table lock modes, weakest first, and whom they stop. */
enum LockMode {
  ACCESS_SHARE("AccessShareLock", "ACCESS SHARE"),
  ROW_SHARE("RowShareLock", "ROW SHARE"),
  ROW_EXCLUSIVE("RowExclusiveLock", "ROW EXCLUSIVE"),
  SHARE_UPDATE_EXCLUSIVE("ShareUpdateExclusiveLock", "SHARE UPDATE EXCLUSIVE"),
  SHARE("ShareLock", "SHARE"),
  SHARE_ROW_EXCLUSIVE("ShareRowExclusiveLock", "SHARE ROW EXCLUSIVE"),
  EXCLUSIVE("ExclusiveLock", "EXCLUSIVE"),
  ACCESS_EXCLUSIVE("AccessExclusiveLock", "ACCESS EXCLUSIVE");

  private final String catalogName;
  private final String sqlName;

  LockMode(String catalogName, String sqlName) {
    this.catalogName = catalogName;
    this.sqlName = sqlName;
  }

  /** The mode that {@code pg_locks} or LOCK TABLE calls so; null for no such mode. */
  static LockMode of(String name) {
    for (LockMode mode : values()) {
      if (mode.catalogName.equals(name) || mode.sqlName.equals(name)) {
        return mode;
      }
    }
    return null;
  }

  /** True when INSERT, UPDATE and DELETE wait for it. */
  boolean stopsWrites() {
    return compareTo(SHARE) >= 0;
  }

  /** For a message, before the table's name: {@code stops all reads and writes of}. */
  String stops() {
    if (this == ACCESS_EXCLUSIVE) {
      return "stops all reads and writes of ";
    }
    return stopsWrites() ? "stops all writes to " : "holds off VACUUM and other DDL on ";
  }

  String sqlName() {
    return sqlName;
  }
}
