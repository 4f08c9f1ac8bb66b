package dev.schemaward.runner;

import dev.schemaward.engine.EngineException;
import dev.schemaward.engine.FailureReason;
import dev.schemaward.engine.bundle.Bundle;
import dev.schemaward.engine.bundle.InvalidBundleException;
import dev.schemaward.engine.bundle.Migration;
import dev.schemaward.engine.change.ChangeBase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/** What a bundle is compared with. */
final class BaseOptions {
  private static final int SHORT_HASH = 12;

  @Option(
      names = "--base",
      paramLabel = "GIT_REF|DIR",
      description = {
        "What the bundle changes: a branch, tag or commit of the Git work tree that the bundle is"
            + " in (origin/main), or a directory or archive with the bundle as it was; an empty"
            + " directory when there was none.",
        "Default: nothing, and then only the files themselves are checked."
      })
  String base;

  /**
   * Reads it.
   *
   * @throws EngineException InvalidRequest when it cannot be found or read, DependencyMissing
   *     without git
   */
  ChangeBase read(BundleOptions options) throws EngineException {
    Path scratch = null;
    try {
      scratch = Files.createTempDirectory("schemaward-base-");
      return read(options, scratch);
    } catch (IOException e) {
      throw new EngineException(
          FailureReason.InvalidRequest, "the base " + base + " cannot be read: " + e, e);
    } finally {
      delete(scratch);
    }
  }

  private ChangeBase read(BundleOptions options, Path scratch) throws EngineException, IOException {
    Optional<Path> there = path();
    if (there.isPresent()) {
      refuseAmbiguous(options, scratch);
      return new ChangeBase(base, bundle(options, there.get()), Optional.empty());
    }
    GitTree tree = GitTree.around(directory(options), scratch);
    String commit = tree.commit(base).orElseThrow(this::unknown);
    Path source =
        tree.checkout(commit)
            .orElseThrow(
                () ->
                    invalid(
                        base
                            + " has no "
                            + tree.path()
                            + ", so that there is nothing to compare with. If the change adds it,"
                            + " give an empty directory as --base"));
    Optional<Bundle> bundle = bundle(options, source);
    return new ChangeBase(
        base + " (" + commit.substring(0, SHORT_HASH) + ")",
        bundle,
        forkPoint(tree, commit, options));
  }

  private Optional<Set<String>> forkPoint(GitTree tree, String commit, BundleOptions options)
      throws EngineException, IOException {
    Optional<String> fork = tree.forkPoint(commit);
    if (fork.isEmpty() || fork.get().equals(commit)) {
      return Optional.empty();
    }
    Optional<Path> source = tree.checkout(fork.get());
    Optional<Bundle> bundle = source.isEmpty() ? Optional.empty() : bundle(options, source.get());
    return Optional.of(
        bundle.map(Bundle::migrations).orElse(List.of()).stream()
            .map(Migration::name)
            .collect(Collectors.toSet()));
  }

  private Optional<Path> path() {
    try {
      return Optional.of(Path.of(base)).filter(Files::exists);
    } catch (InvalidPathException e) {
      return Optional.empty();
    }
  }

  /** A directory that is called like the branch would otherwise be the base without a word. */
  private void refuseAmbiguous(BundleOptions options, Path scratch) throws EngineException {
    if (base.startsWith(".") || base.startsWith("/") || !Files.isDirectory(options.bundle)) {
      return;
    }
    Optional<String> commit;
    try {
      commit = GitTree.around(options.bundle, scratch).commit(base);
    } catch (EngineException e) {
      return; // no work tree, no git: then it is the directory
    }
    if (commit.isPresent()) {
      throw invalid(
          base
              + " is a directory and a Git ref: write ./"
              + base
              + " for the one, or refs/heads/"
              + base
              + " for the other");
    }
  }

  private static Path directory(BundleOptions options) throws EngineException {
    if (!Files.isDirectory(options.bundle)) {
      throw invalid(
          "--base is no file or directory, and a Git ref needs a --bundle that is a directory of"
              + " the work tree");
    }
    return options.bundle;
  }

  private Optional<Bundle> bundle(BundleOptions options, Path source)
      throws EngineException, IOException {
    if (Files.isDirectory(source)) {
      try (Stream<Path> files = Files.walk(source)) {
        if (files.noneMatch(BaseOptions::mayBeOfABundle)) {
          return Optional.empty();
        }
      }
    }
    try {
      return Optional.of(options.read(source));
    } catch (InvalidBundleException e) {
      throw new EngineException(
          FailureReason.InvalidRequest,
          "the base "
              + base
              + " is no valid bundle, and nothing can be compared with it: "
              + e.getMessage(),
          e);
    }
  }

  private static boolean mayBeOfABundle(Path file) {
    String name = file.getFileName().toString();
    return name.endsWith(".sql") || name.endsWith(".gz");
  }

  private EngineException unknown() {
    return invalid(
        "--base "
            + base
            + " is neither a directory nor a Git ref that is known here. In CI fetch it first, with"
            + " its history (actions/checkout: fetch-depth: 0)");
  }

  private static EngineException invalid(String message) {
    return new EngineException(FailureReason.InvalidRequest, message);
  }

  private static void delete(Path scratch) {
    if (scratch == null) {
      return;
    }
    try (Stream<Path> files = Files.walk(scratch)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      // It is in the system's directory for temporary files, which is cleared anyway.
      scratch.toFile().deleteOnExit();
    }
  }
}
