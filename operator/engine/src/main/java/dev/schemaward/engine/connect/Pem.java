package dev.schemaward.engine.connect;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/**
 * Reads certificates and private keys as cert-manager, CloudNativePG and OpenSSL write them: PEM
 * with PKCS#8 ({@code PRIVATE KEY}, {@code ENCRYPTED PRIVATE KEY}), PKCS#1 ({@code RSA PRIVATE
 * KEY}) or SEC 1 ({@code EC PRIVATE KEY}).
 */
final class Pem {
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END \\1-----");

  /** rsaEncryption, with the NULL that its parameters are. */
  private static final byte[] RSA = {
    0x30, 0x0d, 0x06, 0x09, 0x2a, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xf7, 0x0d, 1, 1, 1, 5, 0
  };

  /** id-ecPublicKey; its parameters follow. */
  private static final byte[] EC_PUBLIC_KEY = {
    0x06, 0x07, 0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 2, 1
  };

  private Pem() {}

  private record Block(String label, String base64) {
    byte[] der() throws InvalidKeySpecException {
      try {
        return Base64.getMimeDecoder().decode(base64);
      } catch (IllegalArgumentException e) {
        throw new InvalidKeySpecException("its " + label + " is not base64", e);
      }
    }
  }

  /** All certificates of a file; empty when it holds none. */
  static List<X509Certificate> certificates(byte[] pem) throws GeneralSecurityException {
    CertificateFactory factory = CertificateFactory.getInstance("X.509");
    List<X509Certificate> certificates = new ArrayList<>();
    for (Block block : blocks(pem)) {
      if (block.label().endsWith("CERTIFICATE")) {
        certificates.add(
            (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(block.der())));
      }
    }
    return certificates;
  }

  /**
   * The first private key of a file.
   *
   * @param password null for none
   * @throws GeneralSecurityException when there is none, or its encryption cannot be opened
   */
  static PrivateKey privateKey(byte[] pem, String password) throws GeneralSecurityException {
    for (Block block : blocks(pem)) {
      switch (block.label()) {
        case "PRIVATE KEY" -> {
          return key(block.der());
        }
        case "RSA PRIVATE KEY" -> {
          return key(pkcs8(RSA, block.der()));
        }
        case "EC PRIVATE KEY" -> {
          return key(pkcs8(tagged(0x30, EC_PUBLIC_KEY, curve(block.der())), block.der()));
        }
        case "ENCRYPTED PRIVATE KEY" -> {
          return key(decrypted(block.der(), password));
        }
        default -> {} // a certificate beside the key, or EC PARAMETERS
      }
    }
    throw new InvalidKeySpecException("it holds no private key in PEM");
  }

  private static List<Block> blocks(byte[] pem) {
    List<Block> blocks = new ArrayList<>();
    Matcher matcher = BLOCK.matcher(new String(pem, StandardCharsets.ISO_8859_1));
    while (matcher.find()) {
      blocks.add(new Block(matcher.group(1), matcher.group(2)));
    }
    return blocks;
  }

  private static PrivateKey key(byte[] pkcs8) throws GeneralSecurityException {
    PKCS8EncodedKeySpec spec = new PKCS8EncodedKeySpec(pkcs8);
    InvalidKeySpecException none =
        new InvalidKeySpecException("its private key is neither RSA, EC nor EdDSA");
    for (String algorithm : new String[] {"RSA", "EC", "EdDSA"}) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(spec);
      } catch (InvalidKeySpecException e) {
        none.addSuppressed(e);
      }
    }
    throw none;
  }

  private static byte[] decrypted(byte[] der, String password) throws GeneralSecurityException {
    if (password == null) {
      throw new InvalidKeySpecException(
          "its private key is encrypted, and no sslpassword is given");
    }
    try {
      EncryptedPrivateKeyInfo info = new EncryptedPrivateKeyInfo(der);
      String algorithm =
          info.getAlgName().equals("PBES2")
              ? info.getAlgParameters().toString()
              : info.getAlgName();
      Cipher cipher = Cipher.getInstance(algorithm);
      cipher.init(
          Cipher.DECRYPT_MODE,
          SecretKeyFactory.getInstance(algorithm)
              .generateSecret(new PBEKeySpec(password.toCharArray())),
          info.getAlgParameters());
      return info.getKeySpec(cipher).getEncoded();
    } catch (java.io.IOException | GeneralSecurityException e) {
      throw new InvalidKeySpecException(
          "its private key cannot be decrypted: sslpassword is wrong, or the encryption is not"
              + " PBES2",
          e);
    }
  }

  /** PKCS#8 around a key of an older form: version 0, algorithm, key. */
  private static byte[] pkcs8(byte[] algorithm, byte[] key) {
    return tagged(0x30, new byte[] {2, 1, 0}, algorithm, tagged(4, key));
  }

  /** The curve's name out of a SEC 1 key, where it stands in the optional field [0]. */
  private static byte[] curve(byte[] sec1) throws InvalidKeySpecException {
    for (int i = 0; i + 3 < sec1.length; i++) {
      boolean parameters = (sec1[i] & 0xff) == 0xa0 && sec1[i + 2] == 0x06;
      if (parameters && sec1[i + 1] == sec1[i + 3] + 2 && i + 2 + sec1[i + 1] <= sec1.length) {
        return java.util.Arrays.copyOfRange(sec1, i + 2, i + 2 + sec1[i + 1]);
      }
    }
    throw new InvalidKeySpecException("its EC key does not name its curve");
  }

  private static byte[] tagged(int tag, byte[]... parts) {
    int length = 0;
    for (byte[] part : parts) {
      length += part.length;
    }
    java.io.ByteArrayOutputStream out = new java.io.ByteArrayOutputStream();
    out.write(tag);
    if (length < 128) {
      out.write(length);
    } else if (length < 256) {
      out.write(0x81);
      out.write(length);
    } else {
      out.write(0x82);
      out.write(length >> 8);
      out.write(length);
    }
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }
}
