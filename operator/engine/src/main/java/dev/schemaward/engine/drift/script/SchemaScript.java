package dev.schemaward.engine.drift.script;

import dev.schemaward.engine.drift.SchemaSnapshot;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Statements that make one schema into another.
 *
 * @param statements in order, each without a semicolon at its end
 * @param losesData what of the data, or of a sequence's state, will be gone; empty when nothing
 * @param refused what the statements do not do, and why; empty when they do everything
 */
public record SchemaScript(List<String> statements, List<String> losesData, List<String> refused) {
  /** Lets a function be created before what its body names, as pg_dump does. */
  public static final String PREAMBLE = "SET check_function_bodies = off";

  public SchemaScript {
    statements = List.copyOf(statements);
    losesData = List.copyOf(losesData);
    refused = List.copyOf(refused);
  }

  /**
   * Writes the statements.
   *
   * @param from the schema as it is
   * @param to the schema as it should be
   * @param actor role that will execute them, quoted where needed: what it creates it owns already
   */
  public static SchemaScript between(SchemaSnapshot from, SchemaSnapshot to, String actor) {
    ScriptPlan plan = ScriptPlan.of(from, to);
    ScriptWriter out = new ScriptWriter(from, to, actor);
    plan.refused().forEach(out::refuse);
    plan.write(out);
    return out.script();
  }

  /** Nothing to do and nothing refused. */
  public boolean isEmpty() {
    return statements.isEmpty() && refused.isEmpty();
  }

  /** The statements as one text, each ended by a semicolon. */
  public String text() {
    return statements.stream().map(s -> s + ";\n").collect(Collectors.joining());
  }
}
