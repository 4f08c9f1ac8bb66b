package dev.schemaward.runner;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.schemaward.engine.execute.Cancellation;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A command line that cannot be understood, and a run that fails without a statement to blame. */
class RefusedArgumentsTest {
  @TempDir private Path work;

  private record Ended(int code, String err) {}

  private static Ended run(Cancellation cancellation, String... arguments) {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int code =
        Main.run(
            arguments,
            new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            Map.of("DATABASE_URL", "postgresql://u:hunter22@127.0.0.1:1/x"),
            cancellation);
    return new Ended(code, err.toString(StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--database-url postgresql://u:hunter22@h/db",
        "--database-url=postgresql://u:hunter22@h/db",
        "postgresql://u:hunter22@h/db",
        "postgresql://u:hunter22/x@y@h/db?a=b",
        "--lock-wait postgresql://u:hunter22@h/db",
        "--password=hunter22",
        "--lock-wait hunter22",
        "jdbc:postgresql://h/db?user=u&password=hunter22"
      })
  void aPasswordInAnArgumentIsNotRepeated(String line) {
    Ended ended = run(new Cancellation(), ("apply --bundle b " + line).split(" "));
    assertThat(ended.code()).isEqualTo(2);
    assertThat(ended.err()).contains("InvalidRequest", "schemaward apply --help");
    assertThat(ended.err()).doesNotContain("hunter22");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--result-file FILE --frobnicate", "--frobnicate --result-file=FILE"})
  void theResultFileSaysSoToo(String line) throws IOException {
    Path file = work.resolve("result");
    Ended ended =
        run(
            new Cancellation(),
            ("plan --run r7 --bundle b " + line.replace("FILE", file.toString())).split(" "));
    assertThat(ended.code()).isEqualTo(2);
    JsonNode result = new ObjectMapper().readTree(Files.readString(file));
    assertThat(result.path("kind").asText()).isEqualTo("plan");
    assertThat(result.path("runId").asText()).isEqualTo("r7");
    assertThat(result.path("reason").asText()).isEqualTo("InvalidRequest");
    assertThat(result.path("message").asText()).contains("--frobnicate");
  }

  @Test
  void aMistypedOptionIsPutRight() {
    assertThat(run(new Cancellation(), "apply", "--bundle", "b", "--dedline", "1h").err())
        .contains("Did you mean --deadline");
  }

  @Test
  void aFailureWithoutAStatementSaysWhatTookEffectAndWhatToDo() throws IOException {
    Ended ended = run(new Cancellation(), "apply", "--bundle", bundle());
    assertThat(ended.code()).isEqualTo(75);
    assertThat(ended.err().lines())
        .satisfiesExactly(
            line -> assertThat(line).isEqualTo("TargetUnreachable"),
            line -> assertThat(line).startsWith("  why:").contains("127.0.0.1:1"),
            line -> assertThat(line).isEqualTo("  took effect: nothing of this run"),
            line -> assertThat(line).startsWith("  next:").contains("safe to run again"));
    assertThat(run(new Cancellation(), "plan", "--bundle", bundle()).err())
        .contains("why:", "next:")
        .doesNotContain("took effect");
  }

  @Test
  void aStopWhileConnectingIsNotBlamedOnTheServer() throws IOException {
    Cancellation stopped = new Cancellation();
    stopped.cancel();
    Path file = work.resolve("result");
    Ended ended = run(stopped, "apply", "--bundle", bundle(), "--result-file", file.toString());
    assertThat(ended.code()).isEqualTo(75);
    assertThat(ended.err()).startsWith("Interrupted").contains("told to stop");
    assertThat(new ObjectMapper().readTree(Files.readString(file)).path("reason").asText())
        .isEqualTo("Interrupted");
  }

  private String bundle() throws IOException {
    Path directory = Files.createDirectories(work.resolve("bundle"));
    Files.writeString(directory.resolve("20260101000000_init.sql"), "create table a (id int);");
    return directory.toString();
  }
}
