package dev.schemaward.engine.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.schemaward.engine.EngineException;
import dev.schemaward.engine.FailureReason;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SpecReaderTest {
  @Test
  void everyFieldIsRead() throws EngineException {
    VerificationSpec spec =
        Specs.read(
            """
            {tables: ['orders', 'audit.log', {name: 'a.b', schema: 's', kind: 'partitioned', minRows: 3}],
             indexes: ['i', {name: 'j', table: 'orders', unique: true, columns: ['a', 'lower(b)']}],
             constraints: [{name: 'fk', table: 'audit.log', type: 'foreignKey'}],
             enums: [{name: 'Status', labels: ['A', 'B'], ordered: true}],
             sql: [{name: 'q', query: ' select 1; -- done', expect: 'value', value: 1, timeoutSeconds: 7},
                   {name: 'r', query: 'table x', expect: 'rows', rows: 2},
                   {name: 's', query: '(with a as (values (1)) table a)', expect: 'rows'},
                   {name: 't', query: 'values (1)', expect: 'none'}],
             http: [{name: 'h', url: 'https://shop/health?x=1', status: 204, jsonPath: '$.a[0]', value: true,
                     timeoutSeconds: 1, retries: 0, intervalSeconds: 2,
                     headers: [{name: 'Authorization', file: 'token'}, {name: 'X-Token', env: 'VERIFY_T'},
                               {name: 'Accept', value: 'application/json'}]}]}\
            """);
    assertThat(spec.size()).isEqualTo(12);
    assertThat(spec.catalogue())
        .containsExactly(
            new Check.Table("orders", null, Check.TableKind.table, 0),
            new Check.Table("log", "audit", Check.TableKind.table, 0),
            new Check.Table("a.b", "s", Check.TableKind.partitioned, 3),
            new Check.Index("i", null, null, null, List.of()),
            new Check.Index("j", null, "orders", true, List.of("a", "lower(b)")),
            new Check.Constraint("fk", "audit", "log", Check.ConstraintType.foreignKey),
            new Check.EnumType("Status", null, List.of("A", "B"), true));
    assertThat(spec.queries())
        .containsExactly(
            new Check.Sql("q", "select 1", new Check.Answer.Value("1"), Duration.ofSeconds(7)),
            new Check.Sql("r", "table x", new Check.Answer.Rows(2), Duration.ofSeconds(30)),
            new Check.Sql(
                "s",
                "(with a as (values (1)) table a)",
                new Check.Answer.Rows(-1),
                Duration.ofSeconds(30)),
            new Check.Sql("t", "values (1)", new Check.Answer.None(), Duration.ofSeconds(30)));
    assertThat(spec.requests())
        .containsExactly(
            new Check.Http(
                "h",
                "https://shop/health?x=1",
                204,
                JsonLocation.parse("$.a[0]"),
                "true",
                List.of(
                    new Check.Header("Authorization", new Check.HeaderSource.SecretFile("token")),
                    new Check.Header("X-Token", new Check.HeaderSource.Environment("VERIFY_T")),
                    new Check.Header("Accept", new Check.HeaderSource.Literal("application/json"))),
                Duration.ofSeconds(1),
                0,
                Duration.ofSeconds(2)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{tables: ['t']}",
        "{verify: {tables: ['t']}}",
        "{apiVersion: 'schemaward.dev/v1alpha1', kind: 'DatabaseMigration', spec: {verify: {tables:"
            + " ['t']}}}"
      })
  void itMayBeWrapped(String json) throws EngineException {
    assertThat(Specs.read(json).size()).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {}                                             | it checks nothing
          []                                             | verify must be an object, not a list
          {kind: 'DatabaseMigration', spec: {}}          | verify must be an object, not nothing
          {table: ['t']}                                 | verify has no field table; its fields are tables, indexes, constraints, enums, sql, http
          {tables: 't'}                                  | tables must be a list, not a text
          {tables: [7]}                                  | tables[0] must be an object, not a number
          {tables: [{}]}                                 | tables[0] lacks name
          {tables: [{name: 7}]}                          | name must be a text, not a number: put it in quotes
          {tables: [{name: ' '}]}                        | name is empty
          {tables: ['"Orders"']}                         | write it without quotes
          {tables: [{name: 't', min_rows: 1}]}           | has no field min_rows; its fields are name, schema, kind, minRows. Did you mean minRows?
          {tables: [{name: 't', minRows: -1}]}           | minRows must be 0 to 1000000, not -1
          {tables: [{name: 't', minRows: 1.5}]}          | minRows must be a whole number
          {tables: [{name: 't', kind: 'matview'}]}       | kind must be one of table, partitioned, view, materializedView, not matview
          {indexes: [{name: 'i', unique: 'yes'}]}        | unique must be true or false, not a text
          {indexes: [{name: 'i', columns: [1]}]}         | columns must be a list of texts; 1 is a number: put it in quotes
          {constraints: ['c']}                           | constraints[0] must be an object, not a text
          {constraints: [{name: 'c'}]}                   | constraints[0] lacks table
          {enums: [{name: 'e'}]}                         | enums[0] lacks labels
          {enums: [{name: 'e', labels: [true]}]}         | labels must be a list of texts; true is a boolean: put it in quotes
          {enums: [{name: 'e', labels: ['a', 'a']}]}     | labels names one label twice
          {sql: [{name: 'q', query: 'select 1'}]}        | must say what to expect: rows, value or none
          {sql: [{name: 'q', query: 'select 1', expect: 'value'}]}             | expects a value and does not say which
          {sql: [{name: 'q', query: 'select 1', expect: 'none', rows: 1}]}     | says a number of rows, which needs expect: rows
          {sql: [{name: 'q', query: 'select 1', expect: 'rows', value: 1}]}    | says a value, which needs expect: value
          {sql: [{name: 'q', query: '-- nothing', expect: 'none'}]}            | query must be one statement, not 0
          {sql: [{name: 'q', query: 'select 1; commit', expect: 'none'}]}      | query must be one statement, not 2
          {sql: [{name: 'q', query: 'delete from t', expect: 'none'}]}         | query must be a query (SELECT, VALUES, TABLE, WITH), not DELETE
          {sql: [{name: 'q', query: 'call p()', expect: 'none'}]}              | not CALL
          {sql: [{name: 'q', query: 'commit', expect: 'none'}]}                | not COMMIT
          {sql: [{name: 'q', query: 'select $$', expect: 'none'}]}             | query:
          {sql: [{name: 'q', query: 'select 1', expect: 'none'}, {name: 'q', query: 'select 1', expect: 'none'}]} | sql has two checks of the name q
          {http: [{name: 'h', url: 'ftp://x'}]}                                | url must be http://host… or https://host…
          {http: [{name: 'h', url: '/health'}]}                                | url must be http://host… or https://host…
          {http: [{name: 'h', url: 'http://x y'}]}                             | url is no URL
          {http: [{name: 'h', url: 'http://x', value: 'y'}]}                   | says a value, which needs a jsonPath
          {http: [{name: 'h', url: 'http://x', jsonPath: 'status'}]}           | begins with neither $
          {http: [{name: 'h', url: 'http://x', jsonPath: '$..a'}]}             | is not understood from '..a' on
          {http: [{name: 'h', url: 'http://x', status: 99}]}                   | status must be 100 to 599
          {http: [{name: 'h', url: 'http://x', headers: [{name: 'X', env: 'DATABASE_URL'}]}]}         | env must begin with VERIFY_
          {http: [{name: 'h', url: 'http://x', headers: [{name: 'X', file: '../database/password'}]}]} | file must be the name of a file, without a directory
          {http: [{name: 'h', url: 'http://x', headers: [{name: 'X', file: '..'}]}]}                   | file must be the name of a file, without a directory
          {http: [{name: 'h', url: 'http://x', headers: [{name: 'Authorization', value: 'Bearer x'}]}]} | value must not be written here
          {http: [{name: 'h', url: 'http://x', headers: [{name: 'X-Api-Key', value: 'x'}]}]}          | value must not be written here
          {http: [{name: 'h', url: 'http://x', headers: [{name: 'X', value: 'x', env: 'VERIFY_X'}]}]} | must have one of value, env, file
          {http: [{name: 'h', url: 'http://x', headers: [{name: 'Host', value: 'x'}]}]}               | Host cannot be set
          {http: [{name: 'h', url: 'http://x', headers: [{name: 'a b', value: 'x'}]}]}                | is not the name of a header
          """)
  void whatIsWrongIsNamedWithItsPlace(String json, String said) {
    assertThatThrownBy(() -> Specs.read(json))
        .asInstanceOf(type(EngineException.class))
        .satisfies(
            e -> {
              assertThat(e.reason()).isEqualTo(FailureReason.InvalidRequest);
              assertThat(e).hasMessageContaining(said);
            });
  }

  @Test
  void allFaultsAreToldAtOnce() {
    assertThatThrownBy(() -> Specs.read("{tables: [{}, {name: 7}], enums: [{}]}"))
        .hasMessageContaining("tables[0] lacks name; tables[1] name must be a text")
        .hasMessageContaining("enums[0] lacks name; enums[0] lacks labels");
  }

  @Test
  void aPasswordInAUrlIsRefusedAndNotShown() {
    assertThatThrownBy(() -> Specs.read("{http: [{name: 'h', url: 'http://u:pass@x/'}]}"))
        .hasMessageContaining("url must not hold a user name or password")
        .hasMessageNotContaining("pass@");
  }
}
