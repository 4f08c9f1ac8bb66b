package dev.schemaward.engine.connect;

import dev.schemaward.engine.EngineException;
import dev.schemaward.engine.FailureReason;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;

/** Whom we trust and who we are in TLS, read from the files that {@link TlsSettings} names. */
final class TlsMaterial {
  private static final String ALIAS = "client";

  private TlsMaterial() {}

  /**
   * Whom we trust: without verification everybody, else the named certificates, or the public
   * authorities that the runtime knows.
   *
   * @throws EngineException DependencyMissing
   */
  static TrustManager[] trust(TlsSettings settings) throws EngineException {
    if (!settings.verifies()) {
      return new TrustManager[] {new TrustEverybody()};
    }
    try {
      TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(
          settings.rootCertificate() == null ? null : roots(Path.of(settings.rootCertificate())));
      return factory.getTrustManagers();
    } catch (GeneralSecurityException | IOException e) {
      throw unusable("the CA certificate " + settings.rootCertificate(), e);
    }
  }

  private static KeyStore roots(Path file) throws GeneralSecurityException, IOException {
    List<X509Certificate> certificates = Pem.certificates(Files.readAllBytes(file));
    if (certificates.isEmpty()) {
      throw new GeneralSecurityException("it holds no certificate in PEM");
    }
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    for (int i = 0; i < certificates.size(); i++) {
      store.setCertificateEntry("root " + i, certificates.get(i));
    }
    return store;
  }

  /**
   * Who we are; null for nobody.
   *
   * @throws EngineException DependencyMissing
   */
  static KeyManager[] client(TlsSettings settings) throws EngineException {
    if (settings.clientKey() == null) {
      return null;
    }
    Path key = Path.of(settings.clientKey());
    try {
      return new KeyManager[] {
        settings.clientCertificate() == null
            ? pkcs12(key, settings.clientKeyPassword())
            : pem(key, Path.of(settings.clientCertificate()), settings.clientKeyPassword())
      };
    } catch (GeneralSecurityException | IOException e) {
      throw unusable(
          settings.clientCertificate() == null
              ? "the client identity " + key
              : "the client certificate " + settings.clientCertificate() + " with key " + key,
          e);
    }
  }

  private static KeyManager pem(Path key, Path certificate, String password)
      throws GeneralSecurityException, IOException {
    PrivateKey privateKey = Pem.privateKey(Files.readAllBytes(key), password);
    List<X509Certificate> chain = Pem.certificates(Files.readAllBytes(certificate));
    if (chain.isEmpty()) {
      throw new GeneralSecurityException(
          certificate.getFileName() + " holds no certificate in PEM");
    }
    return new Identity(privateKey, chain.toArray(X509Certificate[]::new));
  }

  private static KeyManager pkcs12(Path file, String password)
      throws GeneralSecurityException, IOException {
    char[] characters = password == null ? new char[0] : password.toCharArray();
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(file)) {
      store.load(in, characters);
    } catch (NoSuchFileException e) {
      throw e;
    } catch (IOException e) {
      throw new GeneralSecurityException(
          e.getCause() instanceof GeneralSecurityException
              ? "sslpassword does not open it"
              : "it is no PKCS#12 file",
          e);
    }
    for (String alias : java.util.Collections.list(store.aliases())) {
      if (store.getKey(alias, characters) instanceof PrivateKey key) {
        Certificate[] chain = store.getCertificateChain(alias);
        return new Identity(key, Arrays.copyOf(chain, chain.length, X509Certificate[].class));
      }
    }
    throw new GeneralSecurityException("it holds no private key");
  }

  /** A file that is there but useless, or not there. */
  static EngineException unusable(String what, Exception e) {
    String why = e instanceof NoSuchFileException ? "the file does not exist" : e.getMessage();
    return new EngineException(
        FailureReason.DependencyMissing,
        what + " cannot be used: " + why + ". Correct the Secret or the URL's ssl parameters");
  }

  /**
   * The one identity that we have, shown to whoever asks. The runtime's own choice shows none to a
   * server that does not list its issuer, which then complains of a missing certificate instead of
   * the wrong one.
   */
  private static final class Identity extends X509ExtendedKeyManager {
    private final PrivateKey key;
    private final X509Certificate[] chain;

    Identity(PrivateKey key, X509Certificate[] chain) {
      this.key = key;
      this.chain = chain;
    }

    @Override
    public String chooseClientAlias(String[] keyTypes, Principal[] issuers, Socket socket) {
      return ALIAS;
    }

    @Override
    public String chooseEngineClientAlias(
        String[] keyTypes, Principal[] issuers, SSLEngine engine) {
      return ALIAS;
    }

    @Override
    public String[] getClientAliases(String keyType, Principal[] issuers) {
      return new String[] {ALIAS};
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
      return chain.clone();
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
      return key;
    }

    @Override
    public String[] getServerAliases(String keyType, Principal[] issuers) {
      return new String[0];
    }

    @Override
    public String chooseServerAlias(String keyType, Principal[] issuers, Socket socket) {
      return null;
    }
  }

  /** What sslmode {@code prefer} and {@code require} mean: encrypted, to whomever. */
  private static final class TrustEverybody extends X509ExtendedTrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
