package dev.schemaward.engine.hazard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.schemaward.engine.catalog.LiveCatalog;
import dev.schemaward.engine.hazard.Compatibility.Verdict;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CompatibilityTest {
  private static Compatibility of(String sql) {
    return Compatibility.of(ExampleDatabase.migrations(sql), LiveCatalog.UNKNOWN, 18);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          alter table t add column a int                              | SAFE
          alter table t add column a int not null default 0           | SAFE
          alter table t add column a bigserial                        | SAFE
          alter table t add column a int not null                     | BREAKS
          alter table t drop column a                                 | BREAKS
          alter table t rename to u                                   | BREAKS
          alter table t rename column a to b                          | BREAKS
          alter table t rename constraint a to b                      | SAFE
          alter table t set schema s                                  | BREAKS
          alter table t alter column a type bigint                    | BREAKS
          alter table t alter column a set not null                   | TIGHTENS
          alter table t alter column a drop not null                  | TIGHTENS
          alter table t alter column a set default 1                  | SAFE
          alter table t alter column a drop default                   | TIGHTENS
          alter table t add check (a > 0) not valid                   | TIGHTENS
          alter table t add constraint f foreign key (a) references p | TIGHTENS
          alter table t add constraint u unique using index i         | SAFE
          alter table t validate constraint c                         | SAFE
          alter table t drop constraint c                             | SAFE
          create index concurrently i on t (a)                        | SAFE
          create unique index concurrently i on t (a)                 | TIGHTENS
          drop index concurrently i                                   | SAFE
          drop table t                                                | BREAKS
          drop view v                                                 | BREAKS
          truncate t                                                  | BREAKS
          delete from t                                               | BREAKS
          delete from t where a = 1                                   | SAFE
          create table n (a int not null); alter table n drop column a; drop table n | SAFE
          create or replace view v as select 1                        | SAFE
          alter type mood rename value 'a' to 'b'                     | BREAKS
          alter type mood add value 'c'                               | TIGHTENS
          revoke select on t from app                                 | UNKNOWN
          grant select on t to app                                    | SAFE
          alter table t enable row level security                     | UNKNOWN
          do $$ begin perform 1; end $$                               | UNKNOWN
          frobnicate                                                  | UNKNOWN
          """)
  void saysWhetherOldCodeGoesOn(String sql, Verdict verdict) {
    Compatibility compatibility = of(sql);
    assertThat(compatibility.verdict()).isEqualTo(verdict);
    assertThat(compatibility.changes().isEmpty()).isEqualTo(verdict == Verdict.SAFE);
    assertThat(compatibility.changes()).allSatisfy(c -> assertThat(c.proposal()).isNotBlank());
  }

  @Test
  void theWorstChangeDecides() {
    Compatibility compatibility =
        of("alter table t alter column a set not null;\nalter table t rename column b to c");
    assertThat(compatibility.summary())
        .isEqualTo("not safe beside the old version: renames column b of t to c");
    assertThat(compatibility.changes())
        .extracting(Compatibility.Change::line)
        .containsExactly(1, 2);
  }
}
