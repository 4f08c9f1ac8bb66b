package dev.schemaward.engine.drift;

import java.util.ArrayList;
import java.util.List;

/**
 * The query for one kind of object: one row an object, one column an attribute. Built so that the
 * queries of all kinds can be the branches of one UNION ALL, read in one pass from one snapshot.
 */
final class CatalogQuery {
  private final ObjectKind kind;
  private final String identity;
  private final List<String> names = new ArrayList<>();
  private final List<String> expressions = new ArrayList<>();
  private String parent = "NULL";
  private String node = "NULL";
  private String from;

  private CatalogQuery(ObjectKind kind, String identity) {
    this.kind = kind;
    this.identity = identity;
  }

  static CatalogQuery of(ObjectKind kind, String identity) {
    return new CatalogQuery(kind, identity);
  }

  CatalogQuery parent(String expression) {
    parent = expression;
    return this;
  }

  /**
   * Under which address {@code pg_depend} knows the object.
   *
   * @param catalog where its row is
   * @param oid SQL for the row's OID
   * @param column SQL for the number of a column; 0 for the object as a whole
   */
  CatalogQuery node(String catalog, String oid, String column) {
    node = "'" + catalog + "'::regclass::oid || '.' || " + oid + " || '.' || " + column;
    return this;
  }

  /** An attribute and the SQL that gives it as text; NULL when it has its default. */
  CatalogQuery with(String name, String expression) {
    names.add(name);
    expressions.add(expression);
    return this;
  }

  /** An attribute that is there when {@code condition} holds. */
  CatalogQuery flag(String name, String condition) {
    return with(name, "CASE WHEN " + condition + " THEN 'true' END");
  }

  /** An attribute, from {@code version} on. */
  CatalogQuery since(boolean supported, String name, String expression) {
    return supported ? with(name, expression) : this;
  }

  /** FROM and WHERE. */
  CatalogQuery from(String clause) {
    from = clause;
    return this;
  }

  ObjectKind kind() {
    return kind;
  }

  List<String> names() {
    return names;
  }

  /**
   * A SELECT of branch number, identity, parent, address if wanted, and {@code width} attributes.
   */
  String select(int branch, int width, boolean withNodes) {
    StringBuilder sql = new StringBuilder("SELECT ").append(branch).append("::int4, (");
    sql.append(identity).append(")::text, (").append(parent).append(")::text, (");
    sql.append(withNodes ? node : "NULL").append(")::text");
    for (String expression : expressions) {
      sql.append(",\n  (").append(expression).append(")::text");
    }
    sql.append(", NULL::text".repeat(width - expressions.size()));
    return sql.append("\n").append(from).toString();
  }
}
