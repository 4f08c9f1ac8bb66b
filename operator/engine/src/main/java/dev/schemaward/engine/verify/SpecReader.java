package dev.schemaward.engine.verify;

import com.fasterxml.jackson.databind.JsonNode;
import dev.schemaward.engine.EngineException;
import dev.schemaward.engine.FailureReason;
import dev.schemaward.engine.sql.ScriptFault;
import dev.schemaward.engine.sql.StatementKind;
import dev.schemaward.engine.sql.StatementSplitter;
import dev.schemaward.engine.verify.Check.Answer;
import dev.schemaward.engine.verify.Check.HeaderSource;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.regex.Pattern;

/**
 * Reads a specification from JSON or YAML that Jackson has parsed: the object itself, one with the
 * only field {@code verify}, or a {@code DatabaseMigration}. Refuses what it does not know.
 */
public final class SpecReader {
  /** More than this is a mistake, or a test suite that belongs elsewhere. */
  private static final int MOST_CHECKS = 1_000;

  private static final int LONGEST_QUERY = 100_000;
  private static final Set<String> QUERIES = Set.of("SELECT", "VALUES", "TABLE", "WITH");
  private static final Pattern HEADER_NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}");
  private static final Pattern HEADER_VALUE = Pattern.compile("[\\t\\x20-\\x7e]{0,4000}");

  /** Names a value that must not stand in a specification, which many people can read. */
  private static final Pattern SECRET_HEADER =
      Pattern.compile("(?i)authorization|cookie|.*(token|secret|password|api-?key|credential).*");

  /** The JDK's client sets these itself. */
  private static final Set<String> RESTRICTED =
      Set.of("connection", "content-length", "expect", "host", "upgrade", "transfer-encoding");

  private final List<String> faults = new ArrayList<>();

  private SpecReader() {}

  /**
   * Reads.
   *
   * @throws EngineException InvalidRequest, which names every fault
   */
  public static VerificationSpec read(JsonNode document) throws EngineException {
    SpecReader reader = new SpecReader();
    VerificationSpec spec = reader.spec(unwrapped(document));
    if (reader.faults.isEmpty() && spec.size() == 0) {
      reader.faults.add("it checks nothing");
    }
    if (spec.size() > MOST_CHECKS) {
      reader.faults.add("it has " + spec.size() + " checks; at most 1,000 are allowed");
    }
    if (!reader.faults.isEmpty()) {
      throw new EngineException(
          FailureReason.InvalidRequest,
          "the verification specification is invalid: " + String.join("; ", reader.faults));
    }
    return spec;
  }

  private static JsonNode unwrapped(JsonNode document) {
    if (document.path("kind").asText().equals("DatabaseMigration")) {
      return document.path("spec").path("verify");
    }
    return document.isObject() && document.size() == 1 && document.has("verify")
        ? document.get("verify")
        : document;
  }

  private VerificationSpec spec(JsonNode document) {
    SpecObject top = SpecObject.of("verify", document, faults);
    List<Check.InCatalogue> catalogue = new ArrayList<>();
    catalogue.addAll(each(top, "tables", true, SpecReader::table));
    catalogue.addAll(each(top, "indexes", true, SpecReader::index));
    catalogue.addAll(each(top, "constraints", false, SpecReader::constraint));
    catalogue.addAll(each(top, "enums", false, SpecReader::enumType));
    List<Check.Sql> queries = each(top, "sql", false, SpecReader::sql);
    List<Check.Http> requests = each(top, "http", false, SpecReader::http);
    top.end();
    unique(queries.stream().map(Check::name).toList(), "sql");
    unique(requests.stream().map(Check::name).toList(), "http");
    return new VerificationSpec(catalogue, queries, requests);
  }

  /**
   * The checks of a list.
   *
   * @param bareNames whether a text stands for an object that has nothing but this name
   */
  private <C extends Check> List<C> each(
      SpecObject top, String list, boolean bareNames, BiFunction<SpecReader, SpecObject, C> read) {
    List<C> checks = new ArrayList<>();
    for (JsonNode element : top.list(list)) {
      String place = list + "[" + checks.size() + "]";
      SpecObject object =
          bareNames && element.isTextual()
              ? SpecObject.named(place, element.asText(), faults)
              : SpecObject.of(place, element, faults);
      checks.add(read.apply(this, object));
      object.end();
    }
    return checks;
  }

  private void unique(List<String> names, String list) {
    Set<String> seen = new HashSet<>();
    for (String name : names) {
      if (!name.isEmpty() && !seen.add(name)) {
        faults.add(list + " has two checks of the name " + name);
      }
    }
  }

  /** A name, with a schema if one is written before a dot or beside it. */
  private record Qualified(String schema, String name) {}

  private Qualified name(SpecObject object, String field) {
    String name = object.text(field);
    String schema = object.optionalText("schema");
    if (name.indexOf('"') >= 0) {
      object.fault(field + " is taken as it is written, so write it without quotes: " + name);
    }
    int dot = name.indexOf('.');
    if (schema == null && dot > 0 && dot < name.length() - 1) {
      return new Qualified(name.substring(0, dot), name.substring(dot + 1));
    }
    return new Qualified(schema, name);
  }

  private Check.Table table(SpecObject object) {
    Qualified named = name(object, "name");
    Check.TableKind kind = object.optionalWord("kind", Check.TableKind.class);
    long minRows = object.number("minRows", 0, 0, 1_000_000);
    return new Check.Table(
        named.name(), named.schema(), kind == null ? Check.TableKind.table : kind, minRows);
  }

  private Check.Index index(SpecObject object) {
    Qualified named = name(object, "name");
    return new Check.Index(
        named.name(),
        named.schema(),
        object.optionalText("table"),
        object.optionalFlag("unique"),
        object.texts("columns"));
  }

  private Check.Constraint constraint(SpecObject object) {
    String name = object.text("name");
    Qualified table = name(object, "table");
    return new Check.Constraint(
        name,
        table.schema(),
        table.name(),
        object.optionalWord("type", Check.ConstraintType.class));
  }

  private Check.EnumType enumType(SpecObject object) {
    Qualified named = name(object, "name");
    List<String> labels = object.texts("labels");
    if (labels.isEmpty()) {
      object.fault("lacks labels");
    }
    if (new HashSet<>(labels).size() < labels.size()) {
      object.fault("labels names one label twice");
    }
    Boolean ordered = object.optionalFlag("ordered");
    return new Check.EnumType(named.name(), named.schema(), labels, ordered != null && ordered);
  }

  /** The values of {@code expect}. */
  private enum Expect {
    rows,
    value,
    none
  }

  private Check.Sql sql(SpecObject object) {
    String name = object.text("name");
    String query = query(object);
    Expect expect = object.optionalWord("expect", Expect.class);
    String value = object.optionalScalar("value");
    long rows = object.number("rows", -1, 0, SqlChecks.MOST_ROWS);
    Duration timeout = Duration.ofSeconds(object.number("timeoutSeconds", 30, 1, 3_600));
    if (expect == null) {
      object.fault("must say what to expect: rows, value or none");
    } else if (expect == Expect.value && value == null) {
      object.fault("expects a value and does not say which");
    }
    if (value != null && expect != Expect.value) {
      object.fault("says a value, which needs expect: value");
    }
    if (rows >= 0 && expect != Expect.rows) {
      object.fault("says a number of rows, which needs expect: rows");
    }
    Answer answer =
        expect == Expect.value
            ? new Answer.Value(value == null ? "" : value)
            : expect == Expect.rows && rows != 0 ? new Answer.Rows((int) rows) : new Answer.None();
    return new Check.Sql(name, query, answer, timeout);
  }

  /** One query, and nothing behind it: what follows could end the transaction that reads only. */
  private static String query(SpecObject object) {
    String text = object.text("query");
    if (text.isEmpty()) {
      return text;
    }
    if (text.length() > LONGEST_QUERY) {
      object.fault("query is longer than 100,000 characters");
      return text;
    }
    try {
      var statements = StatementSplitter.split(text);
      if (statements.size() != 1) {
        object.fault("query must be one statement, not " + statements.size());
        return text;
      }
      StatementKind kind = statements.getFirst().kind();
      String query = statements.getFirst().text();
      String word = query.replaceAll("^[\\s(]+", "").split("[^A-Za-z]", 2)[0];
      if (!QUERIES.contains(word.toUpperCase(Locale.ROOT))) {
        object.fault("query must be a query (SELECT, VALUES, TABLE, WITH), not " + kind.command());
      }
      return query;
    } catch (ScriptFault e) {
      object.fault("query: " + e.getMessage());
      return text;
    }
  }

  private Check.Http http(SpecObject object) {
    String name = object.text("name");
    String url = url(object);
    int status = (int) object.number("status", 200, 100, 599);
    JsonLocation path = null;
    String location = object.optionalText("jsonPath");
    String value = object.optionalScalar("value");
    try {
      path = location == null ? null : JsonLocation.parse(location);
    } catch (IllegalArgumentException e) {
      object.fault("jsonPath " + e.getMessage());
    }
    if (value != null && location == null) {
      object.fault("says a value, which needs a jsonPath");
    }
    List<Check.Header> headers = new ArrayList<>();
    for (JsonNode element : object.list("headers")) {
      SpecObject header =
          SpecObject.of(object.place() + ".headers[" + headers.size() + "]", element, faults);
      headers.add(header(header));
      header.end();
    }
    return new Check.Http(
        name,
        url,
        status,
        path,
        value,
        headers,
        Duration.ofSeconds(object.number("timeoutSeconds", 10, 1, 300)),
        (int) object.number("retries", 3, 0, 100),
        Duration.ofSeconds(object.number("intervalSeconds", 5, 0, 600)));
  }

  private static String url(SpecObject object) {
    String text = object.text("url");
    if (text.isEmpty()) {
      return text;
    }
    try {
      URI uri = new URI(text);
      if (uri.getScheme() == null
          || !Set.of("http", "https").contains(uri.getScheme().toLowerCase(Locale.ROOT))
          || uri.getHost() == null) {
        object.fault("url must be http://host… or https://host…");
      } else if (uri.getRawUserInfo() != null) {
        // Not shown: it may be a password.
        object.fault("url must not hold a user name or password; use headers with env or file");
      }
    } catch (URISyntaxException e) {
      object.fault("url is no URL: " + e.getReason() + " at character " + (e.getIndex() + 1));
    }
    return text;
  }

  private static Check.Header header(SpecObject header) {
    String name = header.text("name");
    String value = header.optionalScalar("value");
    String variable = header.optionalText("env");
    String file = header.optionalText("file");
    if (!name.isEmpty() && !HEADER_NAME.matcher(name).matches()) {
      header.fault("name is not the name of a header");
    } else if (RESTRICTED.contains(name.toLowerCase(Locale.ROOT))) {
      header.fault("name: " + name + " cannot be set");
    }
    int sources = (value == null ? 0 : 1) + (variable == null ? 0 : 1) + (file == null ? 0 : 1);
    if (sources != 1) {
      header.fault("must have one of value, env, file");
    }
    if (variable != null) {
      if (!variable.startsWith(HeaderValues.VARIABLES)) {
        header.fault(
            "env must begin with "
                + HeaderValues.VARIABLES
                + ", so that no other variable is sent");
      }
      return new Check.Header(name, new HeaderSource.Environment(variable));
    }
    if (file != null) {
      if (file.indexOf('/') >= 0 || file.startsWith(".")) {
        header.fault("file must be the name of a file, without a directory");
      }
      return new Check.Header(name, new HeaderSource.SecretFile(file));
    }
    if (value != null && !HEADER_VALUE.matcher(value).matches()) {
      header.fault("value holds characters that a header cannot have");
    }
    if (value != null && SECRET_HEADER.matcher(name).matches()) {
      header.fault("value must not be written here, where many can read it: use env or file");
    }
    return new Check.Header(name, new HeaderSource.Literal(value == null ? "" : value));
  }
}
