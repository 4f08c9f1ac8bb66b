package dev.schemaward.engine.bundle;

/** How a bundle's files are named and which history table belongs to them. */
public enum Format {
  /** {@code <name>/migration.sql} below a directory, {@code _prisma_migrations}. */
  PRISMA("Prisma"),
  /**
   * {@code V<version>__<description>.sql} and {@code R__<description>.sql}, {@code
   * flyway_schema_history}.
   */
  FLYWAY("Flyway"),
  /** {@code <version>_<title>.up.sql}, one row in {@code schema_migrations}. */
  GOLANG_MIGRATE("GolangMigrate"),
  /** {@code -- migrate:up} in {@code <digits>….sql}, a row each in {@code schema_migrations}. */
  DBMATE("Dbmate"),
  /** {@code <version>_<name>.sql} in one directory, history in Schemaward's ledger. */
  SQL("Sql");

  private final String displayName;

  Format(String displayName) {
    this.displayName = displayName;
  }

  /** The name that users write and see. */
  public String displayName() {
    return displayName;
  }
}
