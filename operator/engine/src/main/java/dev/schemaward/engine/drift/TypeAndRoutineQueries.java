package dev.schemaward.engine.drift;

import static dev.schemaward.engine.drift.ObjectKind.AGGREGATE;
import static dev.schemaward.engine.drift.ObjectKind.BASE_TYPE;
import static dev.schemaward.engine.drift.ObjectKind.COLLATION;
import static dev.schemaward.engine.drift.ObjectKind.COMPOSITE_TYPE;
import static dev.schemaward.engine.drift.ObjectKind.DOMAIN;
import static dev.schemaward.engine.drift.ObjectKind.DOMAIN_CONSTRAINT;
import static dev.schemaward.engine.drift.ObjectKind.ENUM;
import static dev.schemaward.engine.drift.ObjectKind.FUNCTION;
import static dev.schemaward.engine.drift.ObjectKind.OPERATOR;
import static dev.schemaward.engine.drift.ObjectKind.OPERATOR_CLASS;
import static dev.schemaward.engine.drift.ObjectKind.OPERATOR_FAMILY;
import static dev.schemaward.engine.drift.ObjectKind.RANGE_TYPE;

import java.util.List;

/** Catalogue queries for types, collations, routines and operators. */
final class TypeAndRoutineQueries {
  private final int major;

  TypeAndRoutineQueries(int major) {
    this.major = major;
  }

  List<CatalogQuery> all() {
    return List.of(
        collations(),
        enums(),
        composites(),
        domains(),
        domainConstraints(),
        ranges(),
        baseTypes(),
        functions(),
        aggregates(),
        operators(),
        operatorFamilies(),
        operatorClasses());
  }

  static String notOwned(String catalog, String oid) {
    return "NOT EXISTS (SELECT FROM owned o WHERE o.classid = '"
        + catalog
        + "'::regclass AND o.objid = "
        + oid
        + ")";
  }

  private static String collationName(String oid) {
    return "(SELECT quote_ident(n.nspname) || '.' || quote_ident(c.collname) FROM pg_collation c"
        + " JOIN pg_namespace n ON n.oid = c.collnamespace WHERE c.oid = "
        + oid
        + ")";
  }

  static String procedure(String oid) {
    return "(SELECT quote_ident(rn.nspname) || '.' || quote_ident(rp.proname) FROM pg_proc rp JOIN"
        + " pg_namespace rn ON rn.oid = rp.pronamespace WHERE rp.oid = "
        + oid
        + ")";
  }

  private CatalogQuery type(ObjectKind kind) {
    return CatalogQuery.of(kind, "n.q || '.' || quote_ident(t.typname)")
        .node("pg_type", "t.oid", "0");
  }

  private CatalogQuery owned(CatalogQuery query) {
    return query
        .with("owner", "quote_ident(pg_get_userbyid(t.typowner))")
        .with("privileges", Acl.sql("t.typacl", "t.typowner", Acl.born(query.kind(), major)))
        .with("comment", RelationQueries.comment("pg_type", "t.oid"));
  }

  private static String fromType(String joins, String where) {
    return "FROM pg_type t JOIN ns n ON n.oid = t.typnamespace"
        + joins
        + " WHERE "
        + where
        + " AND "
        + notOwned("pg_type", "t.oid");
  }

  private CatalogQuery collations() {
    CatalogQuery query =
        CatalogQuery.of(COLLATION, "n.q || '.' || quote_ident(c.collname)")
            .node("pg_collation", "c.oid", "0")
            .with(
                "provider",
                "CASE c.collprovider WHEN 'i' THEN 'icu' WHEN 'c' THEN 'libc' WHEN 'b' THEN"
                    + " 'builtin' ELSE 'default' END")
            .with("lc_collate", "c.collcollate")
            .with("lc_ctype", "c.collctype")
            .flag("nondeterministic", "NOT c.collisdeterministic");
    if (major >= 15) {
      query.with("locale", major >= 17 ? "c.colllocale" : "c.colliculocale");
    }
    return query
        .since(major >= 16, "rules", "c.collicurules")
        .with("owner", "quote_ident(pg_get_userbyid(c.collowner))")
        .with("comment", RelationQueries.comment("pg_collation", "c.oid"))
        .from(
            "FROM pg_collation c JOIN ns n ON n.oid = c.collnamespace WHERE "
                + notOwned("pg_collation", "c.oid"));
  }

  private CatalogQuery enums() {
    return owned(
            type(ENUM)
                .with(
                    "labels",
                    "(SELECT string_agg(quote_literal(e.enumlabel), ', ' ORDER BY e.enumsortorder)"
                        + " FROM pg_enum e WHERE e.enumtypid = t.oid)"))
        .from(fromType("", "t.typtype = 'e'"));
  }

