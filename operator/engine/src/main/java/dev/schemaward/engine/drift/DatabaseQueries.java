package dev.schemaward.engine.drift;

import static dev.schemaward.engine.drift.ObjectKind.CAST;
import static dev.schemaward.engine.drift.ObjectKind.DEFAULT_PRIVILEGES;
import static dev.schemaward.engine.drift.ObjectKind.EVENT_TRIGGER;
import static dev.schemaward.engine.drift.ObjectKind.EXTENSION;
import static dev.schemaward.engine.drift.ObjectKind.PUBLICATION;
import static dev.schemaward.engine.drift.ObjectKind.SCHEMA;
import static dev.schemaward.engine.drift.ObjectKind.TEXT_SEARCH_CONFIGURATION;
import static dev.schemaward.engine.drift.ObjectKind.TEXT_SEARCH_DICTIONARY;
import static dev.schemaward.engine.drift.ObjectKind.TEXT_SEARCH_PARSER;
import static dev.schemaward.engine.drift.ObjectKind.TEXT_SEARCH_TEMPLATE;
import static dev.schemaward.engine.drift.RelationQueries.comment;
import static dev.schemaward.engine.drift.TypeAndRoutineQueries.notOwned;
import static dev.schemaward.engine.drift.TypeAndRoutineQueries.procedure;

import java.util.List;

/**
 * Catalogue queries for schemas, text search, and what belongs to a database as a whole but
 * concerns the schemas looked at.
 */
final class DatabaseQueries {
  private final int major;

  DatabaseQueries(int major) {
    this.major = major;
  }

  List<CatalogQuery> all() {
    return List.of(
        schemas(),
        extensions(),
        textSearchParsers(),
        textSearchTemplates(),
        textSearchDictionaries(),
        textSearchConfigurations(),
        casts(),
        eventTriggers(),
        publications(),
        defaultPrivileges());
  }

  private CatalogQuery schemas() {
    return CatalogQuery.of(SCHEMA, "n.q")
        .node("pg_namespace", "n.oid", "0")
        .with("owner", "quote_ident(pg_get_userbyid(n.nspowner))")
        .with("privileges", Acl.sql("n.nspacl", "n.nspowner", Acl.born(SCHEMA, major)))
        .with("comment", comment("pg_namespace", "n.oid"))
        .from("FROM ns n WHERE " + notOwned("pg_namespace", "n.oid"));
  }

  private CatalogQuery extensions() {
    return CatalogQuery.of(EXTENSION, "quote_ident(e.extname)")
        .node("pg_extension", "e.oid", "0")
        .with("version", "e.extversion")
        .with("schema", "quote_ident(n.nspname)")
        .with("comment", comment("pg_extension", "e.oid"))
        .from("FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace");
  }

  private CatalogQuery textSearchParsers() {
    return CatalogQuery.of(TEXT_SEARCH_PARSER, "n.q || '.' || quote_ident(p.prsname)")
        .node("pg_ts_parser", "p.oid", "0")
        .with(
            "definition",
            "concat_ws(', ', 'START = ' || "
                + procedure("p.prsstart::oid")
                + ", 'GETTOKEN = ' || "
                + procedure("p.prstoken::oid")
                + ", 'END = ' || "
                + procedure("p.prsend::oid")
                + ", 'LEXTYPES = ' || "
                + procedure("p.prslextype::oid")
                + ", 'HEADLINE = ' || "
                + procedure("p.prsheadline::oid")
                + ")")
        .with("comment", comment("pg_ts_parser", "p.oid"))
        .from(
            "FROM pg_ts_parser p JOIN ns n ON n.oid = p.prsnamespace WHERE "
                + notOwned("pg_ts_parser", "p.oid"));
  }

  private CatalogQuery textSearchTemplates() {
    return CatalogQuery.of(TEXT_SEARCH_TEMPLATE, "n.q || '.' || quote_ident(t.tmplname)")
        .node("pg_ts_template", "t.oid", "0")
        .with(
            "definition",
            "concat_ws(', ', 'INIT = ' || "
                + procedure("t.tmplinit::oid")
                + ", 'LEXIZE = ' || "
                + procedure("t.tmpllexize::oid")
                + ")")
        .with("comment", comment("pg_ts_template", "t.oid"))
        .from(
            "FROM pg_ts_template t JOIN ns n ON n.oid = t.tmplnamespace WHERE "
                + notOwned("pg_ts_template", "t.oid"));
  }

