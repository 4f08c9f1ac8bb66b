package dev.schemaward.engine.sql.command;

import dev.schemaward.engine.sql.Name;
import dev.schemaward.engine.sql.Statement;
import dev.schemaward.engine.sql.TokenReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Reads what a statement asks for. No full parser: the server is one, and refuses what is not SQL.
 * What this reader does not know it calls {@link Command.Unknown}; it never takes one thing for
 * another, harmless one.
 */
public final class CommandReader {
  private static final Set<String> HARMLESS =
      Set.of(
          "COMMENT",
          "ANALYZE",
          "ANALYSE",
          "NOTIFY",
          "LISTEN",
          "UNLISTEN",
          "SHOW",
          "CHECKPOINT",
          "BEGIN",
          "START",
          "COMMIT",
          "END",
          "ROLLBACK",
          "ABORT",
          "SAVEPOINT",
          "RELEASE",
          "DEALLOCATE",
          "CLOSE",
          "FETCH",
          "MOVE",
          "DECLARE",
          "LOAD");

  /** Words that may stand before a parenthesis and call nothing. */
  private static final Set<String> NO_FUNCTIONS =
      Set.of(
          "all",
          "and",
          "any",
          "array",
          "as",
          "between",
          "by",
          "case",
          "cast",
          "cube",
          "distinct",
          "else",
          "except",
          "exists",
          "filter",
          "from",
          "group",
          "having",
          "in",
          "intersect",
          "interval",
          "is",
          "join",
          "lateral",
          "like",
          "limit",
          "not",
          "numeric",
          "offset",
          "on",
          "or",
          "over",
          "recursive",
          "rollup",
          "row",
          "select",
          "sets",
          "some",
          "then",
          "union",
          "using",
          "values",
          "varchar",
          "char",
          "when",
          "where",
          "with",
          "within");

  private final TokenReader in;

  private CommandReader(TokenReader in) {
    this.in = in;
  }

  /** What this statement asks for. */
  public static Command read(Statement statement) {
    return read(statement.text());
  }

  /** What this text, one statement, asks for. */
  public static Command read(String text) {
    return new CommandReader(new TokenReader(text)).read();
  }

  private Command read() {
    while (in.seesSymbol('(')) {
      in.skip(); // (SELECT …) UNION …
    }
    String verb = in.peekWord();
    in.skip();
    return switch (verb) {
      case "CREATE" -> create();
      case "ALTER" -> new AlterReader(in).alter();
      case "DROP" -> drop();
      case "TRUNCATE" -> {
        in.take("TABLE");
        List<Name> tables = in.names();
        yield new Command.Truncate(tables, in.hasLater("RESTART"), in.hasLater("CASCADE"));
      }
      case "INSERT", "UPDATE", "DELETE", "MERGE", "WITH" -> write(verb);
      case "SELECT", "VALUES", "TABLE" -> query();
      case "EXPLAIN" ->
          in.hasLater("ANALYZE") ? new Command.Unknown("EXPLAIN ANALYZE") : harmless("EXPLAIN");
      case "REFRESH" -> {
        in.take("MATERIALIZED", "VIEW");
        boolean concurrently = in.take("CONCURRENTLY");
        yield new Command.Refresh(in.name(), concurrently);
      }
      case "REINDEX" -> reindex();
      case "CLUSTER" -> {
        in.parenthesised();
        in.take("VERBOSE");
        yield new Command.Cluster(in.name());
      }
      case "VACUUM" -> vacuum();
      case "LOCK" -> lock();
      case "GRANT", "REVOKE", "REASSIGN" -> new Command.Security(verb, null);
      case "SECURITY" -> new Command.Security("SECURITY LABEL", null);
      case "DO" -> code();
      case "CALL", "EXECUTE" -> new Command.Code(verb, null);
      case "PREPARE" -> in.sees("TRANSACTION") ? harmless(verb) : new Command.Unknown("PREPARE");
      case "SET" -> set();
      case "RESET", "DISCARD" -> {
        boolean all = in.peekWord().equals("ALL") || verb.equals("DISCARD");
        Name name = in.name();
        yield new Command.SetParameter(
            all ? "all" : String.valueOf(name).toLowerCase(Locale.ROOT), null, false);
      }
      case "COPY" -> copy();
      case "IMPORT" -> harmless("IMPORT FOREIGN SCHEMA");
      default ->
          HARMLESS.contains(verb)
              ? harmless(verb)
              : new Command.Unknown(verb.isEmpty() ? "a statement" : verb);
    };
  }

