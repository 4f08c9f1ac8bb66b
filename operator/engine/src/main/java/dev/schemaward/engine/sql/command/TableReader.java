package dev.schemaward.engine.sql.command;

import dev.schemaward.engine.sql.Name;
import dev.schemaward.engine.sql.TokenReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Reads CREATE TABLE and ALTER TABLE behind their first words. */
final class TableReader {
  private final TokenReader in;
  private final ColumnReader columns;

  TableReader(TokenReader in) {
    this.in = in;
    this.columns = new ColumnReader(in);
  }

  /** Behind {@code CREATE … TABLE}. */
  Command create(boolean temporary) {
    boolean ifNotExists = in.take("IF", "NOT", "EXISTS");
    Name name = in.name();
    if (name == null) {
      return new Command.Unknown("CREATE TABLE");
    }
    Name partitionOf = null;
    if (in.take("PARTITION", "OF")) {
      partitionOf = in.name();
    } else if (in.take("OF")) {
      in.name();
    }
    List<ColumnDefinition> definitions = new ArrayList<>();
    List<ConstraintDefinition> constraints = new ArrayList<>();
    if (in.takeSymbol('(')) {
      while (!in.atEnd() && !in.seesSymbol(')')) {
        ConstraintDefinition constraint = columns.tableConstraint();
        if (constraint != null) {
          constraints.add(constraint);
        } else if (in.take("LIKE")) {
          in.element();
        } else {
          ColumnDefinition column = columns.column();
          if (column != null) {
            definitions.add(column);
          }
        }
        in.element();
        in.takeSymbol(',');
      }
      in.takeSymbol(')');
    }
    String bounds = null;
    List<Name> inherits = List.of();
    boolean partitioned = false;
    if (partitionOf != null) {
      bounds = in.element("PARTITION", "WITH", "TABLESPACE", "USING");
    }
    boolean filled = false;
    while (!in.atEnd()) {
      if (in.take("INHERITS")) {
        in.takeSymbol('(');
        inherits = in.names();
        in.takeSymbol(')');
      } else if (in.take("PARTITION", "BY")) {
        partitioned = true;
      } else if (in.take("AS")) {
        filled = !in.rest().toUpperCase(Locale.ROOT).endsWith("WITH NO DATA");
      } else {
        in.skipBalanced();
      }
    }
    return new Command.CreateTable(
        name,
        ifNotExists,
        temporary,
        partitionOf,
        bounds,
        definitions,
        constraints,
        inherits,
        partitioned,
        filled);
  }

  /** Behind {@code ALTER TABLE} or another kind of relation. */
  Command alter(String kind) {
    if (in.take("ALL", "IN", "TABLESPACE")) {
      in.rest();
      return new Command.Unknown("ALTER " + kind + " ALL IN TABLESPACE");
    }
    boolean ifExists = in.take("IF", "EXISTS");
    boolean only = in.take("ONLY");
    Name name = in.name();
    if (name == null) {
      return new Command.Unknown("ALTER " + kind);
    }
    in.takeSymbol('*');
    List<TableChange> changes = new ArrayList<>();
    do {
      int mark = in.mark();
      TableChange change = change();
      if (change == null) {
        in.reset(mark);
        change = new TableChange.Unknown(in.element());
      } else {
        // what an action says further changes nothing that is judged
        in.element();
      }
      changes.add(change);
    } while (in.takeSymbol(','));
    if (!in.atEnd()) {
      changes.add(new TableChange.Unknown(in.rest()));
    }
    return new Command.AlterTable(kind, name, ifExists, only, changes);
  }

  private TableChange change() {
    return switch (in.peekWord()) {
      case "ADD" -> {
        in.skip();
        yield add();
      }
      case "DROP" -> {
        in.skip();
        yield drop();
      }
      case "ALTER" -> {
        in.skip();
        yield alterColumn();
      }
      case "RENAME" -> {
        in.skip();
        yield rename();
      }
      case "SET" -> {
        in.skip();
        yield set();
      }
      case "VALIDATE" -> {
        in.skip();
        in.take("CONSTRAINT");
        yield new TableChange.ValidateConstraint(in.identifier());
      }
      case "OWNER" -> {
        in.skip();
        in.take("TO");
        yield new TableChange.OwnerTo(in.identifier());
      }
      case "ENABLE", "DISABLE", "FORCE", "NO" -> toggle();
      case "ATTACH" -> {
        in.skip();
        boolean table = in.take("PARTITION");
        Name partition = in.name();
        yield table && !in.atEnd()
            ? new TableChange.AttachPartition(partition, in.element())
            : new TableChange.Minor("ATTACH PARTITION of an index", true);
      }
      case "DETACH" -> {
        in.skip();
        in.take("PARTITION");
        Name partition = in.name();
        yield new TableChange.DetachPartition(
            partition, in.take("CONCURRENTLY"), in.take("FINALIZE"));
      }
      case "RESET", "CLUSTER" -> {
        String form = in.next().toUpperCase(Locale.ROOT);
        yield new TableChange.Minor(form.equals("RESET") ? "RESET options" : "CLUSTER ON", false);
      }
      case "REPLICA" -> minor("REPLICA IDENTITY");
      case "INHERIT" -> minor("INHERIT");
      case "OF" -> minor("OF");
      case "NOT" -> minor("NOT OF");
      case "OPTIONS" -> minor("OPTIONS");
      case "DEPENDS" -> minor("DEPENDS ON EXTENSION");
      default -> null;
    };
  }

