package dev.schemaward.engine.connect;

import dev.schemaward.engine.EngineException;
import dev.schemaward.engine.FailureReason;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads {@code postgresql://user:password@host:port/database?parameters} by Prisma's rules (a URL
 * that works there works here), with libpq's {@code sslmode=verify-ca|verify-full}, {@code
 * sslrootcert}, which Prisma silently ignores, honoured.
 */
final class DatabaseUrl {
  private static final Pattern URL =
      Pattern.compile(
          "(?s)(?<scheme>[a-zA-Z+]+)://(?:(?<user>[^:@/?#]*)(?::(?<password>[^@/?#]*))?@)?"
              + "(?<host>\\[[^\\]]*\\]|[^:/?#,]*)(?::(?<port>\\d+))?(?:/(?<path>[^?#]*))?(?:\\?(?<query>.*))?");
  private static final Duration DEFAULT_CONNECT_TIMEOUT = Duration.ofSeconds(5);

  private DatabaseUrl() {}

  /**
   * Parses a URL.
   *
   * @param text the URL; surrounding white space is ignored
   * @param source what to call it in a message, for example {@code key DATABASE_URL}
   * @param directory where certificates are looked for; null for none
   * @throws EngineException DependencyMissing with a message that shows nothing of the URL
   */
  static Credentials parse(String text, String source, Path directory) throws EngineException {
    String url = text.strip();
    Matcher matcher = URL.matcher(url);
    if (!matcher.matches()) {
      throw wrong(
          source,
          url.contains(",")
              ? "it names several hosts; give the primary's own address"
              : "it is not a URL of the form postgresql://user:password@host:5432/database (special"
                  + " characters in the password must be percent-encoded: @ is %40, / is %2F)");
    }
    String scheme = matcher.group("scheme");
    if (scheme.startsWith("prisma")) {
      throw wrong(
          source, scheme + ":// goes through a proxy; give the server's own postgresql:// URL");
    }
    if (!scheme.equals("postgresql") && !scheme.equals("postgres")) {
      throw wrong(source, "its scheme is neither postgresql nor postgres");
    }
    Map<String, String> query = query(matcher.group("query"), source);
    String host = query.getOrDefault("host", matcher.group("host"));
    if (host.startsWith("/")) {
      throw wrong(source, "it names a Unix socket; a pod reaches PostgreSQL over TCP");
    }
    if (host.startsWith("[")) {
      host = host.substring(1, host.length() - 1);
    }
    String port = matcher.group("port");
    String path = matcher.group("path");
    String database = path == null || path.isEmpty() ? "postgres" : path.split("/", 2)[0];
    String password = decode(matcher.group("password"), source);
    return new Credentials(
        host.isEmpty() ? "localhost" : host,
        port == null ? 5432 : number(port, "port", source),
        database,
        decode(matcher.group("user"), source),
        password == null || password.isEmpty() ? null : password,
        query.get("schema"),
        TlsParameters.of(query, source, directory),
        query.containsKey("connect_timeout")
            ? Duration.ofSeconds(number(query.get("connect_timeout"), "connect_timeout", source))
            : DEFAULT_CONNECT_TIMEOUT,
        query.containsKey("socket_timeout")
            ? Duration.ofSeconds(number(query.get("socket_timeout"), "socket_timeout", source))
            : Duration.ZERO,
        query.get("options"),
        matcher.group("password") == null ? List.of() : List.of(matcher.group("password")),
        null);
  }

  private static Map<String, String> query(String text, String source) throws EngineException {
    Map<String, String> query = new LinkedHashMap<>();
    if (text == null) {
      return query;
    }
    for (String pair : text.split("&")) {
      if (!pair.isEmpty()) {
        String[] keyAndValue = pair.split("=", 2);
        query.put(
            decode(keyAndValue[0], source),
            keyAndValue.length == 1 ? "" : decode(keyAndValue[1], source));
      }
    }
    return query;
  }

  private static String decode(String text, String source) throws EngineException {
    if (text == null) {
      return null;
    }
    try {
      // '+' is itself in a URL's user part; URLDecoder is for forms and would make it a space.
      return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw wrong(source, "a % in it is not followed by two hex digits; a literal % is %25");
    }
  }

  private static int number(String text, String what, String source) throws EngineException {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw wrong(source, what + " is not a number");
    }
  }

  private static EngineException wrong(String source, String why) {
    return new EngineException(
        FailureReason.DependencyMissing, source + " cannot be used as a database URL: " + why);
  }
}
