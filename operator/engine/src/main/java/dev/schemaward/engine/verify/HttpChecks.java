package dev.schemaward.engine.verify;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.schemaward.engine.execute.Cancellation;
import dev.schemaward.engine.verify.CheckResult.Outcome;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;

/**
 * Asks HTTP addresses. Follows no redirect: a login page that answers 200 would pass for a healthy
 * application. Never shows what stands in a URL's query, nor a header.
 */
final class HttpChecks implements AutoCloseable {
  private static final int LONGEST_BODY = 1 << 20;
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  /** Where clouds give credentials to whoever asks from a node: no application answers there. */
  private static final String METADATA_IPV6 = "fd00:ec2:0:0:0:0:0:254";

  private final ObjectMapper mapper = new ObjectMapper();
  private final HttpClient client;
  private final HeaderValues values;
  private final Cancellation cancellation;

  HttpChecks(
      SSLContext tls, HeaderValues values, ExecutorService threads, Cancellation cancellation) {
    this.client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .sslContext(tls)
            .executor(threads)
            .build();
    this.values = values;
    this.cancellation = cancellation;
  }

  @Override
  public void close() {
    client.shutdownNow();
    try {
      client.awaitTermination(PATIENCE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** What one attempt found. */
  private record Attempt(boolean ok, String found, String message) {}

  /** Asks until it answers as it should, as often as is allowed. */
  CheckResult run(Check.Http check) {
    long begun = System.nanoTime();
    String name = "http " + check.name();
    HttpRequest request;
    try {
      request = request(check);
    } catch (HeaderValues.MissingException e) {
      return new CheckResult(
          check, Outcome.error, null, name + ": " + e.getMessage(), since(begun));
    }
    Attempt attempt = attempt(check, request);
    int attempts = 1;
    while (!attempt.ok() && attempts <= check.retries() && !cancellation.pause(check.interval())) {
      attempt = attempt(check, request);
      attempts++;
    }
    String tried = attempts == 1 ? "" : " (attempt " + attempts + ")";
    return new CheckResult(
        check,
        attempt.ok() ? Outcome.ok : Outcome.failed,
        attempt.found(),
        name + " " + attempt.message() + tried,
        since(begun));
  }

  private static Duration since(long begun) {
    return Duration.ofNanos(System.nanoTime() - begun);
  }

  private HttpRequest request(Check.Http check) throws HeaderValues.MissingException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(check.url()))
            .timeout(check.timeout())
            .setHeader("User-Agent", "schemaward-verify");
    for (Check.Header header : check.headers()) {
      request.setHeader(header.name(), values.of(header.source()));
    }
    return request.GET().build();
  }

  private Attempt attempt(Check.Http check, HttpRequest request) {
    String at = shown(request.uri());
    Optional<String> refused = refused(request.uri().getHost());
    if (refused.isPresent()) {
      return new Attempt(false, "not asked", "is not asked: " + refused.get());
    }
    try {
      return check.path() == null ? status(check, request, at) : value(check, request, at);
    } catch (TimeoutException e) {
      String found = "no answer within " + check.timeout().toSeconds() + " s";
      return new Attempt(false, found, "got " + found + " from " + at);
    } catch (IOException e) {
      String found = trouble(e);
      return new Attempt(false, found, "got no usable answer from " + at + ": " + found);
    }
  }

  /** The body does not matter, and may never end. */
  private Attempt status(Check.Http check, HttpRequest request, String at)
      throws IOException, TimeoutException {
    HttpResponse<InputStream> response =
        send(check, request, HttpResponse.BodyHandlers.ofInputStream());
    response.body().close();
    return response.statusCode() == check.status()
        ? new Attempt(true, "status " + check.status(), "answers with status " + check.status())
        : wrongStatus(check, response, at);
  }

  private static Attempt wrongStatus(Check.Http check, HttpResponse<?> response, String at) {
    String found = "status " + response.statusCode();
    String where =
        response.statusCode() / 100 == 3
            ? response
                .headers()
                .firstValue("Location")
                .map(location -> ", a redirect to " + target(location) + ", which is not followed")
                .orElse("")
            : "";
    return new Attempt(
        false, found + where, "got " + found + where + " from " + at + ", not " + check.status());
  }

  private Attempt value(Check.Http check, HttpRequest request, String at)
      throws IOException, TimeoutException {
    HttpResponse<byte[]> response =
        send(
            check,
            request,
            HttpResponse.BodyHandlers.limiting(
                HttpResponse.BodyHandlers.ofByteArray(), LONGEST_BODY));
    if (response.statusCode() != check.status()) {
      return wrongStatus(check, response, at);
    }
    JsonNode document;
    try {
      document = mapper.readTree(response.body());
    } catch (JsonProcessingException e) {
      document = null;
    }
    if (document == null || document.isMissingNode()) {
      return new Attempt(false, "no JSON", "got a body from " + at + " that is no JSON");
    }
    String where = check.path().text();
    Optional<String> there = check.path().in(document);
    if (there.isEmpty()) {
      return new Attempt(false, "no " + where, "got JSON from " + at + " without " + where);
    }
    String found = where + " = " + SqlChecks.shown(there.get());
    return check.value() == null || check.value().equals(there.get())
        ? new Attempt(true, found, "answers with status " + check.status() + " and " + found)
        : new Attempt(
            false,
            found,
            "got " + found + " from " + at + ", not " + SqlChecks.shown(check.value()));
  }

  /** The client's own limit is documented for the headers only; this one covers the body too. */
  private <T> HttpResponse<T> send(
      Check.Http check, HttpRequest request, HttpResponse.BodyHandler<T> body)
      throws IOException, TimeoutException {
    CompletableFuture<HttpResponse<T>> answer = client.sendAsync(request, body);
    try {
      return answer.get(check.timeout().toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof java.net.http.HttpTimeoutException) {
        throw new TimeoutException();
      }
      throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } finally {
      answer.cancel(true);
    }
  }

  private static Optional<String> refused(String host) {
    try {
      boolean metadata =
          Arrays.stream(InetAddress.getAllByName(host))
              .anyMatch(
                  address ->
                      address.isLinkLocalAddress()
                          || address.getHostAddress().equals(METADATA_IPV6));
      return metadata
          ? Optional.of(host + " is a link-local address, where clouds keep credentials")
          : Optional.empty();
    } catch (UnknownHostException e) {
      return Optional.empty(); // the attempt will say so
    }
  }

  /** Without the query, in which tokens stand. */
  private static String shown(URI uri) {
    return uri.getScheme().toLowerCase(Locale.ROOT)
        + "://"
        + uri.getRawAuthority()
        + (uri.getRawPath() == null ? "" : uri.getRawPath());
  }

  private static String target(String location) {
    int end = location.length();
    for (char mark : new char[] {'?', '#', ';'}) {
      int at = location.indexOf(mark);
      end = at < 0 ? end : Math.min(end, at);
    }
    return SqlChecks.shown(location.substring(0, end).replaceFirst("//[^/@]*@", "//"));
  }

  private static String trouble(IOException e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      switch (cause) {
        case UnresolvedAddressException unresolved -> {
          return "the name is not known here";
        }
        case SSLException tls -> {
          return "TLS failed: " + firstLine(tls);
        }
        default -> {
          // look further
        }
      }
    }
    if (e instanceof ConnectException) {
      return "nothing accepts connections there";
    }
    String said = firstLine(e);
    if (said.startsWith("body exceeds capacity")) {
      return "an answer longer than 1 MiB";
    }
    return said.contains("header parser received no bytes")
        ? "the connection was closed without an answer"
        : said.isEmpty() ? e.getClass().getSimpleName() : said;
  }

  private static String firstLine(Throwable e) {
    return e.getMessage() == null ? "" : SqlChecks.shown(e.getMessage().split("\\R", 2)[0]);
  }
}
