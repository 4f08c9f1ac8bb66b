package dev.schemaward.engine.shadow;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A form of statement from {@code statement-forms/forms.txt}.
 *
 * @param rule id of the hazard rule that is about it
 * @param from first major version that has it
 * @param to last major version that has it
 * @param statements one, or several of one transaction
 */
public record StatementForm(String rule, int from, int to, List<String> statements) {
  private static final Pattern LINE =
      Pattern.compile("(?<rule>\\S+)\\s+(?<from>\\d+)(?:\\+|-(?<to>\\d+))\\s+(?<sql>.+)");

  /** All forms that this major version has. */
  public static List<StatementForm> of(int major) {
    return resource("forms.txt")
        .lines()
        .filter(line -> !line.isBlank() && !line.startsWith("#"))
        .map(StatementForm::parse)
        .filter(form -> form.from <= major && major <= form.to)
        .toList();
  }

  /** The schema that the forms are about. */
  public static String schema() {
    return resource("schema.sql");
  }

  /** Rows for {@link #schema()}. */
  public static String rows() {
    return resource("rows.sql");
  }

  /** The statements as a script. */
  public String sql() {
    return String.join(";\n", statements);
  }

  private static StatementForm parse(String line) {
    Matcher matcher = LINE.matcher(line);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(line);
    }
    return new StatementForm(
        matcher.group("rule"),
        Integer.parseInt(matcher.group("from")),
        matcher.group("to") == null ? Integer.MAX_VALUE : Integer.parseInt(matcher.group("to")),
        List.of(matcher.group("sql").split(" ;; ")));
  }

  private static String resource(String name) {
    try (InputStream stream = StatementForm.class.getResourceAsStream("/statement-forms/" + name)) {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
