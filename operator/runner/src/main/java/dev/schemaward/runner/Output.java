package dev.schemaward.runner;

import dev.schemaward.engine.connect.Redactor;
import dev.schemaward.engine.execute.Progress;
import java.io.Console;
import java.io.PrintStream;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Where everything that leaves the process goes through, so that no secret leaves with it. */
final class Output {
  private final PrintStream out;
  private final PrintStream err;
  private final Set<String> secrets = new LinkedHashSet<>();
  private Redactor redactor = Redactor.none();

  Output(PrintStream out, PrintStream err) {
    this.out = out;
    this.err = err;
  }

  /** From now on these secrets are masked too. */
  void mask(Collection<String> more) {
    if (secrets.addAll(more)) {
      redactor = Redactor.of(List.copyOf(secrets));
    }
  }

  String redact(String text) {
    return redactor.redact(text);
  }

  /** A line on standard output. */
  void line(String text) {
    out.println(redact(text));
  }

  /** A line on standard output whose texts are masked already: masking JSON breaks its names. */
  void masked(String text) {
    out.println(text);
  }

  /** Progress in the form that fits where it goes: a bar, lines of text, or lines of JSON. */
  Progress progress(RunOptions.ProgressFormat format, boolean forOperator) {
    return switch (format) {
      case none -> Progress.SILENT;
      case text -> new ProgressLog(this);
      case json -> new ProgressLines(this);
      case bar -> new ProgressBar(this, out);
      case auto ->
          forOperator
              ? new ProgressLines(this)
              : isTerminal() ? new ProgressBar(this, out) : new ProgressLog(this);
    };
  }

  private static boolean isTerminal() {
    // In JDK 25 there is none where nobody types, as in CI.
    return Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false);
  }

  /** A line on standard error. */
  void error(String text) {
    err.println(redact(text));
  }
}