  private static TableChange minor(String form) {
    return new TableChange.Minor(form, true);
  }

  private TableChange add() {
    ConstraintDefinition constraint = columns.tableConstraint();
    if (constraint != null) {
      return new TableChange.AddConstraint(constraint);
    }
    in.take("COLUMN");
    boolean ifNotExists = in.take("IF", "NOT", "EXISTS");
    ColumnDefinition column = columns.column();
    return column == null ? null : new TableChange.AddColumn(column, ifNotExists);
  }

  private TableChange drop() {
    boolean constraint = in.take("CONSTRAINT");
    if (!constraint) {
      in.take("COLUMN");
    }
    boolean ifExists = in.take("IF", "EXISTS");
    String name = in.identifier();
    boolean cascade = in.take("CASCADE");
    if (name == null) {
      return null;
    }
    return constraint
        ? new TableChange.DropConstraint(name, ifExists, cascade)
        : new TableChange.DropColumn(name, ifExists, cascade);
  }

  private TableChange alterColumn() {
    if (in.take("CONSTRAINT")) {
      String name = in.identifier();
      return new TableChange.AlterConstraint(name, in.sees("ENFORCED"));
    }
    in.take("COLUMN");
    String column = in.identifier();
    if (column == null) {
      return in.element().isEmpty() ? null : new TableChange.Minor("SET STATISTICS", false);
    }
    if (in.take("SET", "DATA", "TYPE") || in.take("TYPE")) {
      String typeText = in.element("COLLATE", "USING");
      String collation = in.take("COLLATE") ? in.name().sql() : null;
      String using = in.take("USING") ? in.element() : null;
      return new TableChange.AlterType(column, TypeName.of(typeText), typeText, collation, using);
    }
    if (in.take("SET", "NOT", "NULL")) {
      return new TableChange.SetNotNull(column);
    }
    if (in.take("DROP", "NOT", "NULL")) {
      return new TableChange.DropNotNull(column);
    }
    if (in.take("SET", "DEFAULT")) {
      return new TableChange.SetDefault(column, in.element());
    }
    if (in.take("DROP", "DEFAULT")) {
      return new TableChange.DropDefault(column);
    }
    if (in.take("SET", "EXPRESSION", "AS")) {
      return new TableChange.SetExpression(column, in.parenthesised());
    }
    if (in.take("SET", "STATISTICS")) {
      return new TableChange.Minor("SET STATISTICS", false);
    }
    if (in.sees("SET") || in.sees("RESET")) {
      in.skip();
      return in.seesSymbol('(')
          ? new TableChange.Minor("SET column options", false)
          : minor("SET " + in.peekWord());
    }
    if (in.sees("ADD", "GENERATED")) {
      return minor("ADD IDENTITY");
    }
    if (in.take("DROP")) {
      return minor("DROP " + in.peekWord());
    }
    return in.sees("RESTART") ? minor("RESTART") : null;
  }

  private TableChange rename() {
    if (in.take("TO")) {
      return new TableChange.RenameTo(in.identifier());
    }
    if (in.take("CONSTRAINT")) {
      return minor("RENAME CONSTRAINT");
    }
    in.take("COLUMN");
    String column = in.identifier();
    return in.take("TO") ? new TableChange.RenameColumn(column, in.identifier()) : null;
  }

  private TableChange set() {
    if (in.take("SCHEMA")) {
      return new TableChange.SetSchema(in.identifier());
    }
    if (in.take("TABLESPACE")) {
      return new TableChange.SetTablespace(in.identifier());
    }
    if (in.take("ACCESS", "METHOD")) {
      return new TableChange.SetAccessMethod(in.identifier());
    }
    if (in.sees("LOGGED") || in.sees("UNLOGGED")) {
      return new TableChange.SetLogged(in.take("LOGGED"));
    }
    if (in.take("WITHOUT")) {
      return minor("SET WITHOUT " + in.peekWord());
    }
    if (in.seesSymbol('(')) {
      boolean catalog = in.parenthesised().toLowerCase(Locale.ROOT).contains("user_catalog_table");
      return new TableChange.Minor("SET options", catalog);
    }
    return null;
  }

  private TableChange toggle() {
    if (in.take("NO", "INHERIT")) {
      in.name();
      return minor("NO INHERIT");
    }
    if (in.sees("FORCE")
        || in.sees("NO", "FORCE")
        || in.sees("ENABLE", "ROW")
        || in.sees("DISABLE", "ROW")) {
      return new TableChange.RowSecurity(in.element().toUpperCase(Locale.ROOT));
    }
    boolean enable = in.take("ENABLE");
    if (!enable && !in.take("DISABLE")) {
      return null;
    }
    if (!in.take("ALWAYS")) {
      in.take("REPLICA");
    }
    boolean rule = in.take("RULE");
    return rule || in.take("TRIGGER")
        ? new TableChange.SwitchTrigger(in.identifier(), rule, enable)
        : null;
  }
}