  private CatalogQuery textSearchDictionaries() {
    return CatalogQuery.of(TEXT_SEARCH_DICTIONARY, "n.q || '.' || quote_ident(d.dictname)")
        .node("pg_ts_dict", "d.oid", "0")
        .with(
            "template",
            "(SELECT quote_ident(tn.nspname) || '.' || quote_ident(t.tmplname) FROM pg_ts_template"
                + " t JOIN pg_namespace tn ON tn.oid = t.tmplnamespace WHERE t.oid ="
                + " d.dicttemplate)")
        .with("options", "d.dictinitoption")
        .with("owner", "quote_ident(pg_get_userbyid(d.dictowner))")
        .with("comment", comment("pg_ts_dict", "d.oid"))
        .from(
            "FROM pg_ts_dict d JOIN ns n ON n.oid = d.dictnamespace WHERE "
                + notOwned("pg_ts_dict", "d.oid"));
  }

  private CatalogQuery textSearchConfigurations() {
    return CatalogQuery.of(TEXT_SEARCH_CONFIGURATION, "n.q || '.' || quote_ident(c.cfgname)")
        .node("pg_ts_config", "c.oid", "0")
        .with(
            "parser",
            "(SELECT quote_ident(pn.nspname) || '.' || quote_ident(p.prsname) FROM pg_ts_parser p"
                + " JOIN pg_namespace pn ON pn.oid = p.prsnamespace WHERE p.oid = c.cfgparser)")
        .with(
            "mappings",
            """
            (SELECT string_agg(g.line, E'\\n' ORDER BY g.line COLLATE "C") FROM (
              SELECT k.alias || ': ' || string_agg(quote_ident(dn.nspname) || '.' || quote_ident(d.dictname), ', '
                ORDER BY m.mapseqno) AS line
              FROM pg_ts_config_map m JOIN ts_token_type(c.cfgparser) k ON k.tokid = m.maptokentype
                JOIN pg_ts_dict d ON d.oid = m.mapdict JOIN pg_namespace dn ON dn.oid = d.dictnamespace
              WHERE m.mapcfg = c.oid GROUP BY k.alias) g)\
            """)
        .with("owner", "quote_ident(pg_get_userbyid(c.cfgowner))")
        .with("comment", comment("pg_ts_config", "c.oid"))
        .from(
            "FROM pg_ts_config c JOIN ns n ON n.oid = c.cfgnamespace WHERE "
                + notOwned("pg_ts_config", "c.oid"));
  }

  private CatalogQuery casts() {
    // A cast belongs to no schema: it counts when a type or its function does, or when none of
    // them is in any schema of a user's.
    return CatalogQuery.of(
            CAST,
            "'(' || format_type(c.castsource, NULL) || ' AS ' || format_type(c.casttarget, NULL) ||"
                + " ')'")
        .node("pg_cast", "c.oid", "0")
        .with(
            "definition",
            "CASE c.castmethod WHEN 'f' THEN 'WITH FUNCTION ' || c.castfunc::regprocedure WHEN 'i'"
                + " THEN 'WITH INOUT' ELSE 'WITHOUT FUNCTION' END || CASE c.castcontext WHEN 'a'"
                + " THEN ' AS ASSIGNMENT' WHEN 'i' THEN ' AS IMPLICIT' ELSE '' END")
        .with("comment", comment("pg_cast", "c.oid"))
        .from(
            """
            FROM pg_cast c JOIN pg_type s ON s.oid = c.castsource JOIN pg_type t ON t.oid = c.casttarget
              LEFT JOIN pg_proc p ON p.oid = c.castfunc
            WHERE c.oid >= 16384 AND %s
              AND (EXISTS (SELECT FROM ns WHERE ns.oid IN (s.typnamespace, t.typnamespace, p.pronamespace))
                OR s.oid < 16384 AND t.oid < 16384 AND coalesce(p.oid, 0) < 16384)\
            """
                .formatted(notOwned("pg_cast", "c.oid")));
  }

