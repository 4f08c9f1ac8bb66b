package dev.schemaward.runner;

import dev.schemaward.engine.EngineException;
import dev.schemaward.engine.FailureReason;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * What happens when the command line cannot be understood: it is said as any other failure is, also
 * in the result file if one was asked for, and without the password of a URL that somebody gave as
 * an argument.
 */
final class RefusedArguments implements CommandLine.IParameterExceptionHandler {
  private static final Pattern USER_INFO =
      Pattern.compile("(?i)([a-z][a-z0-9+.-]*://[^\\s:/@]*):\\S*@");
  private static final Pattern SECRET_PARAMETER =
      Pattern.compile("(?i)((?:password|passwd|pwd|secret|api_key)\\s*[=:]\\s*)[^\\s&,]+");

  private final Output output;

  RefusedArguments(Output output) {
    this.output = output;
  }

  @Override
  public int handleParseException(ParameterException refused, String[] arguments) {
    String command = refused.getCommandLine().getCommandSpec().qualifiedName();
    StringBuilder message = new StringBuilder(withoutSecrets(refused.getMessage()));
    if (refused instanceof UnmatchedArgumentException unmatched
        && !unmatched.getSuggestions().isEmpty()) {
      message.append(". Did you mean ").append(String.join(" or ", unmatched.getSuggestions()));
      message.append('?');
    }
    RunOptions options = new RunOptions();
    String run = value(arguments, "--run");
    if (run != null) {
      options.run = run;
    }
    String file = value(arguments, "--result-file");
    options.resultFile = file == null ? null : Path.of(file);
    return new Report(
            refused.getCommandLine().getCommandName(), options, DocumentFormat.text, output)
        .of(
            () -> {
              throw new EngineException(
                  FailureReason.InvalidRequest, message + ". See `" + command + " --help`");
            });
  }

  /** Nothing was read yet, so no secret is known by value: only by where it stands. */
  static String withoutSecrets(String text) {
    String masked = USER_INFO.matcher(text).replaceAll("$1:********@");
    return SECRET_PARAMETER.matcher(masked).replaceAll("$1********");
  }

  /** The value of an option in a command line that was not understood as a whole; null for none. */
  private static String value(String[] arguments, String option) {
    List<String> all = List.of(arguments);
    for (int i = 0; i < all.size(); i++) {
      if (all.get(i).startsWith(option + "=")) {
        return all.get(i).substring(option.length() + 1);
      }
      if (all.get(i).equals(option) && i + 1 < all.size()) {
        return all.get(i + 1);
      }
    }
    return null;
  }
}
