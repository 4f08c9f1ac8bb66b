package dev.schemaward.engine.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.schemaward.engine.EngineException;
import dev.schemaward.engine.execute.Cancellation;
import dev.schemaward.engine.verify.CheckResult.Outcome;
import dev.schemaward.testkit.postgres.CertificateAuthority;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** HTTP checks against a real server that misbehaves in every way that one can. */
@Timeout(60)
class HttpChecksTest {
  private final CountDownLatch released = new CountDownLatch(1);
  private final List<String> secrets = new ArrayList<>();
  private final AtomicInteger requests = new AtomicInteger();
  private HttpServer server;
  private Path certificates;
  @TempDir private Path work;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.start();
  }

  @AfterEach
  void stop() {
    released.countDown();
    server.stop(0);
  }

  /** What the server does with a request. */
  @FunctionalInterface
  private interface Behaviour {
    void handle(HttpExchange exchange, int request) throws IOException, InterruptedException;
  }

  private String serve(Behaviour behaviour) {
    server.createContext(
        "/health",
        exchange -> {
          try (exchange) {
            behaviour.handle(exchange, requests.incrementAndGet());
          } catch (InterruptedException e) {
            throw new IOException(e);
          }
        });
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/health";
  }

  private static void answer(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  private CheckResult check(String url, String more) throws EngineException {
    VerificationReport report =
        Verification.run(
            new Verification.Request(
                Specs.read(
                    "{http: [{name: 'h', url: '"
                        + url
                        + "', intervalSeconds: 0"
                        + (more.contains("timeoutSeconds") ? "" : ", timeoutSeconds: 1")
                        + (more.isEmpty() ? "" : ", " + more)
                        + "}]}"),
                null,
                null,
                new HeaderValues(
                    Map.of("VERIFY_TOKEN", "Bearer s3cr3t-token", "DATABASE_URL", "x"),
                    work,
                    secrets::add),
                certificates),
            new Cancellation());
    assertThat(report.target()).isNull();
    return report.results().getFirst();
  }

  private static void failed(CheckResult result, String found, String message) {
    assertThat(result.outcome()).isEqualTo(Outcome.failed);
    assertThat(result.found()).isEqualTo(found);
    assertThat(result.message()).contains(message);
  }

  @Test
  void theRightStatusIsEnough() throws EngineException {
    String url = serve((exchange, request) -> answer(exchange, 200, "not JSON"));
    CheckResult result = check(url, "");
    assertThat(result.ok()).isTrue();
    assertThat(result.found()).isEqualTo("status 200");
    assertThat(result.message()).isEqualTo("http h answers with status 200");
    assertThat(requests).hasValue(1);
  }

  @Test
  void anotherStatusFails() throws EngineException {
    String url = serve((exchange, request) -> answer(exchange, 204, ""));
    failed(
        check(url + "?token=abc", "retries: 0"),
        "status 204",
        "got status 204 from " + url + ", not 200");
    assertThat(check(url, "status: 204").ok()).isTrue();
  }

  @Test
  void aServerThatRecoversIsFine() throws EngineException {
    String url =
        serve((exchange, request) -> answer(exchange, request < 3 ? 500 : 200, "{\"a\": 1}"));
    CheckResult result = check(url, "retries: 2, jsonPath: '$.a', value: 1");
    assertThat(result.ok()).isTrue();
    assertThat(result.message()).endsWith("(attempt 3)");
    assertThat(requests).hasValue(3);
  }

  @Test
  void retriesEnd() throws EngineException {
    String url = serve((exchange, request) -> answer(exchange, 503, ""));
    failed(check(url, "retries: 2"), "status 503", "not 200 (attempt 3)");
    assertThat(requests).hasValue(3);
  }

  @Test
  void aServerThatHangsIsGivenUp() throws EngineException {
    String url = serve((exchange, request) -> released.await());
    failed(
        check(url, "retries: 0"), "no answer within 1 s", "got no answer within 1 s from " + url);
  }

  @Test
  void aBodyThatNeverEndsIsGivenUpOnlyWhenItMatters() throws EngineException {
    String url =
        serve(
            (exchange, request) -> {
              exchange.sendResponseHeaders(200, 0);
              exchange.getResponseBody().write('{');
              exchange.getResponseBody().flush();
              released.await();
            });
    assertThat(check(url, "").ok()).isTrue();
    failed(check(url, "retries: 0, jsonPath: '$.a'"), "no answer within 1 s", "within 1 s");
  }

  @Test
  void aBodyThatIsTooLongIsNotRead() throws EngineException {
    byte[] chunk = " ".repeat(1 << 16).getBytes(StandardCharsets.UTF_8);
    String url =
        serve(
            (exchange, request) -> {
              exchange.sendResponseHeaders(200, 0);
              try {
                for (int i = 0; i < 10_000; i++) {
                  exchange.getResponseBody().write(chunk);
                }
              } catch (IOException e) {
                released.countDown();
              }
            });
    CheckResult result = check(url, "retries: 0, jsonPath: '$.a'");
    assertThat(result.outcome()).isEqualTo(Outcome.failed);
    assertThat(result.message()).contains("an answer longer than 1 MiB");
  }

  @Test
  void aConnectionThatIsClosedIsSaidSo() throws IOException, EngineException {
    try (ServerSocket closing = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      Thread.startVirtualThread(
          () -> {
            try {
              while (true) {
                try (Socket socket = closing.accept()) {
                  socket.getInputStream().read();
                }
              }
            } catch (IOException e) {
              return; // the test is over
            }
          });
      failed(
          check("http://127.0.0.1:" + closing.getLocalPort() + "/", "retries: 0"),
          "the connection was closed without an answer",
          "got no usable answer from http://127.0.0.1:" + closing.getLocalPort() + "/");
    }
  }

  @Test
  void nobodyThereIsSaidSo() throws IOException, EngineException {
    int port;
    try (ServerSocket socket = new ServerSocket(0)) {
      port = socket.getLocalPort();
    }
    failed(
        check("http://127.0.0.1:" + port + "/", "retries: 1"),
        "nothing accepts connections there",
        "(attempt 2)");
    failed(
        check("http://no-such-host.invalid/", "retries: 0"),
        "the name is not known here",
        "got no usable answer from http://no-such-host.invalid/");
  }

  @Test
  void onlyACertificateThatIsTrustedCounts() throws Exception {
    CertificateAuthority authority = new CertificateAuthority("Verify CA");
    CertificateAuthority.Issued issued =
        authority.issue("EC", "localhost", List.of("localhost"), Duration.ofDays(1));
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setKeyEntry(
        "server",
        issued.keys().getPrivate(),
        new char[0],
        new X509Certificate[] {issued.certificate()});
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(store, new char[0]);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), null, null);
    HttpsServer tls =
        HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    tls.setHttpsConfigurator(new HttpsConfigurator(context));
    tls.createContext("/", exchange -> answer(exchange, 200, ""));
    tls.start();
    try {
      String url = "https://localhost:" + tls.getAddress().getPort() + "/";
      CheckResult unknown = check(url, "retries: 0, timeoutSeconds: 20");
      assertThat(unknown.outcome()).isEqualTo(Outcome.failed);
      assertThat(unknown.found()).startsWith("TLS failed").contains("certification path");
      certificates = Files.writeString(work.resolve("ca.pem"), authority.certificatePem());
      assertThat(check(url, "retries: 0, timeoutSeconds: 20").ok()).isTrue();
      CheckResult otherName =
          check(url.replace("localhost", "127.0.0.1"), "retries: 0, timeoutSeconds: 20");
      assertThat(otherName.found()).startsWith("TLS failed").contains("127.0.0.1");
    } finally {
      tls.stop(0);
    }
  }

  @Test
  void aFileWithoutCertificatesIsRefused() throws IOException {
    certificates = Files.writeString(work.resolve("ca.pem"), "nothing");
    assertThatThrownBy(() -> check("https://localhost:1/", ""))
        .hasMessageContaining("cannot be used");
  }

  @Test
  void aRedirectIsNotFollowed() throws EngineException {
    String url =
        serve(
            (exchange, request) -> {
              exchange
                  .getResponseHeaders()
                  .add("Location", "https://u:pw@login.example/in?token=abc#x");
              answer(exchange, 302, "");
            });
    failed(
        check(url, "retries: 0"),
        "status 302, a redirect to https://login.example/in, which is not followed",
        "not 200");
    assertThat(check(url, "status: 302").ok()).isTrue();
  }

  @Test
  void theValueIsComparedAsText() throws EngineException {
    String url =
        serve(
            (exchange, request) ->
                answer(exchange, 200, "{\"status\": \"UP\", \"n\": 3, \"list\": [true]}"));
    assertThat(check(url, "jsonPath: '$.status', value: 'UP'").ok()).isTrue();
    assertThat(check(url, "jsonPath: '/n', value: 3").ok()).isTrue();
    assertThat(check(url, "jsonPath: '$.list[0]', value: true").ok()).isTrue();
    assertThat(check(url, "jsonPath: '$.status'").ok()).isTrue();
    failed(
        check(url, "retries: 0, jsonPath: '$.status', value: 'up'"),
        "$.status = UP",
        "got $.status = UP from " + url + ", not up");
    failed(
        check(url, "retries: 0, jsonPath: '$.state'"),
        "no $.state",
        "got JSON from " + url + " without $.state");
  }

  @Test
  void whatIsNoJsonIsSaidSo() throws EngineException {
    String url = serve((exchange, request) -> answer(exchange, 200, request == 1 ? "<html>" : ""));
    failed(check(url, "retries: 0, jsonPath: '$.a'"), "no JSON", "that is no JSON");
    failed(check(url, "retries: 0, jsonPath: '$.a'"), "no JSON", "that is no JSON");
  }

  @Test
  void headersComeFromTheEnvironmentAndFiles() throws EngineException, IOException {
    Files.writeString(work.resolve("key"), "k3y\n");
    String url =
        serve(
            (exchange, request) -> {
              var headers = exchange.getRequestHeaders();
              boolean right =
                  "Bearer s3cr3t-token".equals(headers.getFirst("Authorization"))
                      && "k3y".equals(headers.getFirst("X-Key"))
                      && "text/plain".equals(headers.getFirst("Accept"));
              answer(exchange, right ? 200 : 401, "");
            });
    CheckResult result =
        check(
            url,
            "retries: 0, headers: [{name: 'Authorization', env: 'VERIFY_TOKEN'}, {name: 'X-Key',"
                + " file: 'key'}, {name: 'Accept', value: 'text/plain'}]");
    assertThat(result.ok()).as(result.message()).isTrue();
    assertThat(secrets).contains("Bearer s3cr3t-token", "s3cr3t-token", "k3y");
  }

  @Test
  void aHeaderThatIsNotThereIsAnErrorAndNothingIsAsked() throws EngineException, IOException {
    String url = serve((exchange, request) -> answer(exchange, 200, ""));
    for (Map.Entry<String, String> missing :
        Map.of(
                "env: 'VERIFY_NOTHING'", "the environment variable VERIFY_NOTHING is not there",
                "file: 'nothing'", "the file nothing is not there",
                "file: 'broken'", "the file broken holds characters that a header cannot have")
            .entrySet()) {
      Files.writeString(work.resolve("broken"), "a\r\nInjected: b");
      CheckResult result = check(url, "headers: [{name: 'X', " + missing.getKey() + "}]");
      assertThat(result.outcome()).isEqualTo(Outcome.error);
      assertThat(result.message()).contains(missing.getValue()).doesNotContain("Injected");
    }
    assertThat(requests).hasValue(0);
  }

  @Test
  void addressesWhereCloudsKeepCredentialsAreNotAsked() throws EngineException {
    failed(
        check("http://169.254.169.254/latest/meta-data/", "retries: 0"),
        "not asked",
        "is a link-local address");
    failed(check("http://[fe80::1]/", "retries: 0"), "not asked", "is a link-local address");
  }

  @Test
  void aRequestToStopEndsTheWaiting() throws InterruptedException, EngineException {
    Cancellation cancellation = new Cancellation();
    String url =
        serve(
            (exchange, request) -> {
              answer(exchange, 500, "");
              cancellation.cancel();
            });
    List<EngineException> thrown = new ArrayList<>();
    Thread verifies =
        Thread.startVirtualThread(
            () -> {
              try {
                Verification.run(
                    new Verification.Request(
                        read(url),
                        null,
                        null,
                        new HeaderValues(Map.of(), null, secret -> {}),
                        null),
                    cancellation);
              } catch (EngineException e) {
                thrown.add(e);
              }
            });
    verifies.join();
    assertThat(thrown).hasSize(1);
    assertThat(thrown.getFirst()).hasMessageContaining("told to stop");
  }

  private static VerificationSpec read(String url) throws EngineException {
    return Specs.read(
        "{http: [{name: 'h', url: '" + url + "', intervalSeconds: 600, retries: 100}]}");
  }

  @Test
  void addressesAreAskedAtTheSameTime() throws EngineException {
    // Each answers only when all three have been asked.
    CountDownLatch all = new CountDownLatch(3);
    String url =
        serve(
            (exchange, request) -> {
              all.countDown();
              all.await();
              answer(exchange, 200, "");
            });
    VerificationReport report =
        Verification.run(
            new Verification.Request(
                Specs.read(
                    "{http: [{name: 'a', url: '%1$s'}, {name: 'b', url: '%1$s'}, {name: 'c', url: '%1$s'}]}"
                        .formatted(url)),
                null,
                null,
                new HeaderValues(Map.of(), null, secret -> {}),
                null),
            new Cancellation());
    assertThat(report.failed()).isEmpty();
  }

  @Test
  void whatTheServerEchoesOfASecretIsForTheCallerToMask() throws EngineException {
    String url =
        serve(
            (exchange, request) ->
                answer(
                    exchange,
                    200,
                    "{\"echo\": \"" + exchange.getRequestHeaders().getFirst("X") + "\"}"));
    CheckResult result =
        check(
            url,
            "retries: 0, jsonPath: '$.echo', value: 'x', headers: [{name: 'X', env:"
                + " 'VERIFY_TOKEN'}]");
    assertThat(result.found()).contains("s3cr3t-token");
    assertThat(secrets).contains("s3cr3t-token");
  }

  @Test
  void nothingIsLeftBehind() throws EngineException, IOException {
    String url =
        serve(
            (exchange, request) -> {
              try (OutputStream body = exchange.getResponseBody()) {
                exchange.sendResponseHeaders(200, 2);
                body.write("{}".getBytes(StandardCharsets.UTF_8));
              }
            });
    check(url, "jsonPath: '$'");
    assertThat(
            Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("HttpClient")))
        .as("threads")
        .isEmpty();
  }
}
