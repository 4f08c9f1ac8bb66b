package dev.schemaward.engine.bundle;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * A valid migration bundle.
 *
 * @param format its format
 * @param digest {@code sha256:<64 hex>} over format, names, order and checksums: equal content,
 *     equal digest, whatever the container (directory, tar.gz, ConfigMap keys)
 * @param migrations in the order of execution; names are unique
 */
public record Bundle(Format format, String digest, List<Migration> migrations) {
  public Bundle {
    migrations = List.copyOf(migrations);
  }

  static Bundle of(Format format, List<Migration> migrations) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      sha256.update((format.displayName() + "\n").getBytes(StandardCharsets.UTF_8));
      for (Migration migration : migrations) {
        sha256.update(
            (migration.checksum() + " " + migration.name() + "\n")
                .getBytes(StandardCharsets.UTF_8));
      }
      return new Bundle(format, "sha256:" + HexFormat.of().formatHex(sha256.digest()), migrations);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * What a database is called the version of.
   *
   * @param applied in the bundle's order
   * @return the last one's name, a repeatable one's only if there is no other; null when nothing is
   *     applied
   */
  public static String version(List<Migration> applied) {
    return applied.stream()
        .filter(migration -> !migration.recorded().repeatable())
        .reduce((earlier, later) -> later)
        .or(() -> applied.stream().reduce((earlier, later) -> later))
        .map(Migration::name)
        .orElse(null);
  }

  /**
   * The bundle without what comes after {@code targetVersion}.
   *
   * @param targetVersion name of a migration; null for all
   * @throws InvalidBundleException when there is no such migration
   */
  public Bundle upTo(String targetVersion) throws InvalidBundleException {
    if (targetVersion == null) {
      return this;
    }
    for (int i = 0; i < migrations.size(); i++) {
      if (migrations.get(i).name().equals(targetVersion)) {
        return of(format, migrations.subList(0, i + 1));
      }
    }
    throw new InvalidBundleException(
        List.of(
            new Fault(
                "",
                0,
                "the target version " + targetVersion + " is not in the bundle",
                "Its last migration is " + migrations.getLast().name())));
  }
}
