package dev.schemaward.engine.bundle;

import java.io.BufferedInputStream;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/**
 * The raw files of a bundle, from a directory (a checkout or a mounted ConfigMap) or a {@code
 * tar.gz}; bounded, and never from outside of it.
 */
final class BundleFiles {
  /** More files than any history needs; a bound against accidents and malice. */
  static final int MAX_FILES = 10_000;

  /** Bytes of all files together, unpacked. */
  static final long MAX_BYTES = 256L << 20;

  private static final int DEPTH = 8;

  private static final Pattern INTERESTING =
      Pattern.compile("(?i:\\.(sql|toml|conf))$|(^|/)([VB][0-9][0-9._]*|R)__[^/]*$");

  private final Map<String, byte[]> files = new TreeMap<>();
  private final List<Fault> faults = new ArrayList<>();
  private long bytes;

  private BundleFiles() {}

  /**
   * Reads everything; content by path with {@code /}, sorted.
   *
   * @throws InvalidBundleException for what must not be read, with every fault of that kind
   */
  static Map<String, byte[]> read(Path source) throws InvalidBundleException {
    BundleFiles reader = new BundleFiles();
    try {
      if (Files.isRegularFile(source)) {
        try (InputStream stream = Files.newInputStream(source)) {
          reader.archive(stream, source.getFileName().toString());
        }
      } else if (Files.isDirectory(source)) {
        reader.directory(source);
      } else {
        reader.fault("", "there is no bundle at " + source, "Name a directory or a .tar.gz file");
      }
    } catch (IOException e) {
      reader.fault("", "the bundle at " + source + " cannot be read: " + e.getMessage(), "");
    }
    if (!reader.faults.isEmpty()) {
      throw new InvalidBundleException(reader.faults);
    }
    return reader.files;
  }

  private void directory(Path root) throws IOException {
    Path archive = root.resolve("bundle.tar.gz");
    if (Files.isRegularFile(archive)) {
      try (InputStream stream = Files.newInputStream(archive)) {
        archive(stream, "bundle.tar.gz");
      }
      return;
    }
    Path inside = root.toRealPath();
    Map<String, Found> found = new TreeMap<>();
    Files.walkFileTree(root, Set.of(), DEPTH, new Finder(root, found));
    for (Map.Entry<String, Found> entry : found.entrySet()) {
      String name = entry.getKey();
      Path path = entry.getValue().path();
      long size = entry.getValue().size();
      if (entry.getValue().link()) {
        if (!Files.isRegularFile(path)) {
          continue;
        }
        if (!path.toRealPath().startsWith(inside)) {
          fault(name, "a symbolic link that leads out of the bundle", "Put the file itself there");
          continue;
        }
        size = Files.size(path);
      }
      if (interesting(name)) {
        if (!reserve(name, size)) {
          return;
        }
        try (InputStream stream = new FileInputStream(path.toFile())) {
          files.put(name, stream.readAllBytes());
        }
      }
    }
  }

  /**
   * A file or a link below the bundle's directory.
   *
   * @param link true for a symbolic link, whose size is not that of what it leads to
   */
  private record Found(Path path, long size, boolean link) {}

  /**
   * Finds files and links, with what the directory's listing says of them. A mounted ConfigMap
   * keeps its files in ..data and ..2024_…, and links to them under their own names.
   */
  private static final class Finder extends SimpleFileVisitor<Path> {
    private final Path root;
    private final int prefix;
    private final Map<String, Found> found;

    Finder(Path root, Map<String, Found> found) {
      this.root = root;
      this.prefix = root.resolve("x").toString().length() - 1;
      this.found = found;
    }

    @Override
    public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
      return !directory.equals(root) && hidden(directory)
          ? FileVisitResult.SKIP_SUBTREE
          : FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
      boolean link = attributes.isSymbolicLink();
      if ((link || attributes.isRegularFile()) && !hidden(file)) {
        found.put(
            file.toString().substring(prefix).replace('\\', '/'),
            new Found(file, attributes.size(), link));
      }
      return FileVisitResult.CONTINUE;
    }

    private static boolean hidden(Path path) {
      return path.getFileName().toString().startsWith("..");
    }
  }

  /** Files that can matter; a checkout has others, which are no business of ours. */
  private static boolean interesting(String name) {
    return INTERESTING.matcher(name).find() || !name.contains("/");
  }

  private void archive(InputStream stream, String archiveName) throws IOException {
    try (TarArchiveInputStream tar =
        new TarArchiveInputStream(new GZIPInputStream(new BufferedInputStream(stream)))) {
      int entries = 0;
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        String name = entry.getName();
        while (name.startsWith("./")) {
          name = name.substring(2);
        }
        if (++entries > 4 * MAX_FILES) {
          fault("", "more than " + 4 * MAX_FILES + " entries in " + archiveName, "");
          return;
        }
        if (name.startsWith("/") || List.of(name.split("/")).contains("..")) {
          fault(name, "a path that leads out of the bundle", "Use relative paths without ..");
        } else if (!entry.isDirectory() && !name.isEmpty()) {
          file(tar, entry, name, archiveName);
        }
        if (bytes > MAX_BYTES) {
          return;
        }
      }
    } catch (IOException e) {
      fault(archiveName, "not a readable .tar.gz: " + e.getMessage(), "");
    }
  }

  private void file(
      TarArchiveInputStream tar, TarArchiveEntry entry, String name, String archiveName)
      throws IOException {
    if (!entry.isFile() || entry.isSymbolicLink() || entry.isLink()) {
      fault(name, "neither a file nor a directory", "Pack plain files only");
    } else if (entry.getSize() > MAX_BYTES) {
      reserve(name, entry.getSize());
    } else {
      // The header's size is a claim: read no more than what is left, whatever it says.
      byte[] content = tar.readNBytes((int) Math.min(MAX_BYTES - bytes + 1, Integer.MAX_VALUE));
      if (reserve(name, content.length) && files.put(name, content) != null) {
        fault(name, "twice in " + archiveName, "Pack it once");
      }
    }
  }

  private boolean reserve(String name, long size) {
    bytes += size;
    if (bytes > MAX_BYTES) {
      fault(name, "the bundle is larger than " + (MAX_BYTES >> 20) + " MiB", "");
      return false;
    }
    if (files.size() >= MAX_FILES) {
      fault(name, "the bundle has more than " + MAX_FILES + " files", "");
      bytes = MAX_BYTES + 1; // said once is enough: read no further
      return false;
    }
    return true;
  }

  private void fault(String path, String message, String advice) {
    faults.add(new Fault(path, 0, message, advice));
  }
}
