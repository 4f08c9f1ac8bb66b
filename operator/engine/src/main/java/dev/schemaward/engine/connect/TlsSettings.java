package dev.schemaward.engine.connect;

/**
 * How the connection is protected.
 *
 * @param mode pgjdbc's {@code sslmode}: {@code disable}, {@code prefer}, {@code require}, {@code
 *     verify-ca}, {@code verify-full}
 * @param rootCertificate path of the CA certificate (PEM); null for none
 * @param clientKey path of the client's PKCS#12 file or DER key; null for none
 * @param clientCertificate path of the client's certificate (PEM); null where {@code clientKey}
 *     holds it
 * @param clientKeyPassword null for none
 */
public record TlsSettings(
    String mode,
    String rootCertificate,
    String clientKey,
    String clientCertificate,
    String clientKeyPassword) {
  /** Prisma's default: TLS where the server offers it, without verification. */
  public static final TlsSettings PREFER = new TlsSettings("prefer", null, null, null, null);
}
