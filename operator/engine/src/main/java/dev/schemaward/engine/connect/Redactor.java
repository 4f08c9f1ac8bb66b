package dev.schemaward.engine.connect;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Masks secrets by value in everything that leaves the process: as they are, percent-encoded, in
 * base64, and escaped as in JSON or SQL. Knows values, not patterns, so a password in an unexpected
 * place is masked too.
 */
public final class Redactor {
  /** What stands in place of a secret. */
  public static final String MASK = "********";

  /** Shorter texts would mask half of every message; a password that short is no secret. */
  private static final int SHORTEST = 3;

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
      String encoded = URLEncoder.encode(secret, StandardCharsets.UTF_8);
      forms.add(encoded);
      forms.add(encoded.replace("+", "%20"));
      forms.add(secret.replace("'", "''"));
      forms.add(secret.replace("\\", "\\\\").replace("\"", "\\\""));
      byte[] bytes = secret.getBytes(StandardCharsets.UTF_8);
      forms.add(Base64.getEncoder().encodeToString(bytes));
      forms.add(Base64.getEncoder().withoutPadding().encodeToString(bytes));
      forms.add(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
    }
    List<String> longestFirst = new ArrayList<>(forms);
    longestFirst.sort(Comparator.comparingInt(String::length).reversed());
    return new Redactor(List.copyOf(longestFirst));
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
