package dev.schemaward.engine.drift;

import static dev.schemaward.engine.drift.ObjectKind.COLUMN;
import static dev.schemaward.engine.drift.ObjectKind.CONSTRAINT;
import static dev.schemaward.engine.drift.ObjectKind.INDEX;
import static dev.schemaward.engine.drift.ObjectKind.MATERIALIZED_VIEW;
import static dev.schemaward.engine.drift.ObjectKind.POLICY;
import static dev.schemaward.engine.drift.ObjectKind.RULE;
import static dev.schemaward.engine.drift.ObjectKind.SEQUENCE;
import static dev.schemaward.engine.drift.ObjectKind.STATISTICS;
import static dev.schemaward.engine.drift.ObjectKind.TABLE;
import static dev.schemaward.engine.drift.ObjectKind.TRIGGER;
import static dev.schemaward.engine.drift.ObjectKind.VIEW;

import java.util.List;

/**
 * Catalogue queries for relations and what hangs on them. They read the common table expressions
 * {@code ns}, {@code owned} and {@code rel} of {@link CatalogReader}.
 */
final class RelationQueries {
  private final int major;

  RelationQueries(int major) {
    this.major = major;
  }

  List<CatalogQuery> all() {
    return List.of(
        sequences(),
        tables(),
        columns(),
        constraints(),
        indexes(),
        statistics(),
        views(VIEW, "v"),
        views(MATERIALIZED_VIEW, "m"),
        triggers(),
        rules(),
        policies());
  }

  static String sorted(String array) {
    return "(SELECT string_agg(o, ', ' ORDER BY o COLLATE \"C\") FROM unnest(" + array + ") o)";
  }

  static String comment(String catalog, String oid) {
    return "obj_description(" + oid + ", '" + catalog + "')";
  }

  private static String owner(String column) {
    return "quote_ident(pg_get_userbyid(" + column + "))";
  }

  private String acl(String column, String owner, ObjectKind kind) {
    return Acl.sql(column, owner, Acl.born(kind, major));
  }

  private CatalogQuery tables() {
    return CatalogQuery.of(TABLE, "r.id")
        .node("pg_class", "r.oid", "0")
        .with(
            "kind",
            "CASE r.relkind WHEN 'p' THEN 'partitioned table' WHEN 'f' THEN 'foreign table' END")
        .with("owner", owner("r.relowner"))
        .flag("unlogged", "r.relpersistence = 'u'")
        .with(
            "access method",
            "(SELECT quote_ident(m.amname) FROM pg_am m WHERE m.oid = r.relam AND m.amname <>"
                + " 'heap')")
        .with(
            "tablespace",
            "(SELECT quote_ident(s.spcname) FROM pg_tablespace s WHERE s.oid = r.reltablespace)")
        .with("options", sorted("r.reloptions"))
        .with(
            "toast options",
            "(SELECT " + sorted("t.reloptions") + " FROM pg_class t WHERE t.oid = r.reltoastrelid)")
        .flag("row level security", "r.relrowsecurity")
        .flag("force row level security", "r.relforcerowsecurity")
        .with(
            "replica identity",
            "CASE r.relreplident WHEN 'f' THEN 'FULL' WHEN 'n' THEN 'NOTHING' WHEN 'i' THEN"
                + " coalesce((SELECT 'USING INDEX ' || quote_ident(x.relname) FROM pg_index i JOIN"
                + " pg_class x ON x.oid = i.indexrelid WHERE i.indrelid = r.oid AND"
                + " i.indisreplident), 'NOTHING') END")
        .with("partition key", "CASE WHEN r.relkind = 'p' THEN pg_get_partkeydef(r.oid) END")
        .with(
            "inherits",
            """
            CASE WHEN r.relispartition OR r.relhassubclass OR r.relkind IN ('r', 'f') THEN
              (SELECT string_agg(quote_ident(pn.nspname) || '.' || quote_ident(pc.relname), ', ' ORDER BY h.inhseqno)
               FROM pg_inherits h JOIN pg_class pc ON pc.oid = h.inhparent
                 JOIN pg_namespace pn ON pn.oid = pc.relnamespace WHERE h.inhrelid = r.oid) END\
            """)
        .with("partition bound", "pg_get_expr(r.relpartbound, r.oid)")
        .with("of type", "CASE WHEN r.reloftype <> 0 THEN format_type(r.reloftype, NULL) END")
        .with(
            "server",
            "(SELECT quote_ident(s.srvname) FROM pg_foreign_table f JOIN pg_foreign_server s ON"
                + " s.oid = f.ftserver WHERE f.ftrelid = r.oid)")
        .with(
            "foreign options",
            "(SELECT "
                + foreignOptions("f.ftoptions")
                + " FROM pg_foreign_table f WHERE f.ftrelid"
                + " = r.oid)")
        .with("privileges", acl("r.relacl", "r.relowner", TABLE))
        .with("comment", comment("pg_class", "r.oid"))
        .from("FROM rel r WHERE r.relkind IN ('r', 'p', 'f')");
  }

