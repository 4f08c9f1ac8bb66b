package dev.schemaward.engine.shadow;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an error on a bare, empty server says about the target, and what it does not. */
class SetbackTest {
  @ParameterizedTest(name = "{0} {1}: {2}, after something was left out: {3}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          42601 | syntax error at or near "tabel"                     | file    | file
          42701 | column "a" of relation "t" already exists           | file    | here
          42P01 | relation "t" does not exist                         | file    | here
          42883 | function uuid_generate_v4() does not exist          | file    | here
          42704 | type "geometry" does not exist                      | file    | here
          42704 | constraint "c" of relation "t" does not exist       | file    | here
          42704 | role "app" does not exist                           | role    | role
          42704 | collation "de_DE" for encoding "UTF8" does not exist | here    | here
          42704 | tablespace "fast" does not exist                    | here    | here
          42704 | language "plv8" does not exist                      | here    | here
          2BP01 | cannot drop table t because other objects depend on it | file | file
          25001 | CREATE INDEX CONCURRENTLY cannot run inside a transaction block | file | file
          55P04 | unsafe use of new value "b" of enum type mood       | file    | file
          42P16 | multiple primary keys for table "t" are not allowed | file    | file
          0A000 | extension "postgis" is not available                | here    | here
          0A000 | cannot create index on partitioned table "t" concurrently | file | file
          42501 | permission denied to create extension "dblink"      | here    | here
          23505 | could not create unique index "i"                   | here    | here
          23503 | insert or update violates foreign key constraint    | here    | here
          22012 | division by zero                                    | here    | here
          P0001 | no tenants yet                                      | here    | here
          53200 | out of shared memory                                | here    | here
          57014 | canceling statement due to statement timeout        | here    | here
          55P03 | canceling statement due to lock timeout             | here    | here
          58P01 | could not access file "$libdir/postgis-3"           | here    | here
          XX000 | cache lookup failed                                 | here    | here
          57P01 | terminating connection                              | died    | died
          08006 | An I/O error occurred                               | died    | died
          """)
  void everyStateHasOneMeaning(
      String state, String message, String meaning, String afterSomethingWasLeftOut) {
    SQLException error = new SQLException(message, state);
    assertThat(word(Setback.of(error, false))).isEqualTo(meaning.strip());
    assertThat(word(Setback.of(error, true))).isEqualTo(afterSomethingWasLeftOut.strip());
  }

  private static String word(Setback setback) {
    return switch (setback) {
      case Setback.File file -> "file";
      case Setback.MissingRole role -> "role";
      case Setback.OnlyHere here -> "here";
      case Setback.Died died -> "died";
    };
  }
}