  static Command harmless(String what) {
    return new Command.Harmless(what);
  }

  private Command create() {
    boolean replace = in.take("OR", "REPLACE");
    boolean temporary = false;
    boolean unique = false;
    while (in.seesAny(
        "TEMP",
        "TEMPORARY",
        "UNLOGGED",
        "GLOBAL",
        "LOCAL",
        "UNIQUE",
        "RECURSIVE",
        "TRUSTED",
        "PROCEDURAL",
        "CONSTRAINT",
        "DEFAULT")) {
      temporary |= in.seesAny("TEMP", "TEMPORARY");
      unique |= in.sees("UNIQUE");
      in.skip();
    }
    if (in.take("TABLE")) {
      return new TableReader(in).create(temporary);
    }
    if (in.take("FOREIGN", "TABLE")) {
      return new TableReader(in).create(false);
    }
    if (in.take("INDEX")) {
      return index(unique);
    }
    if (in.take("MATERIALIZED", "VIEW")) {
      in.take("IF", "NOT", "EXISTS");
      return new Command.CreateView(in.name(), false, true);
    }
    if (in.take("VIEW")) {
      return new Command.CreateView(in.name(), replace, false);
    }
    if (in.take("EVENT", "TRIGGER")) {
      return new Command.CreateTrigger(in.identifier(), null);
    }
    if (in.take("TRIGGER")) {
      String name = in.identifier();
      skipTo("ON");
      return new Command.CreateTrigger(name, in.name());
    }
    if (in.take("RULE")) {
      String name = in.identifier();
      skipTo("TO");
      return new Command.CreateRule(name, in.name());
    }
    if (in.take("FUNCTION") || in.take("PROCEDURE")) {
      Name name = in.name();
      int mark = in.mark();
      boolean definer = false;
      boolean path = false;
      while (!in.atEnd()) {
        definer |= in.sees("SECURITY", "DEFINER");
        path |= in.sees("SET", "search_path");
        in.skip();
      }
      in.reset(mark);
      return new Command.CreateFunction(name, true, replace, definer, path);
    }
    if (in.take("DOMAIN")) {
      Name name = in.name();
      in.take("AS");
      String type = in.element("CONSTRAINT", "NOT", "NULL", "DEFAULT", "CHECK", "COLLATE");
      return new Command.CreateDomain(name, TypeName.of(type), constrained());
    }
    if (in.take("TYPE")) {
      return new Command.CreateType(in.name());
    }
    if (in.take("SEQUENCE")) {
      in.take("IF", "NOT", "EXISTS");
      return new Command.CreateSequence(in.name());
    }
    if (in.take("POLICY")) {
      in.identifier();
      in.take("ON");
      return new Command.Security("CREATE POLICY", in.name());
    }
    if (in.seesAny("ROLE", "USER", "GROUP")) {
      return new Command.Security("CREATE " + in.peekWord(), null);
    }
    if (in.seesAny("DATABASE", "TABLESPACE", "SUBSCRIPTION")) {
      return harmless("CREATE " + in.peekWord());
    }
    if (in.sees("SCHEMA") && (in.hasLater("CREATE") || in.hasLater("GRANT"))) {
      return new Command.Unknown("CREATE SCHEMA with objects in it");
    }
    if (in.take("SCHEMA")) {
      boolean ifNotExists = in.take("IF", "NOT", "EXISTS");
      in.take("AUTHORIZATION");
      return new Command.CreateSchema(in.identifier(), ifNotExists);
    }
    if (in.seesAny(
        "EXTENSION",
        "AGGREGATE",
        "OPERATOR",
        "CAST",
        "COLLATION",
        "CONVERSION",
        "STATISTICS",
        "PUBLICATION",
        "SERVER",
        "FOREIGN",
        "TEXT",
        "LANGUAGE",
        "TRANSFORM",
        "ACCESS")) {
      return harmless("CREATE " + in.peekWord());
    }
    return new Command.Unknown("CREATE " + in.peekWord());
  }

