package dev.schemaward.engine.connect;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Masks secrets by value in everything that leaves the process: as they are, percent-encoded, in
 * base64, and escaped as in JSON or SQL (also as a quoted name). Knows values, not patterns, so a
 * password in an unexpected place is masked too.
 */
public final class Redactor {
  /** What stands in place of a secret. */
  public static final String MASK = "********";

  /** Shorter texts would mask half of every message; a password that short is no secret. */
  private static final int SHORTEST = 3;

  /** A shorter piece of base64 may be a word. */
  private static final int SHORTEST_BASE64 = 6;

  private static final HexFormat HEX = HexFormat.of().withUpperCase();
  private static final Pattern PERCENT = Pattern.compile("%[0-9A-F]{2}");

  private final List<String> forms;

  private Redactor(List<String> forms) {
    this.forms = forms;
  }

  /** Masks nothing. */
  public static Redactor none() {
    return new Redactor(List.of());
  }

  /** Masks these values in all their forms. */
  public static Redactor of(List<String> secrets) {
    Set<String> forms = new LinkedHashSet<>();
    for (String secret : secrets) {
      if (secret.length() < SHORTEST) {
        continue;
      }
      forms.add(secret);
      forms.add(secret.replace("'", "''"));
      forms.add(secret.replace("\"", "\"\""));
      forms.add(secret.replace("\\", "\\\\").replace("'", "''"));
      forms.add(new String(JsonStringEncoder.getInstance().quoteAsString(secret)));
      percentEncoded(secret, forms);
      base64(secret.getBytes(StandardCharsets.UTF_8), forms);
    }
    List<String> longestFirst = new ArrayList<>(forms);
    longestFirst.sort(Comparator.comparingInt(String::length).reversed());
    return new Redactor(List.copyOf(longestFirst));
  }

  /** As browsers, {@code URLEncoder}, RFC 3986 and people do it, who differ in what they leave. */
  private static void percentEncoded(String secret, Set<String> forms) {
    for (String left : List.of("", "-._~", "-._*", "-._~!*'()", "-._~!*'();,/?:@&=+$#")) {
      StringBuilder upper = new StringBuilder();
      for (byte b : secret.getBytes(StandardCharsets.UTF_8)) {
        char c = (char) (b & 0xff);
        boolean plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if ((plain && !left.isEmpty()) || left.indexOf(c) >= 0) {
          upper.append(c);
        } else {
          upper.append('%').append(HEX.toHexDigits(b));
        }
      }
      String encoded = upper.toString();
      for (String form : List.of(encoded, lowerCaseHex(encoded))) {
        forms.add(form);
        forms.add(form.replace("%20", "+"));
      }
    }
  }

  private static String lowerCaseHex(String encoded) {
    return PERCENT.matcher(encoded).replaceAll(hex -> hex.group().toLowerCase(Locale.ROOT));
  }

  /** Also as a part of something longer, which shifts it by one or two bytes. */
  private static void base64(byte[] secret, Set<String> forms) {
    for (Base64.Encoder encoder : List.of(Base64.getEncoder(), Base64.getUrlEncoder())) {
      forms.add(encoder.encodeToString(secret));
      forms.add(encoder.withoutPadding().encodeToString(secret));
    }
    for (int shift = 0; shift < 3; shift++) {
      byte[] shifted = new byte[shift + secret.length];
      System.arraycopy(secret, 0, shifted, shift, secret.length);
      for (Base64.Encoder encoder : List.of(Base64.getEncoder(), Base64.getUrlEncoder())) {
        String encoded = encoder.withoutPadding().encodeToString(shifted);
        // The first and the last character hold bits of the neighbours too.
        int begin = shift == 0 ? 0 : shift + 1;
        int end = shifted.length % 3 == 0 ? encoded.length() : encoded.length() - 1;
        if (end - begin >= SHORTEST_BASE64) {
          forms.add(encoded.substring(begin, end));
        }
      }
    }
  }

  /** The text with every secret masked; null stays null. */
  public String redact(String text) {
    if (text == null || forms.isEmpty()) {
      return text;
    }
    String redacted = text;
    for (String form : forms) {
      redacted = redacted.replace(form, MASK);
    }
    return redacted;
  }
}