  private CatalogQuery composites() {
    return owned(
            type(COMPOSITE_TYPE)
                .with(
                    "attributes",
                    "(SELECT string_agg(quote_ident(a.attname) || ' ' || format_type(a.atttypid,"
                        + " a.atttypmod) || CASE WHEN a.attcollation <> b.typcollation THEN '"
                        + " COLLATE ' || "
                        + collationName("a.attcollation")
                        + " ELSE '' END, E',\\n' ORDER BY a.attnum) FROM pg_attribute a JOIN"
                        + " pg_type b ON b.oid = a.atttypid WHERE a.attrelid = t.typrelid AND"
                        + " a.attnum > 0 AND NOT a.attisdropped)"))
        .from(
            fromType(
                " JOIN pg_class c ON c.oid = t.typrelid AND c.relkind = 'c'", "t.typtype = 'c'"));
  }

  private CatalogQuery domains() {
    return owned(
            type(DOMAIN)
                .with("type", "format_type(t.typbasetype, t.typtypmod)")
                .flag("not null", "t.typnotnull")
                .with("default", "coalesce(pg_get_expr(t.typdefaultbin, 0), t.typdefault)")
                .with(
                    "collation",
                    "CASE WHEN t.typcollation <> b.typcollation THEN "
                        + collationName("t.typcollation")
                        + " END"))
        .from(fromType(" JOIN pg_type b ON b.oid = t.typbasetype", "t.typtype = 'd'"));
  }

  private CatalogQuery domainConstraints() {
    return CatalogQuery.of(
            DOMAIN_CONSTRAINT,
            "n.q || '.' || quote_ident(t.typname) || '.' || quote_ident(c.conname)")
        .node("pg_constraint", "c.oid", "0")
        .parent("n.q || '.' || quote_ident(t.typname)")
        .with("definition", "regexp_replace(pg_get_constraintdef(c.oid), ' NOT VALID$', '')")
        .flag("not valid", "NOT c.convalidated")
        .with("comment", RelationQueries.comment("pg_constraint", "c.oid"))
        .from(
            fromType(
                " JOIN pg_constraint c ON c.contypid = t.oid AND c.contype = 'c'",
                "t.typtype = 'd'"));
  }

  private CatalogQuery ranges() {
    CatalogQuery query =
        type(RANGE_TYPE)
            .with("subtype", "format_type(r.rngsubtype, NULL)")
            .with(
                "operator class",
                "(SELECT quote_ident(on_.nspname) || '.' || quote_ident(oc.opcname) FROM pg_opclass"
                    + " oc JOIN pg_namespace on_ ON on_.oid = oc.opcnamespace WHERE oc.oid ="
                    + " r.rngsubopc)")
            .with(
                "collation",
                "(SELECT "
                    + collationName("r.rngcollation")
                    + " FROM pg_type s WHERE s.oid = r.rngsubtype AND s.typcollation <>"
                    + " r.rngcollation)")
            .with("canonical", procedure("r.rngcanonical"))
            .with("difference", procedure("r.rngsubdiff"));
    if (major >= 14) {
      query.with(
          "multirange",
          "(SELECT quote_ident(mn.nspname) || '.' || quote_ident(m.typname) FROM pg_type m JOIN"
              + " pg_namespace mn ON mn.oid = m.typnamespace WHERE m.oid = r.rngmultitypid)");
    }
    return owned(query).from(fromType(" JOIN pg_range r ON r.rngtypid = t.oid", "t.typtype = 'r'"));
  }

  private CatalogQuery baseTypes() {
    return owned(
            type(BASE_TYPE)
                .with("input", procedure("t.typinput"))
                .with("output", procedure("t.typoutput"))
                .with("length", "t.typlen")
                .flag("shell", "NOT t.typisdefined"))
        .from(
            fromType(
                "",
                "(t.typtype = 'b' AND NOT EXISTS (SELECT FROM pg_type e WHERE e.typarray = t.oid)"
                    + " OR t.typtype = 'p')"));
  }

  private CatalogQuery functions() {
    return CatalogQuery.of(
            FUNCTION, "n.q || '.' || quote_ident(p.proname) || '(' || types.list || ')'")
        .node("pg_proc", "p.oid", "0")
        .with(
            "kind", "CASE p.prokind WHEN 'p' THEN 'procedure' WHEN 'w' THEN 'window function' END")
        .with("definition", "pg_get_functiondef(p.oid)")
        .with("owner", "quote_ident(pg_get_userbyid(p.proowner))")
        .with("privileges", Acl.sql("p.proacl", "p.proowner", Acl.born(FUNCTION, major)))
        .with("comment", RelationQueries.comment("pg_proc", "p.oid"))
        .from(routines("p.prokind IN ('f', 'p', 'w')"));
  }

