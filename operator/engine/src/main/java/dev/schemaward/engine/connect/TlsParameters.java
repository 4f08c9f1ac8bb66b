package dev.schemaward.engine.connect;

import dev.schemaward.engine.EngineException;
import dev.schemaward.engine.FailureReason;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * What a URL's {@code ssl…} parameters mean, by Prisma's rules (quaint 6) with libpq's where Prisma
 * ignores what its user asked for, and what certificates that lie next to the URL in a Secret mean.
 */
final class TlsParameters {
  private TlsParameters() {}

  /**
   * Reads them.
   *
   * @param query the URL's parameters; others are ignored
   * @param source what to call the URL in a message
   * @param directory where relative file names begin, and where {@code ca.crt}, {@code tls.crt} and
   *     {@code tls.key} are looked for; null for none
   * @throws EngineException DependencyMissing for a word that might have been meant to verify
   */
  static TlsSettings of(Map<String, String> query, String source, Path directory)
      throws EngineException {
    String asked = query.get("sslmode");
    boolean acceptsAnything = "accept_invalid_certs".equals(query.get("sslaccept"));
    boolean libpqClient = query.containsKey("sslkey");
    // Prisma's sslcert is the CA; libpq's is the client's certificate, and then sslkey is its key.
    String root = query.getOrDefault("sslrootcert", libpqClient ? null : query.get("sslcert"));
    boolean namedRoot = query.containsKey("sslrootcert");
    boolean publicAuthorities = "system".equals(root);
    String mountedRoot = mounted(directory, "ca.crt");
    if (root == null) {
      root = mountedRoot;
    }
    String mode;
    if (asked == null) {
      // Nobody puts a CA into a Secret for it to be ignored.
      mode = mountedRoot != null && root.equals(mountedRoot) ? "verify-full" : "prefer";
      if (acceptsAnything) {
        mode = "prefer";
      }
    } else {
      mode =
          switch (asked) {
            case "disable", "require", "verify-ca", "verify-full" -> asked;
            case "allow", "prefer" -> "prefer";
            case "no-verify" -> "require";
            default ->
                throw new EngineException(
                    FailureReason.DependencyMissing,
                    source
                        + " has an sslmode that is not known; it is one of disable, prefer,"
                        + " require, verify-ca, verify-full. Prisma would connect without"
                        + " verification");
          };
    }
    if (mode.equals("require") && !acceptsAnything && (namedRoot || mountedRoot != null)) {
      mode = "verify-ca"; // libpq's rule
    }
    if ((query.containsKey("sslaccept") && !acceptsAnything) || publicAuthorities) {
      mode = "verify-full"; // Prisma takes every word but accept_invalid_certs for strict
    }
    return new TlsSettings(
        mode,
        publicAuthorities ? null : file(directory, root),
        clientKey(query, directory),
        clientCertificate(query, source, directory),
        query.get("sslpassword"));
  }

  private static String clientKey(Map<String, String> query, Path directory) {
    if (query.containsKey("sslidentity")) {
      return file(directory, query.get("sslidentity"));
    }
    if (query.containsKey("sslkey")) {
      return file(directory, query.get("sslkey"));
    }
    return mounted(directory, "tls.crt") == null ? null : mounted(directory, "tls.key");
  }

  private static String clientCertificate(Map<String, String> query, String source, Path directory)
      throws EngineException {
    if (query.containsKey("sslidentity")) {
      return null; // PKCS#12 holds both
    }
    if (query.containsKey("sslkey")) {
      if (!query.containsKey("sslcert")) {
        throw new EngineException(
            FailureReason.DependencyMissing,
            source + " names an sslkey, but no sslcert: the certificate that belongs to it");
      }
      return file(directory, query.get("sslcert"));
    }
    return mounted(directory, "tls.key") == null ? null : mounted(directory, "tls.crt");
  }

  private static String file(Path directory, String name) {
    return name == null || directory == null ? name : directory.resolve(name).toString();
  }

  private static String mounted(Path directory, String name) {
    return directory != null && Files.isRegularFile(directory.resolve(name))
        ? directory.resolve(name).toString()
        : null;
  }
}