  private boolean constrained() {
    int mark = in.mark();
    boolean found = false;
    while (!in.atEnd() && !found) {
      found = in.sees("NOT", "NULL") || in.sees("CHECK");
      in.skipBalanced();
    }
    in.reset(mark);
    return found;
  }

  private Command index(boolean unique) {
    boolean concurrently = in.take("CONCURRENTLY");
    boolean ifNotExists = in.take("IF", "NOT", "EXISTS");
    Name name = in.sees("ON") ? null : in.name();
    in.take("ON");
    boolean only = in.take("ONLY");
    Name table = in.name();
    if (table == null) {
      return new Command.Unknown("CREATE INDEX");
    }
    int mark = in.mark();
    String method = in.take("USING") ? in.identifier() : null;
    List<String> columns = in.identifiers();
    boolean partial = in.hasLaterOutside("WHERE");
    in.rest();
    return new Command.CreateIndex(
        name,
        table,
        unique,
        concurrently,
        ifNotExists,
        only,
        method,
        columns,
        partial,
        in.textSince(mark));
  }

  private Command drop() {
    String kind = in.peekWord();
    if (kind.equals("OWNED")) {
      in.skip();
      in.take("BY");
      return new Command.Drop("OWNED", in.names(), false, in.hasLater("CASCADE"), false, null);
    }
    if (Set.of("ROLE", "USER", "GROUP").contains(kind) && !in.sees("USER", "MAPPING")) {
      return new Command.Security("DROP " + kind, null);
    }
    in.skip();
    if (Set.of("MATERIALIZED", "FOREIGN", "EVENT", "ACCESS", "TEXT", "USER").contains(kind)) {
      kind += " " + in.next().toUpperCase(Locale.ROOT);
    }
    boolean concurrently = in.take("CONCURRENTLY");
    boolean ifExists = in.take("IF", "EXISTS");
    List<Name> names = new ArrayList<>();
    do {
      Name name = in.name();
      if (name == null) {
        break;
      }
      names.add(name);
      in.parenthesised(); // arguments of a function
    } while (in.takeSymbol(','));
    Name on = in.take("ON") ? in.name() : null;
    boolean cascade = in.hasLater("CASCADE");
    if (kind.equals("POLICY")) {
      return new Command.Security("DROP POLICY", on);
    }
    return new Command.Drop(kind, names, ifExists, cascade, concurrently, on);
  }

  /** From behind the verb; WITH is read up to the verb that follows its queries. */
  private Command write(String first) {
    String verb = first;
    boolean hidden = false;
    if (verb.equals("WITH")) {
      while (!in.atEnd() && !in.seesAny("INSERT", "UPDATE", "DELETE", "MERGE", "SELECT")) {
        hidden |= in.seesSymbol('(') && writes();
        in.skipBalanced();
      }
      verb = in.peekWord();
      in.skip();
      if (verb.equals("SELECT") || verb.isEmpty()) {
        return hidden ? new Command.Unknown("a WITH query that writes") : query();
      }
    }
    in.take(verb.equals("DELETE") ? "FROM" : "INTO");
    in.take("ONLY");
    Name table = in.name();
    if (table == null) {
      return new Command.Unknown(verb);
    }
    boolean chosen =
        switch (verb) {
          case "UPDATE", "DELETE" -> in.hasLaterOutside("WHERE");
          default -> true;
        };
    return new Command.Write(verb, table, chosen);
  }

