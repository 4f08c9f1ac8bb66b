package dev.schemaward.engine.connect;

import dev.schemaward.engine.EngineException;
import dev.schemaward.engine.FailureReason;
import java.io.EOFException;
import java.io.IOException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLException;

/**
 * Why TLS failed and what to do about it, in words. A connection that was merely cut during the
 * handshake is none of its business: that heals by itself.
 */
final class TlsFailure {
  private TlsFailure() {}

  /** Empty when the failure is not about TLS. */
  static Optional<EngineException> of(Throwable failure, Credentials credentials) {
    List<Throwable> causes = causes(failure);
    for (Throwable cause : causes) {
      if (cause instanceof EngineException e) {
        return Optional.of(e); // a file of ours could not be used
      }
    }
    boolean tls = causes.stream().anyMatch(SSLException.class::isInstance);
    boolean certificate =
        causes.stream()
            .anyMatch(
                e ->
                    e instanceof CertificateException
                        || e instanceof CertPathValidatorException
                        || e instanceof CertPathBuilderException);
    boolean cut =
        causes.stream()
            .anyMatch(
                e ->
                    e instanceof EOFException
                        || (e instanceof IOException
                            && !(e instanceof SSLException)
                            && e.getCause() == null));
    if (!certificate && (!tls || cut)) {
      return Optional.empty();
    }
    return Optional.of(
        new EngineException(
            FailureReason.CredentialsRejected,
            "TLS with "
                + credentials.display()
                + " (sslmode "
                + credentials.tls().mode()
                + ") failed: "
                + why(causes, credentials)));
  }

  private static String why(List<Throwable> causes, Credentials credentials) {
    String root = credentials.tls().rootCertificate();
    String trusted = root == null ? "any public authority" : "the CA in " + root;
    for (Throwable cause : causes) {
      String said = String.valueOf(cause.getMessage());
      if (cause instanceof CertificateExpiredException) {
        return "a certificate of the server's chain has expired ("
            + said
            + "). Renew it at the server, then ask for another attempt";
      }
      if (cause instanceof CertificateNotYetValidException) {
        return "a certificate of the server's chain is not valid yet ("
            + said
            + "). Look at the clocks, or renew it at the server";
      }
      if (cause instanceof CertificateException && said.startsWith("No ")) {
        return "the server's certificate is not made out to "
            + credentials.host()
            + " ("
            + said
            + "). Use a host name that it is made out to, or sslmode=verify-ca";
      }
      if (said.contains("Received fatal alert")) {
        return "the server refused the client certificate ("
            + said
            + "). Give one that its CA has issued (tls.crt and tls.key in the Secret, or sslcert"
            + " and sslkey, or sslidentity), then ask for another attempt";
      }
    }
    for (Throwable cause : causes) {
      if (cause instanceof CertPathBuilderException
          || cause instanceof CertPathValidatorException) {
        return "the server's certificate was not issued by "
            + trusted
            + " ("
            + cause.getMessage()
            + "). Put the CA that issued it into the Secret (ca.crt, or the file that sslrootcert"
            + " names)";
      }
    }
    return causes.getLast().getMessage()
        + ". Look at sslmode, the CA certificate, and the server's ssl settings";
  }

  private static List<Throwable> causes(Throwable failure) {
    List<Throwable> causes = new ArrayList<>();
    for (Throwable e = failure; e != null && !causes.contains(e); e = e.getCause()) {
      causes.add(e);
    }
    return causes;
  }
}
