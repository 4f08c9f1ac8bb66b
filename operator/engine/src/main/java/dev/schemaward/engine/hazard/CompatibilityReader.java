package dev.schemaward.engine.hazard;

import dev.schemaward.engine.hazard.Compatibility.Change;
import dev.schemaward.engine.hazard.Compatibility.Verdict;
import dev.schemaward.engine.sql.Name;
import dev.schemaward.engine.sql.command.ColumnDefinition;
import dev.schemaward.engine.sql.command.ColumnDefinition.Generated;
import dev.schemaward.engine.sql.command.Command;
import dev.schemaward.engine.sql.command.ConstraintDefinition;
import dev.schemaward.engine.sql.command.ConstraintDefinition.Kind;
import dev.schemaward.engine.sql.command.TableChange;
import java.util.List;

/** What one statement means to code that was written before it. */
final class CompatibilityReader {
  private static final String STOP_USING =
      "deploy code that does not use it; then run this migration";

  private final Step step;
  private final List<Change> changes;

  CompatibilityReader(Step step, List<Change> changes) {
    this.step = step;
    this.changes = changes;
  }

  void read() {
    switch (step.command()) {
      case Command.AlterTable alter -> {
        if (!step.schema().isNew(alter.name())) {
          alter.changes().forEach(change -> change(alter, change));
        }
      }
      case Command.Drop drop -> drop(drop);
      case Command.Truncate truncate ->
          truncate.tables().stream()
              .filter(t -> !step.schema().isNew(t))
              .forEach(
                  t ->
                      add(
                          Verdict.BREAKS,
                          "deletes every row of " + t,
                          "deploy code that does not need the rows; then run this migration"));
      case Command.Write write -> {
        if (write.verb().equals("DELETE")
            && !write.where()
            && !step.schema().isNew(write.table())) {
          add(
              Verdict.BREAKS,
              "deletes every row of " + write.table(),
              "deploy code that does not need the rows; then run this migration");
        }
      }
      case Command.CreateIndex index -> {
        if (index.unique() && !step.schema().isNew(index.table())) {
          tightens("refuses rows of " + index.table() + " that are equal");
        }
      }
      case Command.AlterDomain domain -> {
        if (!domain.action().equals("OTHER")) {
          tightens("refuses values of domain " + domain.name());
        }
      }
      case Command.AlterType type -> {
        if (type.action().equals("RENAME VALUE") || type.action().equals("RENAME TO")) {
          add(
              Verdict.BREAKS,
              "renames type " + type.name() + " or a label of it",
              "expand: add the new name; deploy code that takes both; contract: retire the old");
        } else if (type.action().equals("ADD VALUE")) {
          add(
              Verdict.TIGHTENS,
              "adds a label to " + type.name() + ": code that reads it and does not know it fails",
              "deploy code that can read the label before code that writes it");
        }
      }
      case Command.RenameSchema rename ->
          add(
              Verdict.BREAKS,
              "renames schema " + rename.schema(),
              "expand: views under the new name; deploy code that uses them; contract: rename");
      case Command.Security security -> {
        if (!security.what().equals("GRANT")) {
          add(
              Verdict.UNKNOWN,
              "changes who may do what (" + security.what() + ")",
              "check that the application's role keeps what it needs");
        }
      }
      case Command.Code code -> unknown("runs code (" + code.what() + ")");
      case Command.Unknown unknown -> unknown("is a statement (" + unknown.what() + ")");
      case Command.CreateTrigger trigger -> {
        if (trigger.table() != null && !step.schema().isNew(trigger.table())) {
          unknown("runs trigger " + trigger.name() + " with every write to " + trigger.table());
        }
      }
      default -> {
        // code does not notice
      }
    }
  }

  private void add(Verdict verdict, String what, String proposal) {
    changes.add(
        new Change(
            verdict,
            step.migration().name(),
            step.statement().index(),
            step.statement().line(),
            what,
            proposal));
  }

  private void tightens(String what) {
    add(
        Verdict.TIGHTENS,
        what,
        "deploy code that never writes such values; then run this migration");
  }

  private void unknown(String what) {
    add(
        Verdict.UNKNOWN,
        what,
        "read it, and say whether code that is deployed now can live with it");
  }