  private static String foreignOptions(String array) {
    return "(SELECT string_agg(quote_ident(option_name) || ' ' || quote_literal(option_value), ', '"
        + " ORDER BY option_name COLLATE \"C\") FROM pg_options_to_table("
        + array
        + "))";
  }

  private CatalogQuery columns() {
    return CatalogQuery.of(COLUMN, "r.id || '.' || quote_ident(a.attname)")
        .node("pg_class", "a.attrelid", "a.attnum")
        .parent("r.id")
        .with(
            "type",
            "CASE WHEN r.relkind NOT IN ('v', 'm') THEN format_type(a.atttypid,"
                + " a.atttypmod) END")
        .flag("not null", "a.attnotnull")
        .with("default", "CASE WHEN a.attgenerated = '' THEN pg_get_expr(d.adbin, d.adrelid) END")
        .with(
            "generated",
            "CASE WHEN a.attgenerated <> '' THEN '(' || pg_get_expr(d.adbin, d.adrelid) || ') ' ||"
                + " CASE a.attgenerated WHEN 's' THEN 'STORED' ELSE 'VIRTUAL' END END")
        .with(
            "identity", "CASE a.attidentity WHEN 'a' THEN 'ALWAYS' WHEN 'd' THEN 'BY DEFAULT' END")
        .with(
            "collation",
            "CASE WHEN a.attcollation <> t.typcollation AND r.relkind NOT IN ('v', 'm') THEN"
                + " (SELECT quote_ident(n.nspname) || '.' || quote_ident(c.collname) FROM"
                + " pg_collation c JOIN pg_namespace n ON n.oid = c.collnamespace WHERE c.oid ="
                + " a.attcollation) END")
        .with(
            "storage",
            "CASE WHEN a.attstorage <> t.typstorage AND r.relkind <> 'v' THEN CASE a.attstorage"
                + " WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL' WHEN 'm' THEN 'MAIN' ELSE"
                + " 'EXTENDED' END END")
        .since(
            major >= 14,
            "compression",
            "CASE a.attcompression WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' END")
        .with("statistics target", "nullif(a.attstattarget, -1)")
        .with("options", sorted("a.attoptions"))
        .with("foreign options", foreignOptions("a.attfdwoptions"))
        .flag("inherited", "NOT a.attislocal")
        .with(
            "position",
            "CASE WHEN r.relkind NOT IN ('v', 'm') THEN row_number() OVER (PARTITION BY a.attrelid"
                + " ORDER BY a.attnum) END")
        .with("privileges", Acl.sql("a.attacl", "r.relowner", Acl.NOBODY))
        .with("comment", "e.description")
        .from(
            """
            FROM rel r JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
              JOIN pg_type t ON t.oid = a.atttypid
              LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
              LEFT JOIN pg_description e ON e.classoid = 'pg_class'::regclass AND e.objoid = a.attrelid
                AND e.objsubid = a.attnum
            WHERE r.relkind IN ('r', 'p', 'f') OR d.oid IS NOT NULL OR e.description IS NOT NULL
              OR a.attacl IS NOT NULL OR a.attoptions IS NOT NULL OR nullif(a.attstattarget, -1) IS NOT NULL\
            """);
  }