  /** True when the parenthesised part that comes next begins with a verb that writes. */
  private boolean writes() {
    int mark = in.mark();
    in.skip();
    boolean writes = in.seesAny("INSERT", "UPDATE", "DELETE", "MERGE");
    in.reset(mark);
    return writes;
  }

  private Command query() {
    List<String> functions = new ArrayList<>();
    while (!in.atEnd()) {
      Name name = in.seesString() ? null : in.name();
      if (name == null) {
        in.skip();
      } else if (in.seesSymbol('(')) {
        if (name.schema() != null || !NO_FUNCTIONS.contains(name.name())) {
          functions.add(name.name());
        }
      } else if (name.name().equals("into") && name.schema() == null) {
        return new Command.Unknown("SELECT INTO");
      }
    }
    return new Command.Query(List.copyOf(functions));
  }

  private Command reindex() {
    String options = in.parenthesised();
    String kind = in.peekWord();
    in.skip();
    boolean concurrently =
        in.take("CONCURRENTLY")
            || (options != null && options.toUpperCase(Locale.ROOT).contains("CONCURRENTLY"));
    return new Command.Reindex(kind, in.name(), concurrently);
  }

  private Command vacuum() {
    String options = in.parenthesised();
    boolean full = options != null && options.toUpperCase(Locale.ROOT).contains("FULL");
    while (in.seesAny("FULL", "FREEZE", "VERBOSE", "ANALYZE", "ANALYSE")) {
      full |= in.sees("FULL");
      in.skip();
    }
    List<Name> tables = new ArrayList<>();
    do {
      Name name = in.name();
      if (name != null) {
        tables.add(name);
        in.parenthesised();
      }
    } while (in.takeSymbol(','));
    return new Command.Vacuum(List.copyOf(tables), full);
  }

  private Command lock() {
    in.take("TABLE");
    List<Name> tables = in.names();
    String mode = "ACCESS EXCLUSIVE";
    if (in.take("IN")) {
      mode = in.element("MODE").toUpperCase(Locale.ROOT).replaceAll("\\s+", " ");
    }
    return new Command.Lock(tables, mode, in.hasLater("NOWAIT"));
  }

  private Command code() {
    while (!in.atEnd()) {
      if (in.seesString()) {
        String body = in.next();
        if (body.startsWith("$")) {
          int tag = body.indexOf('$', 1) + 1;
          return new Command.Code("DO", body.substring(tag, body.length() - tag));
        }
        int quote = body.indexOf('\'');
        return new Command.Code(
            "DO", body.substring(quote + 1, body.length() - 1).replace("''", "'"));
      }
      in.skip();
    }
    return new Command.Code("DO", null);
  }

  private Command set() {
    boolean local = in.take("LOCAL");
    in.take("SESSION");
    if (in.seesAny("CONSTRAINTS", "TRANSACTION", "CHARACTERISTICS")) {
      return harmless("SET " + in.peekWord());
    }
    if (in.take("AUTHORIZATION") || in.take("ROLE")) {
      return new Command.SetParameter("role", in.rest(), local);
    }
    if (in.take("TIME", "ZONE")) {
      return new Command.SetParameter("timezone", in.rest(), local);
    }
    Name name = in.name();
    if (!in.take("TO")) {
      in.takeSymbol('=');
    }
    return new Command.SetParameter(
        String.valueOf(name).toLowerCase(Locale.ROOT), in.rest(), local);
  }

  private Command copy() {
    Name table = in.name();
    if (table == null) {
      return harmless("COPY");
    }
    in.parenthesised();
    return in.sees("FROM") ? new Command.Write("INSERT", table, true) : harmless("COPY");
  }

  private void skipTo(String word) {
    while (!in.atEnd() && !in.take(word)) {
      in.skipBalanced();
    }
  }
}
