package dev.schemaward.engine.hazard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.schemaward.engine.bundle.Migration;
import dev.schemaward.engine.sql.ScriptFault;
import dev.schemaward.engine.sql.StatementSplitter;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HazardScanTest {
  private static List<Finding> scan(String sql) throws ScriptFault {
    return HazardScan.scan(
        List.of(new Migration("m", "m.sql", "c", List.of(), StatementSplitter.split(sql))), 18);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      textBlock =
          """
          drop table users                                        | drop-table    | users
          drop table if exists public."Users" cascade             | drop-table    | public.Users
          alter table users drop column phone                     | drop-column   | phone
          alter table only users drop phone, add column x int     | drop-column   | phone
          alter table users add column x int, drop column if exists "Phone" | drop-column | Phone
          truncate table users                                    | truncate      | users
          truncate users, orders restart identity                 | truncate      | users
          drop schema app cascade                                 | drop-schema-or-db | app
          drop type mood cascade                                  | drop-type-cascade | mood
          drop view v cascade                                     | drop-view-function-cascade | v
          delete from users                                       | dml-without-where | users
          delete from users where id = 1                          | -             | -
          update users set a = 1                                  | dml-without-where | users
          update users set a = 'where x = 1'                      | dml-without-where | users
          update users set a = 1 where id = 2                     | -             | -
          alter table users set unlogged                          | set-unlogged  | users
          alter table users drop constraint users_pkey            | drop-constraint | users_pkey
          alter table users rename to people                      | rename-table  | users
          alter table users rename column a to b                  | rename-column | a
          alter table users rename constraint a to b              | -             | -
          alter table users alter column a type bigint            | type-rewrite   | a
          alter table users alter a set not null                  | set-not-null  | a
          alter table users alter column a drop not null          | drop-not-null | a
          alter table users alter column a drop default           | drop-default  | a
          alter table o add constraint f foreign key (a) references p (id) | add-fk | o
          alter table o add constraint f foreign key (a) references p (id) not valid | add-fk-not-valid | p
          alter table o add check (a > 0)                         | add-check     | o
          alter table o add check (a > 0) not valid               | -             | -
          alter table o add constraint u unique (a)               | add-unique    | o
          alter table o add constraint u unique using index i     | -             | -
          create index on users (a)                               | index-blocking | users
          create unique index i on only users (a)                 | index-blocking | users
          grant select on users to public                         | security-change | -
          do $$ begin drop table users; end $$                    | opaque-code   | DO
          call p()                                                | opaque-code   | CALL
          create index concurrently i on users (a)                | nontransactional-statement | CREATE INDEX
          alter table users add column a int                      | -             | -
          select 'drop table users'                               | -             | -
          -- drop table users ⏎ select 1                           | -             | -
          """)
  void everyRuleFiresOnItsFormAndStaysSilentOnItsTwin(String sql, String rule, String names)
      throws ScriptFault {
    List<Finding> findings = scan(sql.replace(" ⏎ ", "\n"));
    if (rule == null) {
      assertThat(findings).allMatch(f -> f.severity() == Severity.INFORM);
    } else {
      assertThat(findings).extracting(Finding::rule).contains(rule);
      if (names != null) {
        assertThat(findings).anySatisfy(f -> assertThat(f.message()).contains(names));
      }
    }
  }

  @Test
  void aPlanMayDoWhatItLikesWithWhatItCreates() throws ScriptFault {
    assertThat(
            scan(
                "create table \"Tmp\" (a int); create index on \"Tmp\" (a); alter table"
                    + " public.\"Tmp\" drop column a; drop table \"Tmp\""))
        .isEmpty();
  }
}
