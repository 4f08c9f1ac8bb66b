package dev.schemaward.engine.bundle;

import dev.schemaward.engine.sql.Statement;
import java.util.List;

/**
 * One migration of a bundle.
 *
 * @param name what the history calls it: the directory's name (Prisma), the file's name without
 *     {@code .sql} (Sql)
 * @param path path of its file inside the bundle, with {@code /}, for messages
 * @param checksum lower-case hex SHA-256 of the file's raw bytes
 * @param statements its statements in order; empty for an empty or comment-only file
 */
public record Migration(String name, String path, String checksum, List<Statement> statements) {
  public Migration {
    statements = List.copyOf(statements);
  }
}
