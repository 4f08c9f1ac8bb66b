package dev.schemaward.controller.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class MainTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private Optional<Integer> run(String... arguments) {
    return Main.run(
        List.of(arguments),
        Map.of(),
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8));
  }

  @Test
  void helpAndVersionEndWell() {
    assertThat(run("--help")).contains(0);
    assertThat(run("--version")).contains(0);
    assertThat(out.toString(StandardCharsets.UTF_8))
        .contains("--runner-image", "schemaward-operator ");
  }

  @Test
  void aWrongCommandLineIsExplained() {
    assertThat(run("--runner-image=x", "--http-port=high")).contains(2);
    assertThat(err.toString(StandardCharsets.UTF_8))
        .isEqualTo("schemaward-operator: --http-port: must be a number, not 'high'\n");
  }

  @Test
  void endpointsSayWhatIsWrong() throws IOException, InterruptedException {
    AtomicReference<Optional<String>> unready = new AtomicReference<>(Optional.of("not started"));
    try (var http = new HttpEndpoints(0, Optional::empty, unready::get, () -> "metric 1\n");
        HttpClient client = HttpClient.newHttpClient()) {
      assertThat(get(client, http.port(), "/healthz")).isEqualTo("200 ok\n");
      assertThat(get(client, http.port(), "/readyz")).isEqualTo("503 not started\n");
      unready.set(Optional.empty());
      assertThat(get(client, http.port(), "/readyz")).isEqualTo("200 ok\n");
      assertThat(get(client, http.port(), "/metrics")).isEqualTo("200 metric 1\n");
      assertThat(get(client, http.port(), "/else")).startsWith("404");
    }
  }

  private static String get(HttpClient client, int port, String path)
      throws IOException, InterruptedException {
    HttpResponse<String> response =
        client.send(
            HttpRequest.newBuilder(URI.create("http://localhost:" + port + path)).build(),
            HttpResponse.BodyHandlers.ofString());
    return response.statusCode() + " " + response.body();
  }
}
