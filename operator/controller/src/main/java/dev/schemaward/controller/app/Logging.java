package dev.schemaward.controller.app;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import org.slf4j.LoggerFactory;

/**
 * Sets logging up in code: no XML, which saves a parser in the image and half a second at start.
 * Everything goes to standard output; files and rotation are the cluster's business.
 */
final class Logging {
  private static final String TEXT =
      "%d{HH:mm:ss.SSS} %-5level %X{resource.namespace}/%X{resource.name} %logger{0} - %msg%n";

  private Logging() {}

  static void configure(String format, String level) {
    LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    context.reset();
    Encoder<ILoggingEvent> encoder;
    if (format.equals("json")) {
      encoder = new JsonLines();
    } else {
      PatternLayoutEncoder text = new PatternLayoutEncoder();
      text.setPattern(TEXT);
      encoder = text;
    }
    encoder.setContext(context);
    encoder.start();
    ConsoleAppender<ILoggingEvent> console = new ConsoleAppender<>();
    console.setContext(context);
    console.setEncoder(encoder);
    console.start();
    Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    root.setLevel(Level.INFO);
    root.addAppender(console);
    context.getLogger("dev.schemaward").setLevel(Level.toLevel(level, Level.INFO));
    // One line per retry with a stack trace of JOSDK's own; ours says the same in one line.
    context.getLogger("io.javaoperatorsdk.operator.processing.event").setLevel(Level.WARN);
    context
        .getLogger("io.fabric8.kubernetes.client.dsl.internal.VersionUsageUtils")
        .setLevel(Level.ERROR);
    // "Queued close did not succeed" whenever an API server goes away: noise.
    context.getLogger("io.fabric8.kubernetes.client.jdkhttp.JdkWebSocketImpl").setLevel(Level.OFF);
  }
}
