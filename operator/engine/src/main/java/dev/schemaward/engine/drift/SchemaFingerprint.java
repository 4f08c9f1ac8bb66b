package dev.schemaward.engine.drift;

import dev.schemaward.engine.connect.Session;
import dev.schemaward.engine.connect.Sql;
import java.sql.SQLException;

/**
 * One digest of everything in the live catalogue that a hand could have changed: relations,
 * columns, constraints, valid indexes, functions, triggers, policies, enums, domains, sequences'
 * definitions, extensions. Computed by the server, one round trip. Stable under VACUUM, ANALYZE and
 * use of sequences. Leaves out the ledger, the tool's own history table, what extensions own, and
 * INVALID indexes (what an interrupted CREATE INDEX CONCURRENTLY leaves is not a change of schema).
 *
 * <p>The snapshot of the drift report will replace it; until then it only answers "is it still what
 * the plan saw?".
 */
public final class SchemaFingerprint {
  private static final String QUERY =
      """
      WITH ns AS (
        SELECT oid, nspname FROM pg_catalog.pg_namespace
        WHERE nspname NOT IN ('pg_catalog', 'information_schema', 'schemaward', 'pg_toast')
          AND nspname NOT LIKE 'pg\\_temp\\_%' AND nspname NOT LIKE 'pg\\_toast\\_temp\\_%'
      ), owned AS (
        SELECT classid, objid FROM pg_catalog.pg_depend WHERE deptype = 'e'
      ), rel AS (
        SELECT c.*, n.nspname FROM pg_catalog.pg_class c JOIN ns n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
          AND NOT (n.nspname = :schema AND c.relname = :history)
          AND NOT EXISTS (SELECT FROM owned o WHERE o.classid = 'pg_catalog.pg_class'::regclass AND o.objid = c.oid)
      ), lines AS (
        SELECT concat_ws('|', 'rel', nspname, relname, relkind, relpersistence, relrowsecurity, relforcerowsecurity,
            relreplident, array_to_string(reloptions, ','), pg_get_expr(relpartbound, oid),
            CASE WHEN relkind = 'p' THEN pg_get_partkeydef(oid) END,
            CASE WHEN relkind IN ('v', 'm') THEN pg_get_viewdef(oid) END) AS line FROM rel
        UNION ALL
        SELECT concat_ws('|', 'col', r.nspname, r.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
            a.attidentity, a.attgenerated, a.attcollation::regcollation, pg_get_expr(d.adbin, d.adrelid))
        FROM rel r JOIN pg_catalog.pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
          LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
        UNION ALL
        SELECT concat_ws('|', 'con', r.nspname, r.relname, c.conname, c.convalidated, pg_get_constraintdef(c.oid))
        FROM rel r JOIN pg_catalog.pg_constraint c ON c.conrelid = r.oid
        UNION ALL
        SELECT concat_ws('|', 'idx', r.nspname, r.relname, pg_get_indexdef(i.indexrelid))
        FROM rel r JOIN pg_catalog.pg_index i ON i.indrelid = r.oid WHERE i.indisvalid
        UNION ALL
        SELECT concat_ws('|', 'trg', r.nspname, r.relname, t.tgenabled, pg_get_triggerdef(t.oid))
        FROM rel r JOIN pg_catalog.pg_trigger t ON t.tgrelid = r.oid AND NOT t.tgisinternal
        UNION ALL
        SELECT concat_ws('|', 'rul', r.nspname, r.relname, pg_get_ruledef(u.oid))
        FROM rel r JOIN pg_catalog.pg_rewrite u ON u.ev_class = r.oid AND u.rulename <> '_RETURN'
        UNION ALL
        SELECT concat_ws('|', 'pol', r.nspname, r.relname, p.polname, p.polcmd, p.polpermissive, p.polroles::regrole[],
            pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid))
        FROM rel r JOIN pg_catalog.pg_policy p ON p.polrelid = r.oid
        UNION ALL
        SELECT concat_ws('|', 'seq', n.nspname, c.relname, s.seqtypid::regtype, s.seqstart, s.seqincrement, s.seqmin,
            s.seqmax, s.seqcache, s.seqcycle)
        FROM pg_catalog.pg_sequence s JOIN pg_catalog.pg_class c ON c.oid = s.seqrelid JOIN ns n ON n.oid = c.relnamespace
        UNION ALL
        SELECT concat_ws('|', 'fun', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid), p.prokind,
            CASE WHEN p.prokind IN ('f', 'p') THEN pg_get_functiondef(p.oid) ELSE p.prosrc END)
        FROM pg_catalog.pg_proc p JOIN ns n ON n.oid = p.pronamespace
        WHERE NOT EXISTS (SELECT FROM owned o WHERE o.classid = 'pg_catalog.pg_proc'::regclass AND o.objid = p.oid)
        UNION ALL
        SELECT concat_ws('|', 'enu', n.nspname, t.typname, string_agg(e.enumlabel, ',' ORDER BY e.enumsortorder))
        FROM pg_catalog.pg_enum e JOIN pg_catalog.pg_type t ON t.oid = e.enumtypid JOIN ns n ON n.oid = t.typnamespace
        GROUP BY n.nspname, t.typname
        UNION ALL
        SELECT concat_ws('|', 'dom', n.nspname, t.typname, format_type(t.typbasetype, t.typtypmod), t.typnotnull,
            t.typdefault, (SELECT string_agg(c.conname || pg_get_constraintdef(c.oid), ',' ORDER BY c.conname)
              FROM pg_catalog.pg_constraint c WHERE c.contypid = t.oid))
        FROM pg_catalog.pg_type t JOIN ns n ON n.oid = t.typnamespace WHERE t.typtype = 'd'
        UNION ALL
        SELECT concat_ws('|', 'ext', extname, extversion) FROM pg_catalog.pg_extension
        UNION ALL
        SELECT concat_ws('|', 'nsp', nspname) FROM ns
      )
      SELECT encode(sha256(convert_to(coalesce(string_agg(line, E'\\n' ORDER BY line COLLATE "C"), ''), 'UTF8')), 'hex')
      FROM lines\
      """;

  private SchemaFingerprint() {}

  /**
   * Computes it.
   *
   * @param schema target schema
   * @param historyTable the tool's own table in it; null when it has none
   * @return lower-case hex SHA-256
   */
  public static String of(Session session, String schema, String historyTable) throws SQLException {
    // Names are printed qualified or not depending on the search path: fix it for this one answer.
    session.execute("BEGIN READ ONLY; SET LOCAL search_path = pg_catalog");
    try {
      return session
          .row(
              QUERY
                  .replace(":schema", Sql.literal(schema))
                  .replace(":history", Sql.literal(historyTable == null ? "" : historyTable)))[0];
    } finally {
      session.execute("ROLLBACK");
    }
  }
}
