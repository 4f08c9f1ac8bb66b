package dev.schemaward.engine.connect;

import dev.schemaward.engine.EngineException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Properties;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/**
 * Makes the driver's TLS connections as {@link TlsSettings} says. The driver's own factory reads
 * keys of fewer forms, verifies in {@code require} when a certificate lies in the home directory,
 * and tells what went wrong less well.
 */
public final class TlsSocketFactory extends SSLSocketFactory {
  private static final String PREFIX = "schemaward.tls.";

  private final SSLSocketFactory sockets;
  private final boolean verifyHost;

  /**
   * Called by the driver, by name.
   *
   * @throws EngineException DependencyMissing when a file cannot be used
   */
  public TlsSocketFactory(Properties properties) throws EngineException {
    TlsSettings settings =
        new TlsSettings(
            properties.getProperty("sslmode"),
            properties.getProperty(PREFIX + "root"),
            properties.getProperty(PREFIX + "key"),
            properties.getProperty(PREFIX + "certificate"),
            properties.getProperty(PREFIX + "password"));
    this.verifyHost = settings.mode().equals("verify-full");
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(TlsMaterial.client(settings), TlsMaterial.trust(settings), new SecureRandom());
      this.sockets = context.getSocketFactory();
    } catch (GeneralSecurityException e) {
      throw TlsMaterial.unusable("the TLS settings", e);
    }
  }

  /** Tells the driver to use this factory with these settings. */
  static void configure(Properties properties, TlsSettings settings) {
    properties.setProperty("sslmode", settings.mode());
    properties.setProperty("sslfactory", TlsSocketFactory.class.getName());
    set(properties, "root", settings.rootCertificate());
    set(properties, "key", settings.clientKey());
    set(properties, "certificate", settings.clientCertificate());
    set(properties, "password", settings.clientKeyPassword());
  }

  private static void set(Properties properties, String name, String value) {
    if (value != null) {
      properties.setProperty(PREFIX + name, value);
    }
  }

  @Override
  public Socket createSocket(Socket plain, String host, int port, boolean autoClose)
      throws IOException {
    SSLSocket socket = (SSLSocket) sockets.createSocket(plain, host, port, autoClose);
    if (verifyHost) {
      SSLParameters parameters = socket.getSSLParameters();
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
      socket.setSSLParameters(parameters);
    }
    return socket;
  }

  @Override
  public Socket createSocket(String host, int port) throws IOException {
    throw onlyOverPlain();
  }

  @Override
  public Socket createSocket(String host, int port, InetAddress localHost, int localPort)
      throws IOException {
    throw onlyOverPlain();
  }

  @Override
  public Socket createSocket(InetAddress host, int port) throws IOException {
    throw onlyOverPlain();
  }

  @Override
  public Socket createSocket(InetAddress address, int port, InetAddress localAddress, int localPort)
      throws IOException {
    throw onlyOverPlain();
  }

  private static IOException onlyOverPlain() {
    return new IOException("PostgreSQL begins TLS on a plain connection");
  }

  @Override
  public String[] getDefaultCipherSuites() {
    return sockets.getDefaultCipherSuites();
  }

  @Override
  public String[] getSupportedCipherSuites() {
    return sockets.getSupportedCipherSuites();
  }
}