  private void drop(Command.Drop drop) {
    boolean noticed =
        !drop.kind().equals("INDEX") && !drop.kind().startsWith("TRIGGER") && drop.on() == null;
    for (Name name : drop.names()) {
      boolean absent =
          drop.ifExists() && drop.kind().equals("TABLE") && step.schema().isAbsent(name);
      if (noticed && !step.schema().isNew(name) && !absent) {
        add(
            Verdict.BREAKS,
            "drops " + drop.kind().toLowerCase(java.util.Locale.ROOT) + " " + name,
            STOP_USING);
      }
    }
  }

  private void change(Command.AlterTable alter, TableChange change) {
    Name table = alter.name();
    switch (change) {
      case TableChange.DropColumn drop ->
          add(Verdict.BREAKS, "drops column " + drop.column() + " of " + table, STOP_USING);
      case TableChange.RenameTo to -> {
        if (alter.kind().endsWith("TABLE") || alter.kind().endsWith("VIEW")) {
          add(
              Verdict.BREAKS,
              "renames " + table + " to " + to.newName(),
              "expand: rename it and leave an updatable view under the old name, in one"
                  + " transaction; deploy code that uses the new name; contract: drop the view");
        }
      }
      case TableChange.RenameColumn to ->
          add(
              Verdict.BREAKS,
              "renames column " + to.column() + " of " + table + " to " + to.newName(),
              "expand: add "
                  + to.newName()
                  + ", keep both equal by a trigger, fill it in batches; deploy code that uses it;"
                  + " contract: drop "
                  + to.column());
      case TableChange.SetSchema to ->
          add(
              Verdict.BREAKS,
              "moves " + table + " to schema " + to.schema(),
              "expand: move it and leave a view in the old schema; deploy; contract: drop the"
                  + " view");
      case TableChange.AlterType type -> type(table, type);
      case TableChange.AddColumn add -> addColumn(table, add.column());
      case TableChange.SetNotNull set -> tightens("refuses NULL in " + table + "." + set.column());
      case TableChange.DropNotNull drop ->
          add(
              Verdict.TIGHTENS,
              "lets NULL into " + table + "." + drop.column() + ": code that reads it may fail",
              "deploy code that can read NULL there; then run this migration");
      case TableChange.DropDefault drop ->
          tightens("gives " + table + "." + drop.column() + " no default any more");
      case TableChange.AddConstraint add -> constraint(table, add.constraint());
      case TableChange.RowSecurity security ->
          add(
              Verdict.UNKNOWN,
              "changes which rows of " + table + " are seen",
              "check that policies show the application what it needs");
      case TableChange.OwnerTo owner ->
          add(
              Verdict.UNKNOWN,
              "gives " + table + " to " + owner.role(),
              "check that the application's role keeps what it needs");
      case TableChange.Unknown other -> unknown("changes " + table);
      default -> {
        // code does not notice
      }
    }
  }

  private void type(Name table, TableChange.AlterType type) {
    String what = "changes the type of " + table + "." + type.column() + " to " + type.type();
    switch (TypeRules.kind(step, table, type)) {
      case METADATA -> {
        // the same values
      }
      case NARROWING -> tightens(what + ", which takes fewer values");
      default ->
          add(
              Verdict.BREAKS,
              what + ": code that reads or writes the old type may fail",
              "expand: add a column of the new type, keep both equal by a trigger, fill it in"
                  + " batches; deploy code that uses it; contract: drop the old one");
    }
  }

  private void addColumn(Name table, ColumnDefinition column) {
    boolean filled =
        column.defaultExpression() != null
            || column.type().serial()
            || column.generated() != Generated.NO;
    if ((column.has(Kind.NOT_NULL) || column.has(Kind.PRIMARY_KEY)) && !filled) {
      add(
          Verdict.BREAKS,
          "adds "
              + table
              + "."
              + column.name()
              + ", which old code does not fill and must not be"
              + " NULL",
          "expand: add it nullable, or with a default; deploy code that fills it; contract: make it"
              + " NOT NULL");
    }
  }

  private void constraint(Name table, ConstraintDefinition constraint) {
    boolean sameRows = constraint.usingIndex() != null || constraint.notEnforced();
    if (!sameRows) {
      tightens(
          switch (constraint.kind()) {
            case CHECK ->
                "refuses rows of " + table + " that fail CHECK (" + constraint.expression() + ")";
            case FOREIGN_KEY ->
                "refuses rows of " + table + " that " + constraint.references() + " does not have";
            case NOT_NULL -> "refuses NULL in " + table + "." + constraint.columns().getFirst();
            case UNIQUE, PRIMARY_KEY -> "refuses rows of " + table + " that are equal";
            case EXCLUDE -> "refuses rows of " + table + " that exclude each other";
          });
    }
  }
}
