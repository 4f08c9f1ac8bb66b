package dev.schemaward.runner;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.schemaward.api.run.JobContract;
import dev.schemaward.engine.connect.Redactor;
import dev.schemaward.engine.execute.Cancellation;
import dev.schemaward.testkit.postgres.PostgresServer;
import dev.schemaward.testkit.postgres.SharedPostgres;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Invariant I6: no output of any command shows a secret, whatever characters it is made of. */
class RedactionTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final String ALPHABET =
      "aZ09 '\"\\%$&?#/@:+=;,.*^()[]{}|<>~`!-_\t\n\r\u00e4\u00df\u20ac\u4e2d\ud83d\ude00";

  private final PostgresServer server = SharedPostgres.of(18);
  @TempDir private Path work;

  static Stream<String> passwords() {
    List<String> passwords =
        new ArrayList<>(
            List.of(
                "q#z",
                "#.-?",
                "it's \"quoted\" \\ and 100%",
                "line one\nline two\r\n\tline three",
                "p\u00e4\u00df w\u00f6rd \u20ac \ud83d\ude00",
                "{\"json\": [\"}\\n\"]}",
                "'; drop table x; --",
                "$$tag$$ $1 \\1 $pw$",
                ".*[a-z]+(x|y)?^$\\Qq\\E",
                "a:b@c/d?e=f&g#h%20i+j",
                "********",
                "ends with space ",
                "\\u0041\\x41\\'\\\"",
                "x".repeat(200),
                "\u00e9'\"\\%\n".repeat(33)));
    long seed = System.nanoTime();
    for (int i = 0; i < 6; i++) {
      Random random = new Random(seed + i);
      StringBuilder password = new StringBuilder();
      int[] alphabet = ALPHABET.codePoints().toArray();
      for (int length = 4 + random.nextInt(30); length > 0; length--) {
        password.appendCodePoint(alphabet[random.nextInt(alphabet.length)]);
      }
      passwords.add(password.toString());
    }
    return passwords.stream();
  }

  /** How somebody might write the password, each of which would give it away. */
  private static Map<String, String> forms(String password) {
    Map<String, String> forms = new LinkedHashMap<>();
    String form = URLEncoder.encode(password, StandardCharsets.UTF_8);
    String percent = form.replace("+", "%20");
    byte[] bytes = password.getBytes(StandardCharsets.UTF_8);
    forms.put("plain", password);
    forms.put("percent-encoded", percent);
    forms.put("percent-encoded by RFC 3986", percent.replace("*", "%2A").replace("%7E", "~"));
    forms.put("encodeURIComponent", encodeUriComponent(password));
    forms.put("form-encoded", form);
    forms.put("SQL literal", password.replace("'", "''"));
    forms.put("SQL escape literal", password.replace("\\", "\\\\").replace("'", "''"));
    String json = TextNode.valueOf(password).toString();
    forms.put("JSON", json.substring(1, json.length() - 1));
    forms.put("base64", Base64.getEncoder().encodeToString(bytes));
    forms.put("base64url", Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
    forms.values().removeIf(Redactor.MASK::equals);
    return forms;
  }

  private static String base64Of(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String encodeUriComponent(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8)
        .replace("+", "%20")
        .replace("%21", "!")
        .replace("%27", "'")
        .replace("%28", "(")
        .replace("%29", ")")
        .replace("%7E", "~");
  }

  @ParameterizedTest
  @MethodSource("passwords")
  void noOutputShowsThePassword(String password) throws IOException {
    String database = server.createDatabase("red_" + System.nanoTime());
    String role = "red_" + System.nanoTime();
    server.execute(
        database,
        "create role "
            + role
            + " login password '"
            + password.replace("'", "''")
            + "'; grant all on schema public to "
            + role
            + "; grant create on database "
            + database
            + " to "
            + role);
    String url = server.url(database, role, encodeUriComponent(password));
    String packed = password.length() < 6 ? "" : base64Of("user:" + password + "@host");
    // First what fails: then nothing is applied that the next bundle would contradict.
    everyOutputOfABundleThatSays(
        String.join(" | ", forms(password).values()) + " | " + packed,
        packed.isEmpty() ? password : packed,
        url,
        password);
    everyCommand(url, password, encodeUriComponent(password));
    String hex = lowerCaseHex(password);
    check(0, password, hex, server.url(database, role, hex), "plan", "--bundle", bundle());
    check(2, password, hex, server.url(database, role, hex), "plan", "--nope", hex);
    server.execute("postgres", "drop database " + database + " with (force)");
  }

  private static String lowerCaseHex(String password) {
    StringBuilder encoded = new StringBuilder();
    for (byte b : password.getBytes(StandardCharsets.UTF_8)) {
      encoded.append(String.format("%%%02x", b));
    }
    return encoded.toString();
  }

  /** With the right password, a wrong one that holds it, no server, and URLs that are refused. */
  private void everyCommand(String url, String password, String encoded) throws IOException {
    String bundle = bundle();
    check(0, password, encoded, url, "validate", "--bundle", bundle);
    check(0, password, encoded, url, "plan", "--bundle", bundle);
    check(0, password, encoded, url, "apply", "--bundle", bundle);
    check(0, password, encoded, url, "status", "--bundle", bundle);
    check(0, password, encoded, url, "apply", "--bundle", bundle, "--output", "json");
    check(0, password, encoded, url, "recover", "--bundle", bundle, "--show");
    String someWay = "sha256:" + "0".repeat(64);
    check(
        64, password, encoded, url, "recover", "--bundle", bundle, "--apply", "--expect", someWay);
    String spec = Files.writeString(work.resolve("spec.yaml"), "tables: [a, nope]").toString();
    check(1, password, encoded, url, "verify", "--spec", spec);
    check(2, password, encoded, url, "plan", "--bundle", bundle, "--nonsense", url);
    check(2, password, encoded, url, "plan", "--bundle", bundle, "--password=" + password);
    String wrong = url.replace(encoded + "@", encoded + "x@");
    check(77, password, encoded, wrong, "plan", "--bundle", bundle);
    check(77, password, encoded, wrong, "apply", "--bundle", bundle, "--output", "json");
    String nowhere = url.replaceFirst(":\\d+/", ":1/");
    check(75, password, encoded, nowhere, "apply", "--bundle", bundle);
    check(75, password, encoded, url + "?sslmode=nonsense", "plan", "--bundle", bundle);
    check(77, password, encoded, url + "?sslmode=require", "apply", "--bundle", bundle);
    String other = url.replace("postgresql://", "mysql://");
    check(75, password, encoded, other, "apply", "--bundle", bundle);
    check(2, password, encoded, other, "apply", "--bundle", bundle, other);
  }

  /** As SQL that is shown in a plan, and as what the server says when it fails. */
  private void everyOutputOfABundleThatSays(String said, String packed, String url, String password)
      throws IOException {
    String bundle =
        bundle(
            "create table m (a int);\ncomment on table m is $comment$"
                + said
                + "$comment$;\ndo $raise$ begin raise exception 'leak: %', $pw1$"
                + said
                + "$pw1$ using hint = $pw1$"
                + said
                + "$pw1$; end $raise$;");
    check(0, password, packed, url, "plan", "--bundle", bundle, "--plan-frame");
    check(0, password, packed, url, "plan", "--bundle", bundle, "--output", "json");
    check(66, password, packed, url, "apply", "--bundle", bundle);
    check(66, password, packed, url, "apply", "--bundle", bundle, "--output", "json");
    check(0, password, packed, url, "recover", "--bundle", bundle, "--show");
    check(0, password, packed, url, "recover", "--bundle", bundle, "--output", "json");
    String spec =
        Files.writeString(
                work.resolve("spec.json"),
                MAPPER.writeValueAsString(
                    Map.of(
                        "sql",
                        List.of(
                            Map.of(
                                "name",
                                "leaks",
                                "query",
                                "SELECT $pw1$" + said + "$pw1$",
                                "expect",
                                "value",
                                "value",
                                said + "x")))))
            .toString();
    check(1, password, packed, url, "verify", "--spec", spec);
    check(1, password, packed, url, "verify", "--spec", spec, "--output", "json");
    check(1, password, packed, url, "verify", "--spec", spec, "--output", "markdown");
  }

  /** What a terminal, a table in Markdown and a literal in SQL each write in another way. */
  static Stream<String> passwordsInAnObject() {
    return Stream.of(
        "it's \"q|uoted\" \\ and\n   100% *x* <b>  `c`",
        "x".repeat(300), passwords().toList().getLast());
  }

  /** The password stands in a comment, a function, a default, a view and a name. */
  @ParameterizedTest
  @MethodSource("passwordsInAnObject")
  void driftDoesNotShowThePassword(String password) throws IOException {
    String database = server.createDatabase("red_" + System.nanoTime());
    String role = "red_" + System.nanoTime();
    String literal = "E'" + password.replace("\\", "\\\\").replace("'", "''") + "'";
    server.execute(database, "create role " + role + " superuser login password " + literal);
    String url = server.url(database, role, encodeUriComponent(password));
    String bundle = bundle();
    check(0, password, Redactor.MASK, url, "apply", "--bundle", bundle);
    String said = String.join(" | ", forms(password).values()).replace("'", "''");
    said = "E'" + said.replace("\\", "\\\\") + "'";
    server.execute(database, "comment on table a is " + said);
    server.execute(database, "alter table a add column d text default " + said);
    server.execute(database, "create view v as select " + said + "::text as x");
    server.execute(
        database,
        "create function f() returns text language plpgsql as $f1$ begin\n  return\n "
            + literal
            + ";\nend $f1$");
    if (password.getBytes(StandardCharsets.UTF_8).length < 60) {
      server.execute(database, "create table \"" + password.replace("\"", "\"\"") + "\" (id int)");
    }
    Path programs = Files.createDirectory(work.resolve("postgresql"));
    Files.createSymbolicLink(programs.resolve("18"), PostgresServer.installation(18));
    Path revert = work.resolve("revert.sql");
    for (String format : List.of("text", "markdown", "json")) {
      Ended ended =
          run(
              url,
              "drift",
              "--bundle",
              bundle,
              "--shadow-programs",
              programs.toString(),
              "--shadow-scratch",
              work.resolve("shadow").toString(),
              "--revert",
              revert.toString(),
              "--adopt",
              bundle,
              "--output",
              format);
      assertThat(ended.code()).as(ended.err()).isEqualTo(1);
      silent(format, ended.out(), password, Redactor.MASK);
      silent(format, ended.err(), password, Redactor.MASK);
      silent(
          format,
          ended.out().replaceAll("\\s+", " "),
          password.replaceAll("\\s+", " "),
          Redactor.MASK);
      silent(format, ended.out().replaceAll("\\\\(.)", "$1"), password, Redactor.MASK);
      // Half a secret is one too.
      assertThat(ended.out()).doesNotContain("x".repeat(100));
      if (format.equals("json")) {
        silentJson(format, MAPPER.readTree(ended.out()), password, Redactor.MASK);
      }
      assertThat(ended.err()).contains("--adopt: not written");
      if (Files.exists(revert)) {
        silent("revert", Files.readString(revert), password, Redactor.MASK);
      }
      try (Stream<Path> files = Files.list(Path.of(bundle))) {
        assertThat(files).as("nothing is adopted").hasSize(1);
      }
    }
    Files.delete(programs.resolve("18"));
    server.execute("postgres", "drop database " + database + " with (force)");
  }

  private String bundle() throws IOException {
    return bundle("create table a (id int);");
  }

  private String bundle(String sql) throws IOException {
    Path directory = Files.createDirectories(work.resolve("bundle"));
    Files.writeString(directory.resolve("20260101000000_init.sql"), sql);
    return directory.toString();
  }

  private record Ended(int code, String out, String err) {}

  private static Ended run(String url, String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int code =
        Main.run(
            arguments,
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            Map.of("DATABASE_URL", url),
            new Cancellation());
    return new Ended(
        code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  private void check(
      int expected, String password, String alsoSecret, String url, String... arguments)
      throws IOException {
    Path file = work.resolve("result");
    Files.deleteIfExists(file);
    List<String> all = new ArrayList<>(List.of(arguments));
    if (!arguments[0].equals("validate")) {
      all.add("--result-file");
      all.add(file.toString());
    }
    Ended ended = run(url, all.toArray(String[]::new));
    String context = "password <" + password + "> " + all + " exit " + ended.code();
    assertThat(ended.code()).as("%s %s", context, ended.err()).isEqualTo(expected);
    String text = ended.out();
    silent(context + " stdout", text, password, alsoSecret);
    silent(context + " stderr", ended.err(), password, alsoSecret);
    if (text.startsWith("{")) {
      silentJson(context + " JSON on stdout", MAPPER.readTree(text), password, alsoSecret);
    }
    int frame = text.indexOf(JobContract.FRAME_BEGIN);
    if (frame >= 0) {
      silentJson(context + " frame", unpack(text.substring(frame)), password, alsoSecret);
    }
    if (Files.exists(file)) {
      String result = Files.readString(file);
      silent(context + " result", result, password, alsoSecret);
      silentJson(context + " result", MAPPER.readTree(result), password, alsoSecret);
    }
  }

  private static JsonNode unpack(String frame) throws IOException {
    List<String> lines = frame.lines().toList();
    String packed = String.join("", lines.subList(1, lines.indexOf(JobContract.FRAME_END)));
    return MAPPER.readTree(
        new GZIPInputStream(new ByteArrayInputStream(Base64.getDecoder().decode(packed)))
            .readAllBytes());
  }

  private static void silentJson(String where, JsonNode node, String password, String alsoSecret) {
    if (node.isTextual()) {
      silent(where, node.asText(), password, alsoSecret);
    }
    node.forEach(child -> silentJson(where, child, password, alsoSecret));
  }

  private static void silent(String where, String text, String password, String alsoSecret) {
    if (!alsoSecret.equals(Redactor.MASK)) {
      assertThat(text).as(where).doesNotContain(alsoSecret);
    }
    for (Map.Entry<String, String> form : forms(password).entrySet()) {
      assertThat(text).as("%s as %s", where, form.getKey()).doesNotContain(form.getValue());
    }
  }
}
