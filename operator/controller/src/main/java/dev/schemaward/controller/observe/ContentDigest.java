package dev.schemaward.controller.observe;

import io.fabric8.kubernetes.api.model.ConfigMap;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/**
 * A digest of what a ConfigMap holds, so that a change of content is seen although no generation
 * moves, and a change of labels is not mistaken for one. It is not the bundle's digest: only the
 * runner knows which files make a bundle.
 */
final class ContentDigest {
  private ContentDigest() {}

  /** {@code sha256:<64 hex>} over keys and values, in the order of the keys. */
  static String of(ConfigMap map) {
    MessageDigest digest = sha256();
    Map<String, byte[]> content = new TreeMap<>();
    if (map.getData() != null) {
      map.getData().forEach((key, text) -> content.put(key, text.getBytes(StandardCharsets.UTF_8)));
    }
    if (map.getBinaryData() != null) {
      map.getBinaryData()
          .forEach((key, base64) -> content.put(key, Base64.getDecoder().decode(base64)));
    }
    content.forEach(
        (key, value) -> {
          // lengths keep {"ab":"c"} and {"a":"bc"} apart
          digest.update(
              (key.length() + ":" + key + ":" + value.length + ":")
                  .getBytes(StandardCharsets.UTF_8));
          digest.update(value);
        });
    return "sha256:" + HexFormat.of().formatHex(digest.digest());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every JDK has it
    }
  }
}
