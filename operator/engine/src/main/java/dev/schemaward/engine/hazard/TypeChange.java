package dev.schemaward.engine.hazard;

import dev.schemaward.engine.sql.command.TypeName;
import java.util.List;
import java.util.Set;

/**
 * What PostgreSQL does to rows when a column changes from one type to another, as measured on 13 to
 * 18 (docs/hazards/type-rewrite.md).
 */
enum TypeChange {
  /** Only the catalogue changes; indexes stay. */
  METADATA,
  /** Every row and every index is written anew; no value is lost. */
  REWRITE,
  /** As REWRITE, and values may be cut, rounded or refused. */
  NARROWING,
  /** Metadata where the session's time zone is UTC, a rewrite otherwise. */
  TIME_ZONE,
  /** The old type is not known, or one of them is a user's own. */
  UNKNOWN;

  private static final List<String> INTEGERS = List.of("smallint", "integer", "bigint");
  private static final List<String> NUMBERS =
      List.of("smallint", "integer", "bigint", "numeric", "real", "double precision");
  private static final Set<String> FRACTIONAL_SECONDS =
      Set.of(
          "timestamp without time zone",
          "timestamp with time zone",
          "time without time zone",
          "time with time zone",
          "interval");

  /**
   * What a change does.
   *
   * @param from null when not known
   */
  static TypeChange of(TypeName from, TypeName to) {
    if (from == null) {
      return UNKNOWN;
    }
    if (from.equals(to)) {
      return METADATA;
    }
    if (from.array() != to.array()) {
      return REWRITE;
    }
    if (from.base().equals(to.base())) {
      return sameBase(from, to);
    }
    if (!from.builtIn() || !to.builtIn()) {
      return from.base().equals(to.base()) ? METADATA : UNKNOWN;
    }
    return otherBase(from, to);
  }

  private static TypeChange sameBase(TypeName from, TypeName to) {
    boolean unbounded = to.modifiers().isEmpty();
    int before = from.modifiers().isEmpty() ? Integer.MAX_VALUE : from.modifiers().getFirst();
    int after = unbounded ? Integer.MAX_VALUE : to.modifiers().getFirst();
    String base = from.base();
    if (base.equals("character varying") || base.equals("bit varying")) {
      return after >= before ? METADATA : NARROWING;
    }
    if (base.equals("numeric")) {
      return numeric(from, to);
    }
    if (FRACTIONAL_SECONDS.contains(base)) {
      return Math.min(after, 6) >= Math.min(before, 6) ? METADATA : NARROWING;
    }
    // "character" alone is character(1); "bit" alone is bit(1)
    int width = unbounded ? 1 : after;
    int old = from.modifiers().isEmpty() ? 1 : before;
    return width >= old ? REWRITE : NARROWING;
  }

  private static TypeChange numeric(TypeName from, TypeName to) {
    if (to.modifiers().isEmpty()) {
      return METADATA;
    }
    if (from.modifiers().isEmpty()) {
      return NARROWING;
    }
    int oldPrecision = from.modifiers().getFirst();
    int newPrecision = to.modifiers().getFirst();
    int oldScale = from.modifiers().size() > 1 ? from.modifiers().get(1) : 0;
    int newScale = to.modifiers().size() > 1 ? to.modifiers().get(1) : 0;
    if (newScale < oldScale || newPrecision - newScale < oldPrecision - oldScale) {
      return NARROWING;
    }
    return newScale == oldScale ? METADATA : REWRITE;
  }

  private static TypeChange otherBase(TypeName from, TypeName to) {
    String old = from.base();
    String now = to.base();
    boolean free = to.modifiers().isEmpty();
    if ((old.equals("character varying") || old.equals("text"))
        && (now.equals("text") || now.equals("character varying"))) {
      return free ? METADATA : REWRITE;
    }
    if ((old.equals("cidr") && now.equals("inet")) || (old.equals("xml") && now.equals("text"))) {
      return METADATA;
    }
    if (old.startsWith("timestamp") && now.startsWith("timestamp")) {
      return TIME_ZONE;
    }
    if (old.startsWith("timestamp") && (now.equals("date") || now.startsWith("time "))) {
      return NARROWING;
    }
    int oldNumber = NUMBERS.indexOf(old);
    int newNumber = NUMBERS.indexOf(now);
    if (oldNumber >= 0 && newNumber >= 0) {
      boolean exact = INTEGERS.contains(old) && (now.equals("numeric") && free);
      boolean wider = INTEGERS.contains(old) && INTEGERS.contains(now) && newNumber > oldNumber;
      boolean floats = old.equals("real") && now.equals("double precision");
      return exact || wider || floats ? REWRITE : NARROWING;
    }
    return REWRITE;
  }
}