  private static String routines(String where) {
    return """
    FROM pg_proc p JOIN ns n ON n.oid = p.pronamespace, LATERAL (SELECT coalesce(string_agg(
        format_type(a.type, NULL), ', ' ORDER BY a.position), '') AS list
        FROM unnest(p.proargtypes) WITH ORDINALITY a(type, position)) types
    WHERE %s AND %s\
    """
        .formatted(where, notOwned("pg_proc", "p.oid"));
  }

  private CatalogQuery aggregates() {
    String definition =
        """
        concat_ws(E',\\n', 'sfunc = ' || %s, 'stype = ' || format_type(g.aggtranstype, NULL),
          'sspace = ' || nullif(g.aggtransspace, 0), 'finalfunc = ' || %s,
          CASE WHEN g.aggfinalextra THEN 'finalfunc_extra' END,
          CASE WHEN g.aggfinalfn <> 0 THEN 'finalfunc_modify = ' || CASE g.aggfinalmodify WHEN 'r' THEN 'read_only'
            WHEN 's' THEN 'shareable' ELSE 'read_write' END END,
          'combinefunc = ' || %s, 'serialfunc = ' || %s, 'deserialfunc = ' || %s,
          'initcond = ' || quote_literal(g.agginitval),
          'msfunc = ' || %s, 'minvfunc = ' || %s,
          CASE WHEN g.aggmtranstype <> 0 THEN 'mstype = ' || format_type(g.aggmtranstype, NULL) END,
          'msspace = ' || nullif(g.aggmtransspace, 0), 'mfinalfunc = ' || %s,
          CASE WHEN g.aggmfinalextra THEN 'mfinalfunc_extra' END,
          CASE WHEN g.aggmfinalfn <> 0 THEN 'mfinalfunc_modify = ' || CASE g.aggmfinalmodify WHEN 'r' THEN 'read_only'
            WHEN 's' THEN 'shareable' ELSE 'read_write' END END,
          'minitcond = ' || quote_literal(g.aggminitval),
          'sortop = OPERATOR(' || (SELECT quote_ident(on_.nspname) || '.' || s.oprname FROM pg_operator s
            JOIN pg_namespace on_ ON on_.oid = s.oprnamespace WHERE s.oid = g.aggsortop) || ')',
          CASE WHEN p.proparallel <> 'u' THEN 'parallel = ' || CASE p.proparallel WHEN 's' THEN 'safe'
            ELSE 'restricted' END END,
          CASE WHEN g.aggkind = 'h' THEN 'hypothetical' END)\
        """
            .formatted(
                procedure("g.aggtransfn"),
                procedure("g.aggfinalfn"),
                procedure("g.aggcombinefn"),
                procedure("g.aggserialfn"),
                procedure("g.aggdeserialfn"),
                procedure("g.aggmtransfn"),
                procedure("g.aggminvtransfn"),
                procedure("g.aggmfinalfn"));
    return CatalogQuery.of(
            AGGREGATE, "n.q || '.' || quote_ident(p.proname) || '(' || types.list || ')'")
        .node("pg_proc", "p.oid", "0")
        .with("arguments", "coalesce(nullif(pg_get_function_arguments(p.oid), ''), '*')")
        .with("definition", definition)
        .with("owner", "quote_ident(pg_get_userbyid(p.proowner))")
        .with("privileges", Acl.sql("p.proacl", "p.proowner", Acl.born(AGGREGATE, major)))
        .with("comment", RelationQueries.comment("pg_proc", "p.oid"))
        .from(
            routines("p.prokind = 'a'")
                .replace(
                    "FROM pg_proc p", "FROM pg_aggregate g JOIN pg_proc p ON p.oid = g.aggfnoid"));
  }

  private CatalogQuery operators() {
    String definition =
        """
        concat_ws(E',\\n', 'FUNCTION = ' || %s, CASE WHEN p.oprleft <> 0 THEN 'LEFTARG = ' || format_type(p.oprleft, NULL) END,
          'RIGHTARG = ' || format_type(p.oprright, NULL),
          'COMMUTATOR = OPERATOR(' || (SELECT quote_ident(cn.nspname) || '.' || c.oprname FROM pg_operator c
            JOIN pg_namespace cn ON cn.oid = c.oprnamespace WHERE c.oid = p.oprcom) || ')',
          'NEGATOR = OPERATOR(' || (SELECT quote_ident(cn.nspname) || '.' || c.oprname FROM pg_operator c
            JOIN pg_namespace cn ON cn.oid = c.oprnamespace WHERE c.oid = p.oprnegate) || ')',
          'RESTRICT = ' || %s, 'JOIN = ' || %s,
          CASE WHEN p.oprcanhash THEN 'HASHES' END, CASE WHEN p.oprcanmerge THEN 'MERGES' END)\
        """
            .formatted(procedure("p.oprcode"), procedure("p.oprrest"), procedure("p.oprjoin"));
    return CatalogQuery.of(
            OPERATOR,
            "n.q || '.' || p.oprname || ' (' || CASE WHEN p.oprleft = 0 THEN 'NONE' ELSE"
                + " format_type(p.oprleft, NULL) END || ', ' || format_type(p.oprright, NULL) ||"
                + " ')'")
        .node("pg_operator", "p.oid", "0")
        .with("definition", definition)
        .with("owner", "quote_ident(pg_get_userbyid(p.oprowner))")
        .with("comment", RelationQueries.comment("pg_operator", "p.oid"))
        .from(
            "FROM pg_operator p JOIN ns n ON n.oid = p.oprnamespace WHERE p.oprcode <> 0 AND "
                + notOwned("pg_operator", "p.oid"));
  }

