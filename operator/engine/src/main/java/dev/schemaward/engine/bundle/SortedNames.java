package dev.schemaward.engine.bundle;

import dev.schemaward.engine.bundle.Layout.Script;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The order of migrations that are sorted by name: byte order, provided that Prisma's order (ICU,
 * as {@code localeCompare} gives it) is the same. Otherwise what runs first would depend on who
 * runs it.
 */
final class SortedNames {
  private SortedNames() {}

  /** Sorts; a name twice and an ambiguous order are faults. */
  static List<Script> order(List<Script> scripts, FaultSink faults) {
    List<Script> byBytes = new ArrayList<>(scripts);
    byBytes.sort(Comparator.comparing(Script::name));
    List<Script> byCollation = new ArrayList<>(scripts);
    Comparator<String> collation = icuLike();
    byCollation.sort((a, b) -> collation.compare(a.name(), b.name()));
    for (int i = 0; i < byBytes.size(); i++) {
      if (i > 0 && byBytes.get(i).name().equals(byBytes.get(i - 1).name())) {
        faults.fault(
            byBytes.get(i).path(),
            0,
            "a second migration named " + byBytes.get(i).name(),
            "Rename one");
      }
      String here = byBytes.get(i).name();
      String there = byCollation.get(i).name();
      if (!here.equals(there)) {
        faults.fault(
            "",
            0,
            "the order is ambiguous: sorted by bytes "
                + here
                + " comes where sorted as Prisma does "
                + there
                + " comes",
            "Give all migrations prefixes of the same form, for example 14 digits");
        break;
      }
    }
    return byBytes;
  }

  /**
   * ICU's root order for the characters that names have: {@code _ - , digits, letters}; case only
   * as a tie-break.
   */
  private static Comparator<String> icuLike() {
    return (a, b) -> {
      int length = Math.min(a.length(), b.length());
      for (int i = 0; i < length; i++) {
        char x = Character.toLowerCase(a.charAt(i));
        char y = Character.toLowerCase(b.charAt(i));
        if (x != y) {
          int byClass = Integer.compare(rank(x), rank(y));
          return byClass != 0 ? byClass : Character.compare(x, y);
        }
      }
      int byLength = Integer.compare(a.length(), b.length());
      // Lower case first at the third level.
      return byLength != 0 ? byLength : b.compareTo(a);
    };
  }

  private static int rank(char c) {
    if (c == '_') {
      return 0;
    }
    if (c == '-') {
      return 1;
    }
    if (Character.isDigit(c)) {
      return 3;
    }
    return Character.isLetter(c) ? 4 : 2;
  }
}
