package dev.schemaward.engine.bundle;

/**
 * What the tool's own history records of a migration, where that is more, or less, than its name
 * and the digest of its file.
 *
 * @param version as the history writes it: {@code 1.2} of {@code V1_2__add_phone.sql} (Flyway), the
 *     leading digits (dbmate, golang-migrate); null for a repeatable migration and for formats
 *     whose history has names only
 * @param description what follows the version, in the form of the history; empty where there is
 *     none
 * @param checksum as the history writes it; null where the history keeps none
 * @param repeatable true when it is run again after every change of its file (Flyway's {@code R__})
 */
public record Recorded(String version, String description, String checksum, boolean repeatable) {
  /** By name and file digest alone: Prisma and plain SQL. */
  static Recorded named(String checksum) {
    return new Recorded(null, "", checksum, false);
  }
}
