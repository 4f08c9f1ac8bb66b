package dev.schemaward.engine.execute;

import dev.schemaward.engine.sql.Statement;
import dev.schemaward.engine.sql.StatementKind.Execution;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A part of a file that takes effect as a whole or not at all.
 *
 * @param kind how it is run
 * @param statements at least one
 */
public record Segment(Kind kind, List<Statement> statements) {
  /** How a segment is run. */
  public enum Kind {
    /** In one transaction of ours, together with its bookkeeping. */
    TRANSACTION,
    /** One statement, by itself, journalled before and after. */
    ALONE,
    /** The file's own BEGIN … COMMIT. */
    OWN_BLOCK,
    /** One statement in ranges of keys, each in one transaction of ours. */
    BATCH
  }

  public Segment {
    statements = List.copyOf(statements);
  }

  /**
   * What of it is left when the statements up to {@code lastDone} took effect. The file's own block
   * cannot be cut: its BEGIN opens what its COMMIT closes.
   */
  Segment behind(int lastDone) {
    return kind == Kind.OWN_BLOCK || first().index() > lastDone
        ? this
        : new Segment(
            kind, statements.stream().filter(statement -> statement.index() > lastDone).toList());
  }

  /** The first statement. */
  public Statement first() {
    return statements.getFirst();
  }

  /** The last statement. */
  public Statement last() {
    return statements.getLast();
  }

  /** Cuts a file into segments. A file whose every statement may share a transaction gives one. */
  public static List<Segment> of(List<Statement> statements) {
    List<Segment> segments = new ArrayList<>();
    List<Statement> group = new ArrayList<>();
    for (int i = 0; i < statements.size(); i++) {
      Statement statement = statements.get(i);
      switch (statement.kind().execution()) {
        case TRANSACTIONAL, SESSION, SAVEPOINT -> group.add(statement);
        case ENUM_VALUE -> {
          if (labelCanWait(statements, i)) {
            group.add(statement);
          } else {
            flush(group, segments);
            segments.add(new Segment(Kind.ALONE, List.of(statement)));
          }
        }
        case NON_TRANSACTIONAL, COMMIT, ROLLBACK -> {
          flush(group, segments);
          segments.add(new Segment(Kind.ALONE, List.of(statement)));
        }
        case BATCH -> {
          flush(group, segments);
          segments.add(new Segment(Kind.BATCH, List.of(statement)));
        }
        case BEGIN -> {
          flush(group, segments);
          int end = endOfBlock(statements, i);
          segments.add(new Segment(Kind.OWN_BLOCK, statements.subList(i, end)));
          i = end - 1;
        }
      }
    }
    flush(group, segments);
    return segments;
  }

  private static void flush(List<Statement> group, List<Segment> segments) {
    if (!group.isEmpty()) {
      segments.add(new Segment(Kind.TRANSACTION, group));
      group.clear();
    }
  }

  private static int endOfBlock(List<Statement> statements, int begin) {
    for (int i = begin + 1; i < statements.size(); i++) {
      Execution execution = statements.get(i).kind().execution();
      if (execution == Execution.COMMIT || execution == Execution.ROLLBACK) {
        return i + 1;
      }
    }
    return statements.size();
  }

  /**
   * A label that ADD VALUE makes cannot be used before its transaction has committed (55P04),
   * unless the type is as new as the label. It may share a transaction only with statements that
   * cannot use it.
   */
  private static boolean labelCanWait(List<Statement> statements, int at) {
    boolean onlyLabelsFollow =
        statements.subList(at + 1, statements.size()).stream()
            .allMatch(next -> next.kind().execution() == Execution.ENUM_VALUE);
    List<String> type = statements.get(at).kind().objects();
    boolean typeIsNew =
        !type.isEmpty()
            && statements.subList(0, at).stream()
                .anyMatch(
                    earlier ->
                        earlier.kind().command().toUpperCase(Locale.ROOT).equals("CREATE TYPE")
                            && earlier.kind().objects().contains(type.getFirst()));
    return onlyLabelsFollow || typeIsNew;
  }
}
