package dev.schemaward.api.v1alpha1;

import java.time.Duration;
import java.util.regex.Matcher;

/** Durations as Kubernetes users write them: {@code 90s}, {@code 1h30m}. */
public final class Durations {
  /** What the API server accepts. */
  public static final String PATTERN = "^([0-9]{1,6}(ms|s|m|h))+$";

  private static final java.util.regex.Pattern PART =
      java.util.regex.Pattern.compile("([0-9]{1,6})(ms|s|m|h)");

  private Durations() {}

  /**
   * The duration that {@code text} says.
   *
   * @throws IllegalArgumentException when it does not match {@link #PATTERN}
   */
  public static Duration parse(String text) {
    if (text == null || !text.matches(PATTERN)) {
      throw new IllegalArgumentException("not a duration like 90s, 15m or 1h30m: " + text);
    }
    Duration sum = Duration.ZERO;
    Matcher part = PART.matcher(text);
    while (part.find()) {
      long amount = Long.parseLong(part.group(1));
      String unit = part.group(2);
      if (unit.equals("ms")) {
        sum = sum.plusMillis(amount);
      } else if (unit.equals("s")) {
        sum = sum.plusSeconds(amount);
      } else if (unit.equals("m")) {
        sum = sum.plusMinutes(amount);
      } else {
        sum = sum.plusHours(amount);
      }
    }
    return sum;
  }
}