  private CatalogQuery constraints() {
    // What a partition inherits of a foreign key carries names that the server makes up.
    return CatalogQuery.of(CONSTRAINT, "r.id || '.' || quote_ident(c.conname)")
        .node("pg_constraint", "c.oid", "0")
        .parent("r.id")
        .with(
            "definition",
            "regexp_replace(pg_get_constraintdef(c.oid), '( DEFERRABLE)?( INITIALLY DEFERRED)?("
                + " NOT ENFORCED)?( NOT VALID)?$', '')")
        .with(
            "deferrable",
            "CASE WHEN c.condeferred THEN 'INITIALLY DEFERRED' WHEN c.condeferrable THEN"
                + " 'INITIALLY IMMEDIATE' END")
        .flag("not valid", "NOT c.convalidated" + (major >= 18 ? " AND c.conenforced" : ""))
        .since(major >= 18, "not enforced", "CASE WHEN NOT c.conenforced THEN 'true' END")
        .flag("inherited", "NOT c.conislocal OR c.conparentid <> 0")
        .with("comment", comment("pg_constraint", "c.oid"))
        .from(
            "FROM rel r JOIN pg_constraint c ON c.conrelid = r.oid WHERE c.contype IN ('c', 'f',"
                + " 'p', 'u', 'x') AND NOT (c.contype = 'f' AND c.conparentid <> 0)");
  }

  private CatalogQuery indexes() {
    return CatalogQuery.of(INDEX, "r.nsq || '.' || quote_ident(x.relname)")
        .node("pg_class", "x.oid", "0")
        .parent("r.id")
        .with("definition", "pg_get_indexdef(i.indexrelid)")
        .flag("invalid", "NOT (i.indisvalid AND i.indisready)")
        .with("constraint", "quote_ident(c.conname)")
        .flag("clustered", "i.indisclustered")
        .with(
            "partition of",
            "(SELECT quote_ident(pn.nspname) || '.' || quote_ident(pc.relname) FROM pg_inherits h"
                + " JOIN pg_class pc ON pc.oid = h.inhparent JOIN pg_namespace pn ON pn.oid ="
                + " pc.relnamespace WHERE h.inhrelid = i.indexrelid)")
        .with(
            "tablespace",
            "(SELECT quote_ident(s.spcname) FROM pg_tablespace s WHERE s.oid = x.reltablespace)")
        .with(
            "statistics targets",
            "(SELECT string_agg(a.attnum || ' ' || a.attstattarget, ', ' ORDER BY a.attnum) FROM"
                + " pg_attribute a WHERE a.attrelid = x.oid AND a.attstattarget >= 0)")
        .with("comment", comment("pg_class", "x.oid"))
        .from(
            """
            FROM rel r JOIN pg_index i ON i.indrelid = r.oid JOIN pg_class x ON x.oid = i.indexrelid
              LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid AND c.conrelid = i.indrelid
                AND c.contype IN ('p', 'u', 'x')\
            """);
  }

  private CatalogQuery statistics() {
    return CatalogQuery.of(STATISTICS, "n.q || '.' || quote_ident(s.stxname)")
        .node("pg_statistic_ext", "s.oid", "0")
        .parent("r.id")
        .with("definition", "pg_get_statisticsobjdef(s.oid)")
        .with("target", "nullif(s.stxstattarget, -1)")
        .with("owner", owner("s.stxowner"))
        .with("comment", comment("pg_statistic_ext", "s.oid"))
        .from(
            "FROM pg_statistic_ext s JOIN ns n ON n.oid = s.stxnamespace JOIN rel r ON r.oid ="
                + " s.stxrelid");
  }

  private CatalogQuery views(ObjectKind kind, String relkind) {
    return CatalogQuery.of(kind, "r.id")
        .node("pg_class", "r.oid", "0")
        .with("definition", "pg_get_viewdef(r.oid)")
        .with(
            "columns",
            "(SELECT string_agg(quote_ident(a.attname) || ' ' || format_type(a.atttypid,"
                + " a.atttypmod), ', ' ORDER BY a.attnum) FROM pg_attribute a WHERE a.attrelid ="
                + " r.oid AND a.attnum > 0 AND NOT a.attisdropped)")
        .with("options", sorted("r.reloptions"))
        .with("owner", owner("r.relowner"))
        .with(
            "access method",
            "(SELECT quote_ident(m.amname) FROM pg_am m WHERE m.oid = r.relam AND m.amname <>"
                + " 'heap')")
        .with(
            "tablespace",
            "(SELECT quote_ident(s.spcname) FROM pg_tablespace s WHERE s.oid = r.reltablespace)")
        .with("privileges", acl("r.relacl", "r.relowner", kind))
        .with("comment", comment("pg_class", "r.oid"))
        .from("FROM rel r WHERE r.relkind = '" + relkind + "'");
  }