  private CatalogQuery eventTriggers() {
    return CatalogQuery.of(EVENT_TRIGGER, "quote_ident(t.evtname)")
        .node("pg_event_trigger", "t.oid", "0")
        .with("event", "t.evtevent")
        .with("function", procedure("t.evtfoid"))
        .with(
            "tags",
            "(SELECT string_agg(quote_literal(x), ', ' ORDER BY x COLLATE \"C\") FROM"
                + " unnest(t.evttags) x)")
        .with(
            "state",
            "CASE t.evtenabled WHEN 'D' THEN 'DISABLED' WHEN 'R' THEN 'REPLICA' WHEN 'A' THEN"
                + " 'ALWAYS' END")
        .with("owner", "quote_ident(pg_get_userbyid(t.evtowner))")
        .with("comment", comment("pg_event_trigger", "t.oid"))
        .from(
            "FROM pg_event_trigger t JOIN pg_proc p ON p.oid = t.evtfoid JOIN ns n ON n.oid ="
                + " p.pronamespace WHERE "
                + notOwned("pg_event_trigger", "t.oid"));
  }

  private CatalogQuery publications() {
    String columns =
        major >= 15
            ? " || coalesce(' (' || (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY"
                + " a.attnum) FROM pg_attribute a WHERE a.attrelid = x.prrelid AND a.attnum = ANY"
                + " (x.prattrs)) || ')', '') || coalesce(' WHERE ' || pg_get_expr(x.prqual,"
                + " x.prrelid), '')"
            : "";
    String schemas =
        " OR EXISTS (SELECT FROM pg_publication_namespace y JOIN ns ON ns.oid = y.pnnspid WHERE"
            + " y.pnpubid = p.oid)";
    CatalogQuery query =
        CatalogQuery.of(PUBLICATION, "quote_ident(p.pubname)")
            .node("pg_publication", "p.oid", "0")
            .flag("all tables", "p.puballtables")
            .with(
                "tables",
                "(SELECT string_agg(r.id"
                    + columns
                    + ", E',\\n"
                    + "' ORDER BY r.id COLLATE \"C\") FROM pg_publication_rel x JOIN rel r ON r.oid"
                    + " = x.prrelid WHERE x.prpubid = p.oid)")
            .with(
                "publish",
                "concat_ws(', ', CASE WHEN p.pubinsert THEN 'insert' END, CASE WHEN p.pubupdate"
                    + " THEN 'update' END, CASE WHEN p.pubdelete THEN 'delete' END, CASE WHEN"
                    + " p.pubtruncate THEN 'truncate' END)")
            .flag("via root", "p.pubviaroot");
    if (major >= 15) {
      query.with(
          "schemas",
          "(SELECT string_agg(ns.q, ', ' ORDER BY ns.q COLLATE \"C\") FROM"
              + " pg_publication_namespace y JOIN ns ON ns.oid = y.pnnspid WHERE y.pnpubid ="
              + " p.oid)");
    }
    return query
        .since(major >= 18, "generated columns", "CASE p.pubgencols WHEN 's' THEN 'stored' END")
        .with("owner", "quote_ident(pg_get_userbyid(p.pubowner))")
        .with("comment", comment("pg_publication", "p.oid"))
        .from(
            "FROM pg_publication p WHERE p.puballtables OR NOT EXISTS (SELECT FROM"
                + " pg_publication_rel x WHERE x.prpubid = p.oid) "
                + (major >= 15
                    ? "AND NOT EXISTS (SELECT FROM pg_publication_namespace y WHERE y.pnpubid ="
                        + " p.oid)"
                    : "")
                + " OR EXISTS (SELECT FROM pg_publication_rel x JOIN rel r ON r.oid = x.prrelid"
                + " WHERE x.prpubid = p.oid)"
                + (major >= 15 ? schemas : ""));
  }

  private CatalogQuery defaultPrivileges() {
    return CatalogQuery.of(
            DEFAULT_PRIVILEGES,
            "'FOR ROLE ' || quote_ident(pg_get_userbyid(d.defaclrole)) || coalesce(' IN SCHEMA ' ||"
                + " n.q, '') || ' ON ' || CASE d.defaclobjtype WHEN 'r' THEN 'TABLES' WHEN 'S' THEN"
                + " 'SEQUENCES' WHEN 'f' THEN 'FUNCTIONS' WHEN 'T' THEN 'TYPES' WHEN 'n' THEN"
                + " 'SCHEMAS' ELSE 'LARGE OBJECTS' END")
        .with("privileges", Acl.effective("d.defaclacl", "d.defaclrole"))
        .from(
            "FROM pg_default_acl d LEFT JOIN ns n ON n.oid = d.defaclnamespace WHERE"
                + " d.defaclnamespace = 0 OR n.oid IS NOT NULL");
  }
}
