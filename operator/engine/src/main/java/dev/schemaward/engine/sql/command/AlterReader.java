package dev.schemaward.engine.sql.command;

import dev.schemaward.engine.sql.Name;
import dev.schemaward.engine.sql.TokenReader;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Reads ALTER of anything. */
final class AlterReader {
  private final TokenReader in;

  AlterReader(TokenReader in) {
    this.in = in;
  }

  /** Behind ALTER. */
  Command alter() {
    String kind = in.peekWord();
    in.skip();
    return switch (kind) {
      case "TABLE", "INDEX", "VIEW" -> new TableReader(in).alter(kind);
      case "MATERIALIZED", "FOREIGN" -> {
        if (in.take("VIEW")) {
          yield new TableReader(in).alter("MATERIALIZED VIEW");
        }
        yield in.take("TABLE")
            ? new TableReader(in).alter("FOREIGN TABLE")
            : owner("ALTER FOREIGN DATA WRAPPER");
      }
      case "SEQUENCE" -> sequence();
      case "TYPE" -> type();
      case "DOMAIN" -> domain();
      case "SCHEMA" -> {
        String schema = in.identifier();
        yield in.take("RENAME", "TO")
            ? new Command.RenameSchema(schema, in.identifier())
            : owner("ALTER SCHEMA");
      }
      case "TRIGGER" -> {
        Name name = new Name(null, String.valueOf(in.identifier()));
        in.take("ON");
        Name table = in.name();
        // takes the lock of DROP TRIGGER
        yield new Command.Drop("TRIGGER RENAME", List.of(name), false, false, false, table);
      }
      case "POLICY" -> {
        in.identifier();
        in.take("ON");
        yield new Command.Security("ALTER POLICY", in.name());
      }
      case "ROLE", "USER", "GROUP", "SYSTEM" -> new Command.Security("ALTER " + kind, null);
      case "DEFAULT" -> new Command.Security("ALTER DEFAULT PRIVILEGES", null);
      case "FUNCTION", "PROCEDURE", "ROUTINE" -> {
        Name name = in.name();
        while (!in.atEnd() && !in.sees("SECURITY", "DEFINER") && !in.sees("OWNER")) {
          in.skipBalanced();
        }
        yield in.sees("SECURITY")
            ? new Command.CreateFunction(name, false, false, true, in.hasLater("search_path"))
            : owner("ALTER " + kind);
      }
      case "AGGREGATE",
          "COLLATION",
          "CONVERSION",
          "DATABASE",
          "EXTENSION",
          "EVENT",
          "LANGUAGE",
          "LARGE",
          "OPERATOR",
          "PUBLICATION",
          "RULE",
          "SERVER",
          "STATISTICS",
          "SUBSCRIPTION",
          "TABLESPACE",
          "TEXT" ->
          owner("ALTER " + kind);
      default -> new Command.Unknown("ALTER " + kind);
    };
  }

  private Command owner(String what) {
    return in.hasLater("OWNER")
        ? new Command.Security(what + " OWNER TO", null)
        : CommandReader.harmless(what);
  }

  private Command sequence() {
    int mark = in.mark();
    in.take("IF", "EXISTS");
    Name name = in.name();
    if (in.seesAny("RENAME", "SET", "OWNER") && !in.sees("OWNED")) {
      in.reset(mark);
      return new TableReader(in).alter("SEQUENCE");
    }
    boolean resets = in.hasLater("RESTART") || in.hasLater("AS") || in.hasLater("OWNED");
    return name == null
        ? new Command.Unknown("ALTER SEQUENCE")
        : new Command.AlterSequence(name, resets, in.rest());
  }

  private Command type() {
    Name name = in.name();
    if (name == null) {
      return new Command.Unknown("ALTER TYPE");
    }
    String action = "OTHER";
    for (String words :
        Set.of("ADD VALUE", "RENAME VALUE", "RENAME TO", "SET SCHEMA", "OWNER TO")) {
      if (in.sees(words.split(" ", -1))) {
        action = words;
      }
    }
    if (in.hasLater("ATTRIBUTE")) {
      action = "ATTRIBUTE";
    }
    return new Command.AlterType(name, action, in.hasLater("CASCADE"));
  }

  private Command domain() {
    Name name = in.name();
    int mark = in.mark();
    String action = "OTHER";
    if (in.take("SET", "NOT", "NULL")) {
      action = "SET NOT NULL";
    } else if (in.take("VALIDATE")) {
      action = "VALIDATE";
    } else if (in.take("ADD")) {
      if (in.take("CONSTRAINT")) {
        in.identifier();
      }
      action = in.sees("NOT", "NULL") ? "ADD NOT NULL" : "ADD CHECK";
    } else if (in.sees("OWNER")) {
      return new Command.Security("ALTER DOMAIN OWNER TO", null);
    }
    in.rest();
    String text = in.textSince(mark);
    if (action.equals("ADD CHECK")
        && text.toUpperCase(Locale.ROOT).replaceAll("\\s+", " ").endsWith("NOT VALID")) {
      action = "ADD CHECK NOT VALID";
    }
    return name == null
        ? new Command.Unknown("ALTER DOMAIN")
        : new Command.AlterDomain(name, action, text);
  }
}