  private static String members(String condition, boolean operators) {
    return operators
        ? """
        (SELECT string_agg('OPERATOR ' || a.amopstrategy || ' ' || a.amopopr::regoperator
            || CASE WHEN a.amoppurpose = 'o' THEN ' FOR ORDER BY ' || (SELECT quote_ident(fn.nspname) || '.' ||
              quote_ident(f2.opfname) FROM pg_opfamily f2 JOIN pg_namespace fn ON fn.oid = f2.opfnamespace
              WHERE f2.oid = a.amopsortfamily) ELSE '' END,
            E',\\n' ORDER BY a.amopstrategy, a.amopopr::regoperator::text COLLATE "C") FROM pg_amop a
          LEFT JOIN pg_depend d ON d.classid = 'pg_amop'::regclass AND d.objid = a.oid AND d.deptype = 'i'
            AND d.refclassid = 'pg_opclass'::regclass WHERE %s)\
        """
            .formatted(condition.formatted("a.amopfamily"))
        : """
        (SELECT string_agg('FUNCTION ' || a.amprocnum || ' (' || format_type(a.amproclefttype, NULL) || ', '
            || format_type(a.amprocrighttype, NULL) || ') ' || a.amproc::regprocedure,
            E',\\n' ORDER BY a.amprocnum, a.amproc::regprocedure::text COLLATE "C") FROM pg_amproc a
          LEFT JOIN pg_depend d ON d.classid = 'pg_amproc'::regclass AND d.objid = a.oid AND d.deptype = 'i'
            AND d.refclassid = 'pg_opclass'::regclass WHERE %s)\
        """
            .formatted(condition.formatted("a.amprocfamily"));
  }

  private CatalogQuery operatorFamilies() {
    String loose = "%s = f.oid AND d.objid IS NULL";
    return CatalogQuery.of(
            OPERATOR_FAMILY,
            "n.q || '.' || quote_ident(f.opfname) || ' USING ' || quote_ident(m.amname)")
        .node("pg_opfamily", "f.oid", "0")
        .with("operators", members(loose, true))
        .with("functions", members(loose, false))
        .with("owner", "quote_ident(pg_get_userbyid(f.opfowner))")
        .with("comment", RelationQueries.comment("pg_opfamily", "f.oid"))
        .from(
            "FROM pg_opfamily f JOIN ns n ON n.oid = f.opfnamespace JOIN pg_am m ON m.oid ="
                + " f.opfmethod WHERE "
                + notOwned("pg_opfamily", "f.oid"));
  }

  private CatalogQuery operatorClasses() {
    String ours = "%s = c.opcfamily AND d.refobjid = c.oid";
    return CatalogQuery.of(
            OPERATOR_CLASS,
            "n.q || '.' || quote_ident(c.opcname) || ' USING ' || quote_ident(m.amname)")
        .node("pg_opclass", "c.oid", "0")
        .flag("default", "c.opcdefault")
        .with("type", "format_type(c.opcintype, NULL)")
        .with(
            "family",
            "(SELECT quote_ident(fn.nspname) || '.' || quote_ident(f.opfname) FROM pg_opfamily f"
                + " JOIN pg_namespace fn ON fn.oid = f.opfnamespace WHERE f.oid = c.opcfamily)")
        .with("storage", "CASE WHEN c.opckeytype <> 0 THEN format_type(c.opckeytype, NULL) END")
        .with("operators", members(ours, true))
        .with("functions", members(ours, false))
        .with("owner", "quote_ident(pg_get_userbyid(c.opcowner))")
        .with("comment", RelationQueries.comment("pg_opclass", "c.oid"))
        .from(
            "FROM pg_opclass c JOIN ns n ON n.oid = c.opcnamespace JOIN pg_am m ON m.oid ="
                + " c.opcmethod WHERE "
                + notOwned("pg_opclass", "c.oid"));
  }
}
