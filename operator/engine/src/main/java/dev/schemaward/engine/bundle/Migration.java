package dev.schemaward.engine.bundle;

import dev.schemaward.engine.sql.Statement;
import java.util.List;

/**
 * One migration of a bundle.
 *
 * @param name what people and the plan call it: the directory's name (Prisma), else the file's name
 *     without its suffix
 * @param path path of its file inside the bundle, with {@code /}, for messages
 * @param checksum lower-case hex SHA-256 of the file's raw bytes
 * @param alternateChecksums checksums of the same text with other line ends (CRLF for LF and the
 *     other way round), which Prisma accepts as unedited; may be empty
 * @param statements its statements in order; empty for an empty or comment-only file
 * @param recorded what the tool's history calls it
 */
public record Migration(
    String name,
    String path,
    String checksum,
    List<String> alternateChecksums,
    List<Statement> statements,
    Recorded recorded) {
  public Migration {
    alternateChecksums = List.copyOf(alternateChecksums);
    statements = List.copyOf(statements);
  }

  /** A migration whose history has its name and this checksum. */
  public Migration(
      String name,
      String path,
      String checksum,
      List<String> alternateChecksums,
      List<Statement> statements) {
    this(name, path, checksum, alternateChecksums, statements, Recorded.named(checksum));
  }

  /**
   * True when a history that recorded this checksum applied this very text, as far as it can tell.
   *
   * @param recordedChecksum null when the history recorded none, which never means edited
   */
  public boolean wasAppliedAs(String recordedChecksum) {
    return recordedChecksum == null
        || recordedChecksum.equals(recorded.checksum())
        || hasText(recordedChecksum);
  }

  /** True when {@code sha256} is the digest of this text, line ends apart. */
  public boolean hasText(String sha256) {
    return checksum.equals(sha256) || alternateChecksums.contains(sha256);
  }
}
