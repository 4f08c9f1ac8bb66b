package dev.schemaward.engine.drift;

import dev.schemaward.engine.connect.Session;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * One digest of everything that {@link SchemaSnapshot} sees, computed without holding it: SHA-256
 * over the sorted SHA-256s of the objects' canonical texts. It is part of a plan's hash, so it
 * covers every schema of the database that is not the server's or Schemaward's own, and leaves out
 * one thing that the drift report shows: INVALID indexes. What an interrupted CREATE INDEX
 * CONCURRENTLY leaves behind is no change of schema, and the run that resumes must find the
 * fingerprint that was approved.
 */
public final class SchemaFingerprint {
  private SchemaFingerprint() {}

  /**
   * Computes it.
   *
   * @param session not in a transaction
   * @param schema target schema; its history table is left out
   * @param historyTable the tool's own table in it; null when it has none
   * @return lower-case hex SHA-256
   */
  public static String of(Session session, String schema, String historyTable) throws SQLException {
    return of(session, SchemaScope.all().withoutTable(historyTable));
  }

  /** The fingerprint of a part of the database. */
  public static String of(Session session, SchemaScope scope) throws SQLException {
    List<Digest> digest = new ArrayList<>();
    CatalogReader.read(
        session,
        scope,
        object -> digest.getLast().add(object),
        () -> {
          digest.clear();
          digest.add(new Digest());
        });
    return digest.getLast().hex();
  }

  /** Collects objects in any order: 32 bytes each. */
  static final class Digest {
    private final List<byte[]> objects = new ArrayList<>();
    private final MessageDigest sha256 = sha256();

    void add(SchemaObject object) {
      if (object.kind() == ObjectKind.INDEX && object.is("invalid")) {
        return;
      }
      objects.add(sha256.digest(object.canonical().getBytes(StandardCharsets.UTF_8)));
    }

    String hex() {
      objects.sort(java.util.Arrays::compareUnsigned);
      objects.forEach(sha256::update);
      return HexFormat.of().formatHex(sha256.digest());
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
