package dev.schemaward.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import java.util.List;

/**
 * What must hold after a run. Has the shape of the file that {@code schemaward verify --spec}
 * reads.
 *
 * @param tables tables that must exist
 * @param indexes indexes that must exist and be valid
 * @param constraints constraints that must exist and be validated
 * @param enums enum types with their labels
 * @param sql queries with what they must return
 * @param http addresses with what they must answer
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record VerifySpec(
    @Size(max = 200) @JsonPropertyDescription("Tables that must exist.") List<Table> tables,
    @Size(max = 200) @JsonPropertyDescription("Indexes that must exist and be valid.")
        List<Index> indexes,
    @Size(max = 200) @JsonPropertyDescription("Constraints that must exist and be validated.")
        List<Constraint> constraints,
    @Size(max = 100) @JsonPropertyDescription("Enum types that must exist with these labels.")
        List<EnumType> enums,
    @Size(max = 20)
        @JsonPropertyDescription(
            "Queries, each in a transaction that reads only, with what they must return.")
        List<SqlAssertion> sql,
    @Size(max = 20)
        @JsonPropertyDescription("Addresses that the Job's pod asks, with what they must answer.")
        List<HttpCheck> http) {

  /** True when it asks for nothing. */
  public boolean asksForNothing() {
    return java.util.stream.Stream.of(tables, indexes, constraints, enums, sql, http)
        .allMatch(list -> list == null || list.isEmpty());
  }

  /** A table, partitioned table, view, materialised view or foreign table. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Table(
      @Required @Size(min = 1, max = 63) @JsonPropertyDescription("Name of the table.") String name,
      @Size(min = 1, max = 63) @JsonPropertyDescription("Its schema. Absent: the target's.")
          String schema,
      @JsonPropertyDescription("What it must be. Absent: table, which may be partitioned.")
          TableKind kind,
      @Min(0) @Max(1_000_000) @JsonPropertyDescription("How many rows it must have at least.")
          Integer minRows) {}

  /** What a table may be. */
  public enum TableKind {
    table,
    partitioned,
    view,
    materializedView
  }

  /** What a constraint may be. */
  public enum ConstraintType {
    check,
    foreignKey,
    primaryKey,
    unique,
    exclusion,
    notNull
  }

  /** An index. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Index(
      @Required @Size(min = 1, max = 63) @JsonPropertyDescription("Name of the index.") String name,
      @Size(min = 1, max = 63) @JsonPropertyDescription("Its schema. Absent: the target's.")
          String schema,
      @Size(min = 1, max = 63) @JsonPropertyDescription("The table that it must be on.")
          String table,
      @JsonPropertyDescription("Whether it must be unique.") Boolean unique,
      @Size(max = 32) @JsonPropertyDescription("Its columns, in order.") List<String> columns) {}

  /** A constraint. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Constraint(
      @Required @Size(min = 1, max = 63) @JsonPropertyDescription("Name of the constraint.")
          String name,
      @Required @Size(min = 1, max = 63) @JsonPropertyDescription("The table that it is on.")
          String table,
      @Size(min = 1, max = 63)
          @JsonPropertyDescription("Schema of the table. Absent: the target's.")
          String schema,
      @JsonPropertyDescription("What it must be. Absent: any.") ConstraintType type) {}

  /** An enum type. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record EnumType(
      @Required @Size(min = 1, max = 63) @JsonPropertyDescription("Name of the type.") String name,
      @Size(min = 1, max = 63) @JsonPropertyDescription("Its schema. Absent: the target's.")
          String schema,
      @Required @Size(min = 1, max = 200) @JsonPropertyDescription("Its labels, all of them.")
          List<String> labels,
      @JsonPropertyDescription("True: their order counts.") Boolean ordered) {}

  /** What a query must return. */
  public enum Expectation {
    rows,
    value,
    none
  }

  /** A query. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record SqlAssertion(
      @Required @Size(min = 1, max = 128) @JsonPropertyDescription("What it is about, for reports.")
          String name,
      @Required @Size(min = 1, max = 2048) @JsonPropertyDescription("One SELECT.") String query,
      @Required
          @JsonPropertyDescription(
              "rows: it returns at least one row, or as many as rows says. none: it returns no row."
                  + " value: it returns one row with one column, equal to value.")
          Expectation expect,
      @Size(max = 1024) @JsonPropertyDescription("The expected value, as text.") String value,
      @Min(0) @JsonPropertyDescription("How many rows are expected.") Integer rows,
      @Min(1) @Max(600) @JsonPropertyDescription("Longest time of the query. Absent: 30.")
          Integer timeoutSeconds) {}

  /** An address. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record HttpCheck(
      @Required @Size(min = 1, max = 128) @JsonPropertyDescription("What it is about, for reports.")
          String name,
      @Required
          @Size(min = 1, max = 1024)
          @Pattern("^https?://.+")
          @JsonPropertyDescription("Address to GET, as the pod reaches it.")
          String url,
      @Min(100) @Max(599) @JsonPropertyDescription("Status code to expect. Absent: 200.")
          Integer status,
      @Size(max = 256)
          @JsonPropertyDescription("Where in the JSON body the value stands, as /checks/0/status.")
          String jsonPath,
      @Size(max = 1024) @JsonPropertyDescription("The value to expect there, as text.")
          String value,
      @Min(1) @Max(120) @JsonPropertyDescription("Longest time of one request. Absent: 10.")
          Integer timeoutSeconds,
      @Min(0) @Max(100) @JsonPropertyDescription("How often it is asked again. Absent: 3.")
          Integer retries,
      @Min(1) @Max(300) @JsonPropertyDescription("Time between two requests. Absent: 5.")
          Integer intervalSeconds,
      @Size(max = 20) @JsonPropertyDescription("Headers to send; nothing secret.")
          List<Header> headers) {}

  /** A header. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Header(
      @Required @Size(min = 1, max = 100) @JsonPropertyDescription("Its name.") String name,
      @Required @Size(max = 1024) @JsonPropertyDescription("Its value.") String value) {}
}
