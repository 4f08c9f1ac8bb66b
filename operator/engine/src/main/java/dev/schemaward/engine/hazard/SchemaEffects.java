package dev.schemaward.engine.hazard;

import dev.schemaward.engine.sql.Name;
import dev.schemaward.engine.sql.StatementKind.Execution;
import dev.schemaward.engine.sql.command.ColumnDefinition;
import dev.schemaward.engine.sql.command.Command;
import dev.schemaward.engine.sql.command.ConstraintDefinition.Kind;
import dev.schemaward.engine.sql.command.TableChange;
import java.util.Set;

/** Moves a {@link PlanSchema} on: what a statement, once it ran, has made of the schema. */
final class SchemaEffects {
  /** What shares a name space with tables. */
  private static final Set<String> RELATIONS =
      Set.of("TABLE", "FOREIGN TABLE", "VIEW", "MATERIALIZED VIEW", "SEQUENCE", "TYPE", "DOMAIN");

  private SchemaEffects() {}

  /** Applies what the statement did. */
  static void apply(Step step) {
    PlanSchema schema = step.schema();
    Execution execution = step.statement().kind().execution();
    boolean savepoint = step.statement().text().regionMatches(true, 0, "rollback", 0, 8);
    if (execution == Execution.ROLLBACK || (execution == Execution.SAVEPOINT && savepoint)) {
      schema.forgetCreated();
    }
    switch (step.command()) {
      case Command.CreateTable create -> create(step, create);
      case Command.CreateView view -> {
        if (!view.replace()) {
          schema.create(view.name());
        }
      }
      case Command.CreateSequence sequence -> schema.create(sequence.name());
      case Command.CreateSchema made -> {
        if (!made.ifNotExists()) {
          schema.createSchema(made.name());
        }
      }
      case Command.CreateType type -> schema.create(type.name());
      case Command.CreateDomain domain -> {
        schema.create(domain.name());
        schema.addDomain(domain.name(), domain.constrained());
      }
      case Command.CreateIndex index ->
          schema.addIndex(
              index.table(), index.name(), index.unique(), index.partial(), index.columns());
      case Command.Drop drop -> {
        for (Name name : drop.names()) {
          if (drop.kind().equals("INDEX")) {
            schema.dropIndex(name);
          } else if (RELATIONS.contains(drop.kind())) {
            schema.drop(name);
          }
        }
      }
      case Command.Write write -> schema.write(write.table());
      case Command.AlterTable alter -> {
        for (TableChange change : alter.changes()) {
          change(step, alter, change);
        }
      }
      case Command.SetParameter set -> {
        if (set.parameter().equals("search_path")
            || set.parameter().equals("all")
            || set.parameter().equals("role")) {
          schema.changeSearchPath();
        }
      }
      case Command.Query query -> {
        if (query.functions().contains("set_config")) {
          schema.changeSearchPath();
        }
      }
      default -> {
        // the schema stays as it is, or nobody can tell
      }
    }
  }

  private static void create(Step step, Command.CreateTable create) {
    PlanSchema schema = step.schema();
    // IF NOT EXISTS may find it there: only a catalogue tells.
    if (create.ifNotExists() && (!schema.known() || schema.live(create.name()) != null)) {
      return;
    }
    schema.create(create.name());
    if (create.partitioned()) {
      schema.markPartitioned(create.name());
    }
    if (create.partitionOf() != null) {
      schema.attach(create.name(), create.partitionOf());
    }
    for (ColumnDefinition column : create.columns()) {
      addColumn(step, create.name(), column);
    }
    create.constraints().forEach(c -> schema.add(create.name(), c, step.transaction().number()));
  }

  private static void addColumn(Step step, Name table, ColumnDefinition column) {
    step.schema().setType(table, column.name(), column.type());
    step.schema().addColumn(table, column.name());
    if (column.has(Kind.NOT_NULL) || column.has(Kind.PRIMARY_KEY)) {
      step.schema().setNotNull(table, column.name());
    }
    column.constraints().stream()
        .filter(c -> c.kind() != Kind.NOT_NULL)
        .forEach(c -> step.schema().add(table, c, step.transaction().number()));
  }

  private static void change(Step step, Command.AlterTable alter, TableChange change) {
    PlanSchema schema = step.schema();
    Name table = alter.name();
    switch (change) {
      case TableChange.AddColumn add -> addColumn(step, table, add.column());
      case TableChange.AlterType type -> schema.setType(table, type.column(), type.type());
      case TableChange.SetNotNull set -> schema.setNotNull(table, set.column());
      case TableChange.DropNotNull drop -> schema.dropNotNull(table, drop.column());
      case TableChange.AddConstraint add -> {
        schema.add(table, add.constraint(), step.transaction().number());
        if (add.constraint().kind() == Kind.PRIMARY_KEY) {
          add.constraint().columns().forEach(c -> schema.setNotNull(table, c));
        }
      }
      case TableChange.ValidateConstraint validate -> schema.validate(table, validate.constraint());
      case TableChange.DropConstraint drop -> schema.dropConstraint(table, drop.constraint());
      case TableChange.RenameTo rename -> schema.rename(table, table.sibling(rename.newName()));
      case TableChange.SetSchema set -> schema.rename(table, new Name(set.schema(), table.name()));
      case TableChange.AttachPartition attach -> schema.attach(attach.partition(), table);
      case TableChange.DetachPartition detach -> schema.detach(detach.partition());
      default -> {
        // nothing that later statements are judged by
      }
    }
  }
}
