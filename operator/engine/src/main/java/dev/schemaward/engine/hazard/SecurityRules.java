package dev.schemaward.engine.hazard;

import dev.schemaward.engine.sql.command.Command;
import dev.schemaward.engine.sql.command.TableChange;
import java.util.List;

/** Who may see or change what. */
final class SecurityRules {
  private static final String ID = "security-change";

  static final List<Rule> RULES =
      List.of(
          Rule.on(
              ID,
              Severity.WARN,
              HazardClass.SECURITY,
              Command.Security.class,
              (step, security, report) ->
                  report.add(
                      null, "changes who may see or change what (" + security.what() + ")", null)),
          Rule.onChange(
              ID,
              Severity.WARN,
              HazardClass.SECURITY,
              TableChange.RowSecurity.class,
              (step, alter, change, report) ->
                  report.add(
                      alter.name(),
                      change.form().startsWith("ENABLE") || change.form().startsWith("FORCE")
                          ? "hides every row of "
                              + alter.name()
                              + " that no policy shows, from all but its owner"
                          : "shows every row of " + alter.name() + " to all who may read it",
                      null)),
          Rule.onChange(
              ID,
              Severity.WARN,
              HazardClass.SECURITY,
              TableChange.OwnerTo.class,
              (step, alter, change, report) ->
                  report.add(
                      alter.name(),
                      "gives "
                          + alter.name()
                          + " to "
                          + change.role()
                          + ": the owner before can no longer change it",
                      null)),
          Rule.on(
              ID,
              Severity.WARN,
              HazardClass.SECURITY,
              Command.AlterType.class,
              (step, alter, report) -> {
                if (alter.action().equals("OWNER TO")) {
                  report.add(alter.name(), "gives type " + alter.name() + " to another role", null);
                }
              }),
          Rule.on(
              ID,
              Severity.WARN,
              HazardClass.SECURITY,
              Command.CreateFunction.class,
              (step, function, report) -> {
                if (function.securityDefiner()) {
                  report.add(
                      null,
                      "lets everybody who may call "
                          + function.name()
                          + " act with its owner's rights"
                          + (function.searchPath()
                              ? ""
                              : ", and with any object that the caller's search_path puts first"),
                      function.searchPath()
                          ? null
                          : "add SET search_path = pg_catalog, pg_temp, and qualify every name in"
                              + " it");
                }
              }));

  private SecurityRules() {}
}
