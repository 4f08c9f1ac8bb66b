package dev.schemaward.controller.app;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/**
 * {@code /healthz} (restart me if this fails), {@code /readyz} (I see the cluster) and {@code
 * /metrics}. Read-only, without authentication and without anything secret in it; serves nothing
 * else.
 */
final class HttpEndpoints implements AutoCloseable {
  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  /**
   * @param unhealthy why the process should be restarted; empty when it should not
   * @param unready why the process is not ready; empty when it is
   * @param metrics Prometheus text
   * @throws IOException when the port is taken
   */
  HttpEndpoints(
      int port,
      Supplier<Optional<String>> unhealthy,
      Supplier<Optional<String>> unready,
      Supplier<String> metrics)
      throws IOException {
    server = HttpServer.create(new InetSocketAddress(port), 0);
    server.createContext("/healthz", exchange -> probe(exchange, unhealthy.get()));
    server.createContext("/readyz", exchange -> probe(exchange, unready.get()));
    server.createContext(
        "/metrics", exchange -> answer(exchange, 200, "text/plain; version=0.0.4", metrics.get()));
    server.createContext("/", exchange -> answer(exchange, 404, "text/plain", "not found\n"));
    server.setExecutor(threads);
    server.start();
  }

  int port() {
    return server.getAddress().getPort();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }

  private static void probe(HttpExchange exchange, Optional<String> trouble) throws IOException {
    answer(exchange, trouble.isEmpty() ? 200 : 503, "text/plain", trouble.orElse("ok") + "\n");
  }

  private static void answer(HttpExchange exchange, int code, String type, String body)
      throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", type + "; charset=utf-8");
    exchange.sendResponseHeaders(code, bytes.length);
    try (OutputStream out = exchange.getResponseBody()) {
      out.write(bytes);
    }
  }
}
