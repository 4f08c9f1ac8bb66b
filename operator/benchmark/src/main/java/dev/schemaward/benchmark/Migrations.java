package dev.schemaward.benchmark;

/** What every tool has to apply: the same tables, one a migration. */
final class Migrations {
  /** Matches the tables' names, in PostgreSQL's regular expressions. */
  static final String TABLE_PATTERN = "^t[0-9]{5}$";

  private Migrations() {}

  /** For example {@code t00042}. */
  static String table(int number) {
    return "t%05d".formatted(number);
  }

  /** A name that sorts by number, in the form of a time. */
  static String timestamp(int number) {
    return "20260101%06d".formatted(number);
  }

  /** As Prisma would write it. */
  static String sql(int number) {
    return
"""
-- CreateTable
CREATE TABLE "TABLE" (
    "id" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    "created_at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "TABLE_pkey" PRIMARY KEY ("id")
);
"""
        .replace("TABLE\"", table(number) + "\"")
        .replace("TABLE_", table(number) + "_");
  }
}
