package dev.schemaward.engine.bundle;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A version as Flyway compares it: numbers, part by part, a missing part being 0; {@code _} in a
 * file's name is a dot.
 *
 * @param text as Flyway's history writes it, for example {@code 1.10} or {@code 007}
 * @param parts its numbers
 */
public record FlywayVersion(String text, List<BigInteger> parts)
    implements Comparable<FlywayVersion> {
  private static final Pattern FORM = Pattern.compile("[0-9]+(\\.[0-9]+)*");

  public FlywayVersion {
    parts = List.copyOf(parts);
  }

  /**
   * Reads a version.
   *
   * @param text from a file's name or from the history; null is no version
   */
  public static Optional<FlywayVersion> parse(String text) {
    String dotted = text == null ? "" : text.replace('_', '.');
    return FORM.matcher(dotted).matches()
        ? Optional.of(
            new FlywayVersion(
                dotted, Arrays.stream(dotted.split("\\.")).map(BigInteger::new).toList()))
        : Optional.empty();
  }

  /** Orders; {@code 1} and {@code 1.0} are the same version, though not equal records. */
  @Override
  public int compareTo(FlywayVersion other) {
    for (int i = 0; i < Math.max(parts.size(), other.parts.size()); i++) {
      int compared = part(i).compareTo(other.part(i));
      if (compared != 0) {
        return compared;
      }
    }
    return 0;
  }

  /** True when Flyway takes both for the same version. */
  public boolean sameAs(FlywayVersion other) {
    return compareTo(other) == 0;
  }

  private BigInteger part(int i) {
    return i < parts.size() ? parts.get(i) : BigInteger.ZERO;
  }
}
