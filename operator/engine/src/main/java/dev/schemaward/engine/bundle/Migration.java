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
 * @param alternateChecksums checksums of the same text with other line ends (CRLF for LF and the
 *     other way round), which Prisma accepts as unedited; may be empty
 * @param statements its statements in order; empty for an empty or comment-only file
 */
public record Migration(
    String name,
    String path,
    String checksum,
    List<String> alternateChecksums,
    List<Statement> statements) {
  public Migration {
    alternateChecksums = List.copyOf(alternateChecksums);
    statements = List.copyOf(statements);
  }

  /** True when a history that recorded this checksum applied this very text. */
  public boolean wasAppliedAs(String recordedChecksum) {
    return checksum.equals(recordedChecksum) || alternateChecksums.contains(recordedChecksum);
  }
}
