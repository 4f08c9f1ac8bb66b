package dev.schemaward.runner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.schemaward.engine.execute.Cancellation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

/** {@code docs/reference/cli.md} is what {@code --help} says; this test writes it when asked. */
class CliReferenceTest {
  private static final Path REFERENCE =
      Path.of(System.getProperty("schemaward.root"), "docs/reference/cli.md");

  @Test
  void theReferenceIsWhatTheCommandSays() throws IOException {
    CommandLine main =
        Main.commandLine(
            new Main.Context(new Output(System.out, System.err), Map.of(), new Cancellation()));
    StringBuilder text = new StringBuilder("# The command `schemaward`\n\n");
    text.append(
        "Generated from the command's own help; do not edit. Regenerate: `mvn -pl operator/runner"
            + " -am verify");
    text.append(
        " -Dtest=CliReferenceTest -Dsurefire.failIfNoSpecifiedTests=false"
            + " -Dschemaward.regenerate=true`\n\n");
    text.append("```\n").append(main.getUsageMessage(Ansi.OFF)).append("```\n");
    main.getSubcommands()
        .forEach(
            (name, command) ->
                text.append("\n## ")
                    .append(name)
                    .append("\n```\n")
                    .append(command.getUsageMessage(Ansi.OFF))
                    .append("```\n"));
    String expected = text.toString().replaceAll("[ \t]+\n", "\n");
    if (Boolean.getBoolean("schemaward.regenerate")) {
      Files.writeString(REFERENCE, expected);
    }
    assertThat(REFERENCE).content().isEqualTo(expected);
  }
}
