package dev.schemaward.engine.connect;

/**
 * How the connection is protected.
 *
 * @param mode libpq's {@code sslmode}: {@code disable}, {@code prefer}, {@code require}, {@code
 *     verify-ca}, {@code verify-full}
 * @param rootCertificate path of the CA certificates (PEM); null for the public authorities
 * @param clientKey path of the client's key (PEM), or of a PKCS#12 file with key and certificate;
 *     null for none
 * @param clientCertificate path of the client's certificate chain (PEM); null where {@code
 *     clientKey} holds it
 * @param clientKeyPassword opens {@code clientKey}; null for none
 */
public record TlsSettings(
    String mode,
    String rootCertificate,
    String clientKey,
    String clientCertificate,
    String clientKeyPassword) {
  /** Prisma's default: TLS where the server offers it, without verification. */
  public static final TlsSettings PREFER = new TlsSettings("prefer", null, null, null, null);

  /** True when the server must prove who it is. */
  boolean verifies() {
    return mode.startsWith("verify-");
  }
}
