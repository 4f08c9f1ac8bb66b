package dev.schemaward.engine.sql.command;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A data type as a statement, or {@code format_type}, writes it, in one form.
 *
 * @param base PostgreSQL's own name ({@code integer}, {@code character varying}, {@code timestamp
 *     with time zone}), or a user's type as written, unquoted
 * @param modifiers numbers in parentheses; empty for none
 * @param array true for an array
 * @param serial true for serial, bigserial, smallserial; base is then the integer type
 */
public record TypeName(String base, List<Integer> modifiers, boolean array, boolean serial) {
  private static final Map<String, String> ALIASES =
      Map.ofEntries(
          Map.entry("int", "integer"),
          Map.entry("int4", "integer"),
          Map.entry("int2", "smallint"),
          Map.entry("int8", "bigint"),
          Map.entry("serial", "integer"),
          Map.entry("serial4", "integer"),
          Map.entry("bigserial", "bigint"),
          Map.entry("serial8", "bigint"),
          Map.entry("smallserial", "smallint"),
          Map.entry("serial2", "smallint"),
          Map.entry("varchar", "character varying"),
          Map.entry("char varying", "character varying"),
          Map.entry("char", "character"),
          Map.entry("bpchar", "character"),
          Map.entry("decimal", "numeric"),
          Map.entry("dec", "numeric"),
          Map.entry("float4", "real"),
          Map.entry("float8", "double precision"),
          Map.entry("float", "double precision"),
          Map.entry("bool", "boolean"),
          Map.entry("timestamp", "timestamp without time zone"),
          Map.entry("timestamptz", "timestamp with time zone"),
          Map.entry("time", "time without time zone"),
          Map.entry("timetz", "time with time zone"),
          Map.entry("varbit", "bit varying"));

  private static final Pattern MODIFIERS =
      Pattern.compile("\\(\\s*(-?\\d+(?:\\s*,\\s*-?\\d+)*)\\s*\\)");

  private static final Pattern WORD = Pattern.compile("[A-Za-z0-9_]+");
  private static final Pattern IS_ARRAY = Pattern.compile("(?i) array\\b");
  private static final Pattern ARRAY_WORD = Pattern.compile("(?i)\\sarray\\b");
  private static final Pattern BOUNDS = Pattern.compile("\\[[^\\]]*\\]");
  private static final Pattern QUOTED_DOT = Pattern.compile("\"\\s*\\.\\s*\"");
  private static final Pattern SPACE = Pattern.compile("\\s+");

  public TypeName {
    modifiers = List.copyOf(modifiers);
  }

  /** Reads a type as it is written. */
  public static TypeName of(String written) {
    String text = written.strip();
    if (WORD.matcher(text).matches()) {
      return named(text.toLowerCase(Locale.ROOT), false, List.of(), false);
    }
    boolean array = text.contains("[") || IS_ARRAY.matcher(text).find();
    text = BOUNDS.matcher(text).replaceAll(" ");
    text = ARRAY_WORD.matcher(text).replaceAll(" ");
    List<Integer> modifiers = new ArrayList<>();
    Matcher matcher = MODIFIERS.matcher(text);
    if (matcher.find()) {
      for (String number : matcher.group(1).split(",", -1)) {
        modifiers.add(parse(number.strip()));
      }
      text = text.substring(0, matcher.start()) + " " + text.substring(matcher.end());
    }
    boolean quoted = text.contains("\"");
    String base =
        quoted
            ? QUOTED_DOT.matcher(text.strip()).replaceAll(".").replace("\"", "")
            : SPACE.matcher(text.strip()).replaceAll(" ").toLowerCase(Locale.ROOT);
    if (base.startsWith("pg_catalog.")) {
      base = base.substring("pg_catalog.".length());
    }
    return named(base, quoted, modifiers, array);
  }

  private static TypeName named(
      String base, boolean quoted, List<Integer> modifiers, boolean array) {
    boolean serial = !quoted && base.contains("serial") && ALIASES.containsKey(base);
    if (base.equals("bpchar") && modifiers.isEmpty()) {
      return new TypeName("bpchar", modifiers, array, false);
    }
    return new TypeName(quoted ? base : ALIASES.getOrDefault(base, base), modifiers, array, serial);
  }

  private static int parse(String number) {
    try {
      return Integer.parseInt(number);
    } catch (NumberFormatException e) {
      return Integer.MAX_VALUE;
    }
  }

  /** True for a type that PostgreSQL itself brings. */
  public boolean builtIn() {
    return BUILT_IN.contains(base);
  }

  private static final java.util.Set<String> BUILT_IN =
      java.util.Set.of(
          "smallint",
          "integer",
          "bigint",
          "numeric",
          "real",
          "double precision",
          "money",
          "character varying",
          "character",
          "bpchar",
          "text",
          "name",
          "bytea",
          "boolean",
          "date",
          "timestamp without time zone",
          "timestamp with time zone",
          "time without time zone",
          "time with time zone",
          "interval",
          "uuid",
          "json",
          "jsonb",
          "xml",
          "bit",
          "bit varying",
          "inet",
          "cidr",
          "macaddr",
          "macaddr8",
          "point",
          "line",
          "lseg",
          "box",
          "path",
          "polygon",
          "circle",
          "tsvector",
          "tsquery",
          "int4range",
          "int8range",
          "numrange",
          "tsrange",
          "tstzrange",
          "daterange",
          "oid",
          "regclass",
          "pg_lsn");

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(base);
    if (!modifiers.isEmpty()) {
      text.append('(');
      for (int i = 0; i < modifiers.size(); i++) {
        text.append(i == 0 ? "" : ",").append(modifiers.get(i));
      }
      text.append(')');
    }
    return array ? text.append("[]").toString() : text.toString();
  }
}
