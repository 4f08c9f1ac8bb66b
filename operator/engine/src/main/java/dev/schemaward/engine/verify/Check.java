package dev.schemaward.engine.verify;

import java.time.Duration;
import java.util.List;

/** One thing that must hold. Names are literal: neither folded to lower case nor unquoted. */
public sealed interface Check {
  /** {@code table}, {@code index}, {@code constraint}, {@code enum}, {@code sql}, {@code http}. */
  String kind();

  /** As the specification names it. */
  String name();

  /** What must be, in words. */
  String expected();

  /** An object of the catalogue. */
  sealed interface InCatalogue extends Check {
    /** Its schema; null for the target's. */
    String schema();
  }

  /** What a table may be. */
  enum TableKind {
    /** Ordinary, partitioned or foreign. */
    table("a table"),
    partitioned("a partitioned table"),
    view("a view"),
    materializedView("a materialized view");

    private final String words;

    TableKind(String words) {
      this.words = words;
    }

    /** With its article. */
    String words() {
      return words;
    }
  }

  /**
   * A table exists.
   *
   * @param minRows how many rows it must have at least; 0 when it may be empty
   */
  record Table(String name, String schema, TableKind kindOfTable, long minRows)
      implements InCatalogue {
    @Override
    public String kind() {
      return "table";
    }

    @Override
    public String expected() {
      return kindOfTable.words()
          + (minRows == 0
              ? ""
              : " with " + minRows + (minRows == 1 ? " row" : " rows") + " or more");
    }
  }

  /**
   * An index exists, is valid and is kept up to date.
   *
   * @param table name of its table; null for any
   * @param unique whether it must be unique, or must not; null for either
   * @param columns its key columns in order, an expression as PostgreSQL prints it; empty for any
   */
  record Index(String name, String schema, String table, Boolean unique, List<String> columns)
      implements InCatalogue {
    public Index {
      columns = List.copyOf(columns);
    }

    @Override
    public String kind() {
      return "index";
    }

    @Override
    public String expected() {
      return "a valid "
          + (unique == null ? "" : unique ? "unique " : "not unique ")
          + "index"
          + (table == null ? "" : " on " + table)
          + (columns.isEmpty() ? "" : " (" + String.join(", ", columns) + ")");
    }
  }

  /** What a constraint may be. */
  enum ConstraintType {
    check('c', "check constraint"),
    foreignKey('f', "foreign key"),
    primaryKey('p', "primary key"),
    unique('u', "unique constraint"),
    exclusion('x', "exclusion constraint"),
    notNull('n', "not-null constraint");

    private final char code;
    private final String words;

    ConstraintType(char code, String words) {
      this.code = code;
      this.words = words;
    }

    /** {@code pg_constraint.contype}. */
    char code() {
      return code;
    }

    String words() {
      return words;
    }

    /** What {@code pg_constraint.contype} means, in words. */
    static String words(String code) {
      for (ConstraintType type : values()) {
        if (code.equals(String.valueOf(type.code))) {
          return type.words;
        }
      }
      return "constraint of type " + code;
    }
  }

  /**
   * A constraint exists, is validated and enforced.
   *
   * @param type null for any
   */
  record Constraint(String name, String schema, String table, ConstraintType type)
      implements InCatalogue {
    @Override
    public String kind() {
      return "constraint";
    }

    @Override
    public String expected() {
      return "a validated " + (type == null ? "constraint" : type.words()) + " on " + table;
    }
  }

  /**
   * An enum has these labels and no other.
   *
   * @param ordered true when their order counts as well
   */
  record EnumType(String name, String schema, List<String> labels, boolean ordered)
      implements InCatalogue {
    public EnumType {
      labels = List.copyOf(labels);
    }

    @Override
    public String kind() {
      return "enum";
    }

    @Override
    public String expected() {
      return (ordered ? "the labels, in this order: " : "the labels ") + String.join(", ", labels);
    }
  }

  /** What a query must return. */
  sealed interface Answer {
    /** No row. */
    record None() implements Answer {}

    /**
     * Rows.
     *
     * @param count how many exactly; -1 for one or more
     */
    record Rows(int count) implements Answer {}

    /** One row, whose first column is this as text. */
    record Value(String text) implements Answer {}
  }

  /**
   * A query returns what it should.
   *
   * @param query one query
   * @param timeout after which the server ends it
   */
  record Sql(String name, String query, Answer answer, Duration timeout) implements Check {
    @Override
    public String kind() {
      return "sql";
    }

    @Override
    public String expected() {
      return switch (answer) {
        case Answer.None none -> "no row";
        case Answer.Rows(int count) ->
            count < 0 ? "one row or more" : count + (count == 1 ? " row" : " rows");
        case Answer.Value(String text) -> "the value " + text;
      };
    }
  }

  /** Where the value of a header comes from. */
  sealed interface HeaderSource {
    /** It stands in the specification. */
    record Literal(String value) implements HeaderSource {}

    /** An environment variable. */
    record Environment(String variable) implements HeaderSource {}

    /** A file of the directory that the caller offers for it. */
    record SecretFile(String file) implements HeaderSource {}
  }

  /** A request header. */
  record Header(String name, HeaderSource source) {}

  /**
   * An address answers as it should.
   *
   * @param url http or https, without user name and password
   * @param status the status code; redirects are not followed
   * @param path where in the JSON body {@code value} must be; null when the body does not matter
   * @param value as text; null when it only must be there
   * @param timeout of one attempt
   * @param retries how often it is tried again
   * @param interval before it is tried again
   */
  record Http(
      String name,
      String url,
      int status,
      JsonLocation path,
      String value,
      List<Header> headers,
      Duration timeout,
      int retries,
      Duration interval)
      implements Check {
    public Http {
      headers = List.copyOf(headers);
    }

    @Override
    public String kind() {
      return "http";
    }

    @Override
    public String expected() {
      return "status "
          + status
          + (path == null ? "" : " and " + path.text() + (value == null ? "" : " = " + value));
    }
  }
}
