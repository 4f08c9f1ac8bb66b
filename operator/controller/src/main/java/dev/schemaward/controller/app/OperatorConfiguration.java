package dev.schemaward.controller.app;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * The operator's settings, read once at start from flags and environment. Holds no secret, so it
 * may be printed; reads nothing later, so that a running operator has one behaviour.
 *
 * @param runnerImage image of every Job, at best pinned by digest
 * @param imagePullPolicy pull policy of every Job: {@code IfNotPresent}, {@code Always} or {@code
 *     Never}
 * @param watchNamespaces namespaces to serve; empty means all
 * @param operatorNamespace where the operator itself runs, for the leader's Lease; empty: that of
 *     its pod
 * @param identity name of this process in the Lease and in events
 * @param leaderElection true when several replicas may run
 * @param approvalEnforcement what to do where the approval policy is not in force
 * @param productionLintBlock rules and classes of findings that keep a plan from running in every
 *     production namespace, whatever a DatabaseMigration says
 * @param httpPort port of health and metrics; 0 takes a free one
 * @param logFormat {@code json} or {@code text}
 * @param logLevel level of the operator's own loggers
 * @param concurrency how many resources are reconciled at once
 * @param resync every resource is looked at again after this time even if no event came
 */
public record OperatorConfiguration(
    String runnerImage,
    String imagePullPolicy,
    Set<String> watchNamespaces,
    String operatorNamespace,
    String identity,
    boolean leaderElection,
    ApprovalEnforcement approvalEnforcement,
    Set<String> productionLintBlock,
    int httpPort,
    String logFormat,
    String logLevel,
    int concurrency,
    Duration resync) {

  private static final Pattern DURATION = Pattern.compile("(\\d+)(s|m|h)");

  private static final Parameter<String> RUNNER_IMAGE =
      new Parameter<>(
          "runner-image",
          null,
          OperatorConfiguration::notBlank,
          "image of the Jobs; pin it by digest: registry.example.com/schemaward-runner@sha256:…");
  private static final Parameter<String> IMAGE_PULL_POLICY =
      new Parameter<>(
          "runner-image-pull-policy",
          "IfNotPresent",
          oneOf("IfNotPresent", "Always", "Never"),
          "pull policy of the Jobs: IfNotPresent, Always or Never");
  private static final Parameter<Set<String>> WATCH_NAMESPACES =
      new Parameter<>(
          "watch-namespaces",
          "",
          OperatorConfiguration::names,
          "comma-separated namespaces to serve; empty: all");
  private static final Parameter<String> NAMESPACE =
      new Parameter<>(
          "namespace",
          "",
          String::strip,
          "namespace of the operator itself, home of the leader's Lease; empty: that of its pod");
  private static final Parameter<String> IDENTITY =
      new Parameter<>(
          "identity",
          "",
          String::strip,
          "name of this process in Lease and events; empty: the name of its pod (HOSTNAME)");
  private static final Parameter<Boolean> LEADER_ELECTION =
      new Parameter<>(
          "leader-election",
          "false",
          OperatorConfiguration::bool,
          "only the holder of a Lease acts; for more than one replica, which shortens an outage"
              + " only");
  private static final Parameter<ApprovalEnforcement> APPROVAL_ENFORCEMENT =
      new Parameter<>(
          "approval-enforcement",
          "Enforced",
          text -> ApprovalEnforcement.valueOf(oneOf("Enforced", "BestEffort").apply(text)),
          "Enforced: without the admission policy for approvals nothing that needs one runs;"
              + " BestEffort: it runs and is marked as unverified");
  private static final Parameter<Set<String>> PRODUCTION_LINT_BLOCK =
      new Parameter<>(
          "production-lint-block",
          "",
          OperatorConfiguration::rules,
          "comma-separated rules (drop-column) or classes (destructive) whose findings keep a plan"
              + " from running in production namespaces, besides spec.lint.block");
  private static final Parameter<Integer> HTTP_PORT =
      new Parameter<>(
          "http-port", "8080", number(0, 65535), "port of /healthz, /readyz and /metrics");
  private static final Parameter<String> LOG_FORMAT =
      new Parameter<>("log-format", "json", oneOf("json", "text"), "json or text");
  private static final Parameter<String> LOG_LEVEL =
      new Parameter<>(
          "log-level",
          "info",
          oneOf("error", "warn", "info", "debug", "trace"),
          "error, warn, info, debug or trace");
  private static final Parameter<Integer> CONCURRENCY =
      new Parameter<>(
          "concurrency", "16", number(1, 1000), "how many resources are reconciled at once");
  private static final Parameter<Duration> RESYNC =
      new Parameter<>(
          "resync",
          "5m",
          OperatorConfiguration::duration,
          "look at every resource again after this time even if no event came");

  private static final List<Parameter<?>> ALL =
      List.of(
          RUNNER_IMAGE,
          IMAGE_PULL_POLICY,
          WATCH_NAMESPACES,
          NAMESPACE,
          IDENTITY,
          LEADER_ELECTION,
          APPROVAL_ENFORCEMENT,
          PRODUCTION_LINT_BLOCK,
          HTTP_PORT,
          LOG_FORMAT,
          LOG_LEVEL,
          CONCURRENCY,
          RESYNC);

  public OperatorConfiguration {
    watchNamespaces = Set.copyOf(watchNamespaces);
    productionLintBlock = Set.copyOf(productionLintBlock);
  }

  /**
   * Reads flags ({@code --name=value}, {@code --name value}, {@code --switch}) and environment;
   * flags win.
   *
   * @throws IllegalArgumentException with a message for a person, when a flag is unknown, a value
   *     is not acceptable or a required one is missing
   */
  public static OperatorConfiguration parse(List<String> arguments, Map<String, String> variables) {
    Map<String, String> given = flags(arguments);
    Values values = new Values(given, variables);
    return new OperatorConfiguration(
        values.get(RUNNER_IMAGE),
        values.get(IMAGE_PULL_POLICY),
        values.get(WATCH_NAMESPACES),
        values.get(NAMESPACE),
        firstNotEmpty(values.get(IDENTITY), variables.get("HOSTNAME"), "schemaward"),
        values.get(LEADER_ELECTION),
        values.get(APPROVAL_ENFORCEMENT),
        values.get(PRODUCTION_LINT_BLOCK),
        values.get(HTTP_PORT),
        values.get(LOG_FORMAT),
        values.get(LOG_LEVEL),
        values.get(CONCURRENCY),
        values.get(RESYNC));
  }

  /** True when the image cannot change under its name. */
  public boolean runnerImageIsPinned() {
    return runnerImage.contains("@sha256:");
  }

  /** What {@code --help} prints. */
  public static String help() {
    StringBuilder text =
        new StringBuilder(
            """
            The Schemaward operator: keeps PostgreSQL schemas at the version that Git asks for.

            Example: schemaward-operator --runner-image=registry.example.com/schemaward-runner@sha256:…

            """);
    for (Parameter<?> p : ALL) {
      String standing =
          p.fallback() == null ? "required" : p.fallback().isEmpty() ? "" : p.fallback();
      text.append("  --%-26s %s%n".formatted(p.flag(), p.description()));
      text.append(
          "    %-26s %s%n"
              .formatted("", p.variable() + (standing.isEmpty() ? "" : "; default: " + standing)));
    }
    return text.toString().replace("default: required", "required");
  }

  private static Map<String, String> flags(List<String> arguments) {
    Map<String, String> given = new LinkedHashMap<>();
    for (int i = 0; i < arguments.size(); i++) {
      String argument = arguments.get(i);
      int equals = argument.indexOf('=');
      String name = equals < 0 ? argument : argument.substring(0, equals);
      Parameter<?> parameter =
          ALL.stream()
              .filter(p -> name.equals("--" + p.flag()))
              .findFirst()
              .orElseThrow(
                  () -> new IllegalArgumentException("unknown flag " + name + "; see --help"));
      if (equals >= 0) {
        given.put(parameter.flag(), argument.substring(equals + 1));
      } else if (i + 1 < arguments.size() && !arguments.get(i + 1).startsWith("--")) {
        given.put(parameter.flag(), arguments.get(++i));
      } else if (parameter.isSwitch()) {
        given.put(parameter.flag(), "true");
      } else {
        throw new IllegalArgumentException(name + " needs a value; see --help");
      }
    }
    return given;
  }

  private record Values(Map<String, String> flags, Map<String, String> variables) {
    <T> T get(Parameter<T> parameter) {
      String text = flags.get(parameter.flag());
      if (text == null) {
        text = variables.get(parameter.variable());
      }
      if (text == null) {
        text = parameter.fallback();
      }
      if (text == null) {
        throw new IllegalArgumentException(
            "--%s (or %s) is required: %s"
                .formatted(parameter.flag(), parameter.variable(), parameter.description()));
      }
      return parameter.parse(text);
    }
  }

  private static String firstNotEmpty(String... candidates) {
    for (String candidate : candidates) {
      if (candidate != null && !candidate.isEmpty()) {
        return candidate;
      }
    }
    throw new IllegalArgumentException("nothing given");
  }

  private static String notBlank(String text) {
    if (text.isBlank()) {
      throw new IllegalArgumentException("must not be empty");
    }
    return text.strip();
  }

  private static Set<String> names(String text) {
    Set<String> names = new TreeSet<>();
    for (String name : text.split(",")) {
      if (!name.isBlank()) {
        names.add(name.strip());
      }
    }
    return names;
  }

  private static Set<String> rules(String text) {
    Set<String> names = names(text);
    for (String name : names) {
      if (!name.matches("[a-z0-9-]{1,64}")) {
        throw new IllegalArgumentException("is no rule and no class: '" + name + "'");
      }
    }
    return names;
  }

  private static boolean bool(String text) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new IllegalArgumentException("must be true or false, not '" + text + "'");
    };
  }

  private static Function<String, String> oneOf(String... choices) {
    List<String> accepted = List.of(choices);
    return text -> {
      if (!accepted.contains(text)) {
        throw new IllegalArgumentException("must be one of " + accepted + ", not '" + text + "'");
      }
      return text;
    };
  }

  private static Function<String, Integer> number(int least, int most) {
    return text -> {
      int value;
      try {
        value = Integer.parseInt(text);
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException("must be a number, not '" + text + "'", e);
      }
      if (value < least || value > most) {
        throw new IllegalArgumentException("must be between " + least + " and " + most);
      }
      return value;
    };
  }

  private static Duration duration(String text) {
    var matcher = DURATION.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("must be like 90s, 5m or 1h, not '" + text + "'");
    }
    long amount = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2)) {
      case "s" -> Duration.ofSeconds(amount);
      case "m" -> Duration.ofMinutes(amount);
      default -> Duration.ofHours(amount);
    };
  }
}
