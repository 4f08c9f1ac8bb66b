package dev.schemaward.engine.hazard;

import dev.schemaward.engine.catalog.LiveCatalog;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The table of rules: what each is about, and examples. Tests run the examples, and the pages in
 * docs/hazards are made from it, so no page shows an example that does not hold.
 */
final class RuleTable {
  static final List<String> SECTIONS =
      List.of(
          "1-destruction",
          "2-columns",
          "3-types",
          "4-not-null",
          "5-constraints",
          "6-indexes",
          "7-objects",
          "8-partitions",
          "9-transactions",
          "a-preflight");

  private RuleTable() {}

  /**
   * One rule of the table.
   *
   * @param section file in which it stands
   * @param fields values by name; a name may have several
   */
  record Entry(String section, String id, Map<String, List<String>> fields) {
    String text(String field) {
      return fields.getOrDefault(field, List.of("")).getFirst();
    }

    List<String> all(String field) {
      return fields.getOrDefault(field, List.of());
    }

    @Override
    public String toString() {
      return id;
    }
  }

  /** All rules, in the order of the files. */
  static List<Entry> read() {
    List<Entry> entries = new ArrayList<>();
    for (String section : SECTIONS) {
      Map<String, List<String>> fields = null;
      List<String> last = null;
      for (String line : resource("rules/" + section + ".txt").lines().toList()) {
        if (line.startsWith("= ")) {
          fields = new LinkedHashMap<>();
          entries.add(new Entry(section, line.substring(2), fields));
        } else if (line.startsWith("  ")) {
          last.add(last.removeLast() + "\n" + line.strip());
        } else {
          int colon = line.indexOf(": ");
          last = fields.computeIfAbsent(line.substring(0, colon), key -> new ArrayList<>());
          last.add(line.substring(colon + 2));
        }
      }
    }
    return entries;
  }

  private static String resource(String name) {
    try (InputStream in = RuleTable.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(name, e);
    }
  }

  /** The catalogue with what an example wants to be known. */
  static LiveCatalog with(LiveCatalog live, String knows) {
    boolean old = knows.equals("old transaction");
    Map<String, LiveCatalog.Relation> relations =
        knows.equals("publication")
            ? live.relations().values().stream()
                .collect(Collectors.toMap(LiveCatalog.Relation::name, RuleTable::published))
            : live.relations();
    return new LiveCatalog(
        live.serverVersion(),
        relations,
        live.schemas(),
        knows.equals("replica") ? 2 : 0,
        old ? Duration.ofMinutes(25) : Duration.ZERO,
        old ? "pg_dump" : null,
        0);
  }

  private static LiveCatalog.Relation published(LiveCatalog.Relation r) {
    return new LiveCatalog.Relation(
        r.name(),
        r.kind(),
        r.bytes(),
        r.rows(),
        r.table(),
        r.columns(),
        r.constraints(),
        r.indexes(),
        r.partitionOf(),
        r.triggers(),
        List.of("feed"),
        r.writesPerHour());
  }
}
