package dev.schemaward.engine.bundle;

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
}
