package dev.schemaward.controller.app;

import java.util.function.Function;

/**
 * One setting of the operator: its flag, its environment variable, how it is read and what it is
 * when nobody says. Help text, parsing and the start-up log all come from this one place. Holds no
 * value itself and knows no Kubernetes.
 *
 * @param <T> type of the value
 * @param flag without the dashes, for example {@code runner-image}; the environment variable is
 *     {@code SCHEMAWARD_RUNNER_IMAGE}
 * @param fallback text of the default; null when the setting is required
 * @param parser throws {@link IllegalArgumentException} with a message that says what is accepted
 * @param description one sentence
 */
record Parameter<T>(String flag, String fallback, Function<String, T> parser, String description) {

  /** Name of the environment variable that sets this where the flag is not given. */
  String variable() {
    return "SCHEMAWARD_" + flag.replace('-', '_').toUpperCase(java.util.Locale.ROOT);
  }

  /** True for a setting that may stand alone as {@code --flag}, meaning true. */
  boolean isSwitch() {
    return "true".equals(fallback) || "false".equals(fallback);
  }

  T parse(String text) {
    try {
      return parser.apply(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("--" + flag + ": " + e.getMessage(), e);
    }
  }
}
