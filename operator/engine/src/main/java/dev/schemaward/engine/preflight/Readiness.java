package dev.schemaward.engine.preflight;

import dev.schemaward.engine.connect.Session;
import dev.schemaward.engine.connect.Sql;
import dev.schemaward.engine.hazard.Finding;
import dev.schemaward.engine.hazard.HazardClass;
import dev.schemaward.engine.hazard.Severity;
import dev.schemaward.engine.sql.Name;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Whether the live database is ready for a plan, apart from its rows: does the role own what it is
 * to change, is there room for one more connection, how far are the integer keys.
 */
public final class Readiness {
  /** Connections that should be free: the run takes two, and somebody must be able to look. */
  private static final int FREE = 4;

  private Readiness() {}

  /**
   * Findings about the database as a whole; they name no migration.
   *
   * @param changed tables that the plan changes and that only their owner may change
   * @throws SQLException when the catalogue cannot be read
   */
  public static List<Finding> findings(Session session, List<Name> changed) throws SQLException {
    List<Finding> findings = new ArrayList<>();
    owners(session, changed, findings);
    connections(session, findings);
    keys(session, findings);
    return findings;
  }

  private static void owners(Session session, List<Name> changed, List<Finding> findings)
      throws SQLException {
    for (Name table : changed) {
      Optional<String[]> found =
          session.firstRow(
              "SELECT pg_get_userbyid(relowner), pg_has_role(relowner, 'USAGE'), current_user FROM"
                  + " pg_class WHERE oid = to_regclass("
                  + Sql.literal(table.sql())
                  + ")");
      String[] owner = found.orElse(null);
      if (owner != null && owner[1].equals("f")) {
        findings.add(
            finding(
                "not-owner",
                Severity.BLOCK,
                HazardClass.SECURITY,
                "will fail: "
                    + table
                    + " belongs to "
                    + owner[0]
                    + ", and "
                    + owner[2]
                    + " is no member of that role (42501)",
                "run as the owner, or GRANT "
                    + Name.quoted(owner[0])
                    + " TO "
                    + Name.quoted(owner[2])));
      }
    }
  }

  private static void connections(Session session, List<Finding> findings) throws SQLException {
    long free =
        Long.parseLong(
            session
                .row(
                    "SELECT current_setting('max_connections')::int -"
                        + " current_setting('superuser_reserved_connections')::int - count(*) FROM"
                        + " pg_stat_activity WHERE backend_type = 'client backend'")[0]);
    if (free < FREE) {
      findings.add(
          finding(
              "few-connection-slots",
              Severity.WARN,
              HazardClass.LOCK,
              "only " + Math.max(0, free) + " connections are free: the run may be refused (53300)",
              "close idle connections, or raise max_connections"));
    }
  }

  private static void keys(Session session, List<Finding> findings) throws SQLException {
    for (String[] key :
        session.rows(
            "SELECT format('%s.%s', n.nspname, c.relname), a.attname, (100.0 * s.last_value /"
                + " m.most)::int, m.most FROM pg_depend d JOIN pg_class q ON q.oid = d.objid AND"
                + " q.relkind = 'S' JOIN pg_namespace qn ON qn.oid = q.relnamespace JOIN"
                + " pg_sequences s ON s.schemaname = qn.nspname AND s.sequencename = q.relname JOIN"
                + " pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid JOIN"
                + " pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace"
                + " CROSS JOIN LATERAL (SELECT least(s.max_value, CASE a.atttypid WHEN 21 THEN"
                + " 32767 WHEN 23 THEN 2147483647 ELSE s.max_value END) AS most) AS m WHERE"
                + " d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND"
                + " d.deptype IN ('a', 'i') AND s.last_value > m.most * 0.5 ORDER BY 3 DESC, 1, 2"
                + " LIMIT 20")) {
      int used = Integer.parseInt(key[2]);
      findings.add(
          finding(
              "pk-int32-exhaustion",
              used >= 80 ? Severity.WARN : Severity.INFORM,
              HazardClass.DATA,
              key[0] + "." + key[1] + " has used " + used + " % of its numbers (to " + key[3] + ")",
              "plan the move to bigint now: a new column, filled in batches"));
    }
  }

  private static Finding finding(
      String rule, Severity severity, HazardClass hazardClass, String message, String saferWay) {
    return new Finding(rule, severity, hazardClass, "", 0, 0, message, saferWay, null);
  }
}
