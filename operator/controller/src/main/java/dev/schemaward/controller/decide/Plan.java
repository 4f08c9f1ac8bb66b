package dev.schemaward.controller.decide;

/**
 * What a decision needs to know about a plan.
 *
 * @param hash {@code sha256:<64 hex>}
 * @param pendingCount how many migrations it would apply
 * @param block findings of severity block that no waiver covers
 * @param destructive findings that destroy something
 * @param headline the plan in one sentence
 * @param image runner image that made it; null when unknown
 * @param declined true when the runner itself asked for an approval
 */
public record Plan(
    String hash,
    int pendingCount,
    int block,
    int destructive,
    String headline,
    String image,
    boolean declined) {

  /** First six hexadecimal digits, by which people speak of it. */
  public String shortId() {
    return shortId(hash);
  }

  /** First six hexadecimal digits of a {@code sha256:…}. */
  public static String shortId(String hash) {
    String hex = hash.startsWith("sha256:") ? hash.substring("sha256:".length()) : hash;
    return hex.substring(0, Math.min(6, hex.length()));
  }
}
