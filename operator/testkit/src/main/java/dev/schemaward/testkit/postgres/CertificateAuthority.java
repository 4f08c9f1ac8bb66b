package dev.schemaward.testkit.postgres;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPrivateKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.PKCS8Generator;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.openssl.jcajce.JceOpenSSLPKCS8EncryptorBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.util.io.pem.PemGenerationException;
import org.bouncycastle.util.io.pem.PemObject;

/** Makes certificates for tests of TLS; its key lives in memory only. */
public final class CertificateAuthority {
  private static final AtomicLong SERIAL = new AtomicLong(System.currentTimeMillis());

  private final X500Name name;
  private final KeyPair keys;
  private final X509Certificate certificate;

  /** A new authority of this name. */
  public CertificateAuthority(String name) {
    this.name = new X500Name("CN=" + name);
    this.keys = keyPair("RSA");
    this.certificate =
        sign(this.name, this.keys, Duration.ofDays(-1), Duration.ofDays(30), List.of(), true);
  }

  /**
   * A key with its certificate.
   *
   * @param keys the key pair
   * @param certificate for it
   */
  public record Issued(KeyPair keys, X509Certificate certificate) {
    /** The certificate in PEM. */
    public String certificatePem() {
      return pem(certificate);
    }

    /** The key in PEM: PKCS#8, encrypted with this password. */
    public String encryptedKeyPem(String password) {
      try {
        return pem(
            new JcaPKCS8Generator(
                keys.getPrivate(),
                new JceOpenSSLPKCS8EncryptorBuilder(PKCS8Generator.AES_256_CBC)
                    .setPRF(PKCS8Generator.PRF_HMACSHA256)
                    .setPassword(password.toCharArray())
                    .setProvider(new BouncyCastleProvider())
                    .build()));
      } catch (PemGenerationException | OperatorCreationException e) {
        throw new IllegalStateException(e);
      }
    }

    /** The key in PEM: PKCS#1 for RSA, SEC 1 for EC. */
    public String keyPem() {
      return keys.getPrivate() instanceof ECPrivateKey ec ? pem(sec1(ec)) : pem(keys.getPrivate());
    }
  }

  /** The authority's own certificate in PEM. */
  public String certificatePem() {
    return pem(certificate);
  }

  /**
   * Issues a certificate.
   *
   * @param algorithm of the key: {@code RSA} or {@code EC}
   * @param commonName of the subject
   * @param hosts names and addresses that it is made out to; may be empty
   * @param validFor from a day ago until so long from now; negative for one that has expired
   */
  public Issued issue(String algorithm, String commonName, List<String> hosts, Duration validFor) {
    KeyPair own = keyPair(algorithm);
    return new Issued(
        own,
        sign(
            new X500Name("CN=" + commonName),
            own,
            Duration.ofDays(-10),
            validFor,
            hosts.stream()
                .map(
                    host ->
                        new GeneralName(
                            host.matches("[0-9.]+|.*:.*")
                                ? GeneralName.iPAddress
                                : GeneralName.dNSName,
                            host))
                .toList(),
            false));
  }

  private X509Certificate sign(
      X500Name subject,
      KeyPair of,
      Duration from,
      Duration until,
      List<GeneralName> hosts,
      boolean authority) {
    try {
      JcaX509v3CertificateBuilder builder =
          new JcaX509v3CertificateBuilder(
              name,
              BigInteger.valueOf(SERIAL.incrementAndGet()),
              Date.from(Instant.now().plus(from)),
              Date.from(Instant.now().plus(until)),
              subject,
              of.getPublic());
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
      if (!hosts.isEmpty()) {
        builder.addExtension(
            Extension.subjectAlternativeName,
            false,
            new GeneralNames(hosts.toArray(GeneralName[]::new)));
      }
      return new JcaX509CertificateConverter()
          .getCertificate(
              builder.build(new JcaContentSignerBuilder("SHA256withRSA").build(keys.getPrivate())));
    } catch (CertIOException | OperatorCreationException | GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static KeyPair keyPair(String algorithm) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
      generator.initialize(algorithm.equals("EC") ? 256 : 2048);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException(e);
    }
  }

  /** As OpenSSL writes it: the runtime leaves out the curve. */
  private static PemObject sec1(ECPrivateKey key) {
    try {
      return new PemObject(
          "EC PRIVATE KEY",
          new org.bouncycastle.asn1.sec.ECPrivateKey(
                  256, key.getS(), null, SECObjectIdentifiers.secp256r1)
              .getEncoded());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A key or certificate in PEM, in the form that OpenSSL's older commands write. */
  static String pem(Object keyOrCertificate) {
    StringWriter text = new StringWriter();
    try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
      writer.writeObject(keyOrCertificate);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }
}