  private CatalogQuery sequences() {
    // A sequence of a table that is left out is left out with it.
    return CatalogQuery.of(SEQUENCE, "n.q || '.' || quote_ident(c.relname)")
        .node("pg_class", "c.oid", "0")
        .with("type", "format_type(s.seqtypid, NULL)")
        .with("start", "s.seqstart")
        .with("increment", "s.seqincrement")
        .with("minimum", "s.seqmin")
        .with("maximum", "s.seqmax")
        .with("cache", "s.seqcache")
        .flag("cycle", "s.seqcycle")
        .with("owned by", "r.id || '.' || quote_ident(a.attname)")
        .flag("identity", "d.deptype = 'i'")
        .flag("unlogged", "c.relpersistence = 'u'")
        // An owned sequence has its table's owner.
        .with("owner", "CASE WHEN r.oid IS NULL THEN " + owner("c.relowner") + " END")
        .with("privileges", acl("c.relacl", "c.relowner", SEQUENCE))
        .with("comment", comment("pg_class", "c.oid"))
        .from(
            """
            FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid JOIN ns n ON n.oid = c.relnamespace
              LEFT JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid
                AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i')
              LEFT JOIN rel r ON r.oid = d.refobjid
              LEFT JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
            WHERE c.relpersistence <> 't' AND (d.refobjid IS NULL OR r.oid IS NOT NULL)
              AND NOT EXISTS (SELECT FROM owned o WHERE o.classid = 'pg_class'::regclass AND o.objid = c.oid)\
            """);
  }

  private static String enabled(String column) {
    return "CASE "
        + column
        + " WHEN 'D' THEN 'DISABLED' WHEN 'R' THEN 'REPLICA' WHEN 'A' THEN 'ALWAYS' END";
  }

  private CatalogQuery triggers() {
    return CatalogQuery.of(TRIGGER, "r.id || '.' || quote_ident(t.tgname)")
        .node("pg_trigger", "t.oid", "0")
        .parent("r.id")
        .with("definition", "pg_get_triggerdef(t.oid)")
        .with("state", enabled("t.tgenabled"))
        .flag("inherited", "t.tgparentid <> 0")
        .with("comment", comment("pg_trigger", "t.oid"))
        .from("FROM rel r JOIN pg_trigger t ON t.tgrelid = r.oid AND NOT t.tgisinternal");
  }

  private CatalogQuery rules() {
    return CatalogQuery.of(RULE, "r.id || '.' || quote_ident(u.rulename)")
        .node("pg_rewrite", "u.oid", "0")
        .parent("r.id")
        .with("definition", "pg_get_ruledef(u.oid)")
        .with("state", enabled("u.ev_enabled"))
        .with("comment", comment("pg_rewrite", "u.oid"))
        .from("FROM rel r JOIN pg_rewrite u ON u.ev_class = r.oid AND u.rulename <> '_RETURN'");
  }

  private CatalogQuery policies() {
    return CatalogQuery.of(POLICY, "r.id || '.' || quote_ident(p.polname)")
        .node("pg_policy", "p.oid", "0")
        .parent("r.id")
        .with(
            "command",
            "CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE'"
                + " WHEN 'd' THEN 'DELETE' END")
        .flag("restrictive", "NOT p.polpermissive")
        .with(
            "roles",
            "CASE WHEN p.polroles <> '{0}' THEN (SELECT string_agg(quote_ident(pg_get_userbyid(m)),"
                + " ', ' ORDER BY pg_get_userbyid(m)) FROM unnest(p.polroles) m) END")
        .with("using", "pg_get_expr(p.polqual, p.polrelid)")
        .with("check", "pg_get_expr(p.polwithcheck, p.polrelid)")
        .with("comment", comment("pg_policy", "p.oid"))
        .from("FROM rel r JOIN pg_policy p ON p.polrelid = r.oid");
  }
}
