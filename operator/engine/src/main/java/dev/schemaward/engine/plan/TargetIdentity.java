package dev.schemaward.engine.plan;

/**
 * Which database this is, as the server itself says.
 *
 * @param serverVersion for example {@code 18.6}
 * @param systemIdentifier of the cluster; the ledger's UUID where the server does not tell; null
 *     when neither is there
 * @param database name
 * @param schema target schema
 */
public record TargetIdentity(
    String serverVersion, String systemIdentifier, String database, String schema) {}
