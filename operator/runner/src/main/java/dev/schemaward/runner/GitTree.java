package dev.schemaward.runner;

import dev.schemaward.engine.EngineException;
import dev.schemaward.engine.FailureReason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A directory of a Git work tree as other commits have it. Asks the {@code git} program, and
 * changes nothing in the work tree or its index.
 */
final class GitTree {
  private static final long PATIENCE_SECONDS = 120;
  private static final int LONGEST_COMPLAINT = 500;

  private final Path directory;
  private final Path scratch;
  private final String top;

  /** Of the directory in the work tree, with {@code /} at its end; empty for its top. */
  private final String prefix;

  private GitTree(Path directory, Path scratch, String top, String prefix) {
    this.directory = directory;
    this.scratch = scratch;
    this.top = top;
    this.prefix = prefix;
  }

  /**
   * Finds the work tree.
   *
   * @param directory that exists
   * @param scratch an empty directory of ours, for what is read
   * @throws EngineException InvalidRequest when it is in none, DependencyMissing without git
   */
  static GitTree around(Path directory, Path scratch) throws EngineException {
    Ended asked =
        git(directory, scratch, Map.of(), "rev-parse", "--show-toplevel", "--show-prefix");
    if (asked.code() != 0) {
      throw invalid(
          directory
              + " is not in a Git work tree, so that --base can only be a directory: "
              + asked.complaint());
    }
    List<String> lines = asked.out().lines().toList();
    return new GitTree(directory, scratch, lines.getFirst(), lines.size() > 1 ? lines.get(1) : "");
  }

  /** The commit that a branch, tag or hash means; empty when git knows none. */
  Optional<String> commit(String ref) throws EngineException {
    // What begins with a hyphen is no ref, and must not become an option.
    if (ref.isBlank() || ref.startsWith("-")) {
      return Optional.empty();
    }
    Ended asked = git("rev-parse", "--verify", "--quiet", ref + "^{commit}");
    return asked.code() == 0 ? Optional.of(asked.out().strip()) : Optional.empty();
  }

  /** Where the work tree's HEAD and a commit parted; empty when git cannot tell. */
  Optional<String> forkPoint(String commit) throws EngineException {
    Ended asked = git("merge-base", "HEAD", commit);
    return asked.code() == 0 ? Optional.of(asked.out().strip()) : Optional.empty();
  }

  /**
   * Writes the directory as a commit has it, with the same line ends and filters as a checkout.
   *
   * @return where; empty when the commit has no such directory
   */
  Optional<Path> checkout(String commit) throws EngineException {
    String path = prefix.isEmpty() ? "" : prefix.substring(0, prefix.length() - 1);
    Ended tree =
        git(
            "rev-parse",
            "--verify",
            "--quiet",
            path.isEmpty() ? commit + "^{tree}" : commit + ":" + path);
    if (tree.code() != 0) {
      return Optional.empty();
    }
    Path target = scratch.resolve(commit);
    Map<String, String> index = Map.of("GIT_INDEX_FILE", scratch.resolve(commit + ".i").toString());
    List<String> read = new ArrayList<>(List.of("read-tree"));
    if (!prefix.isEmpty()) {
      read.add("--prefix=" + prefix);
    }
    read.add(tree.out().strip());
    require(git(Path.of(top), scratch, index, read.toArray(String[]::new)), commit);
    require(
        git(
            Path.of(top),
            scratch,
            index,
            "checkout-index",
            "--all",
            "--quiet",
            "--prefix=" + target + "/"),
        commit);
    return Optional.of(target.resolve(prefix));
  }

  /** The directory's path in the work tree, for messages. */
  String path() {
    return prefix.isEmpty() ? "the top of the work tree" : prefix;
  }

  private static void require(Ended ended, String commit) throws EngineException {
    if (ended.code() != 0) {
      throw invalid("git cannot read commit " + commit + ": " + ended.complaint());
    }
  }

  private static EngineException invalid(String message) {
    return new EngineException(FailureReason.InvalidRequest, message);
  }

  /** How a git command ended. */
  private record Ended(int code, String out, String err) {
    String complaint() {
      String said = err.strip();
      return said.isEmpty()
          ? "git ended with code " + code
          : said.length() > LONGEST_COMPLAINT ? said.substring(0, LONGEST_COMPLAINT) + "…" : said;
    }
  }

  private Ended git(String... arguments) throws EngineException {
    return git(directory, scratch, Map.of(), arguments);
  }

  private static Ended git(
      Path directory, Path scratch, Map<String, String> environment, String... arguments)
      throws EngineException {
    // Left out by a sparse checkout, a migration of the base would seem to be removed.
    List<String> command =
        new ArrayList<>(
            List.of("git", "-c", "core.sparseCheckout=false", "-c", "core.fsmonitor=false"));
    command.addAll(List.of(arguments));
    try {
      Path out = scratch.resolve("out");
      Path err = scratch.resolve("err");
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .directory(directory.toFile())
              .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
              .redirectOutput(out.toFile())
              .redirectError(err.toFile());
      builder.environment().putAll(Map.of("LC_ALL", "C", "GIT_TERMINAL_PROMPT", "0"));
      builder.environment().putAll(environment);
      Process process = builder.start();
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw invalid("git " + arguments[0] + " did not end within " + PATIENCE_SECONDS + " s");
      }
      return new Ended(process.exitValue(), read(out), read(err));
    } catch (IOException e) {
      throw new EngineException(
          FailureReason.DependencyMissing,
          "the program git cannot be run, which reads the base: "
              + e.getMessage()
              + ". Install it, or give a directory as --base",
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EngineException(FailureReason.Interrupted, "interrupted while git worked", e);
    }
  }

  private static String read(Path file) throws IOException {
    return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
  }
}
