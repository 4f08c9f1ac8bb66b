package dev.schemaward.runner;

import dev.schemaward.engine.EngineException;
import dev.schemaward.engine.connect.Credentials;
import dev.schemaward.engine.execute.Cancellation;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Entry point. {@link #run} is the whole program but for the process around it. */
@Command(
    name = "schemaward",
    description = "Plans and applies PostgreSQL migrations, safely.",
    versionProvider = Main.Version.class,
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    footerHeading = "%nExamples:%n",
    footer = {
      "  schemaward validate --bundle prisma/migrations",
      "  DATABASE_URL=postgresql://… schemaward plan --bundle prisma/migrations",
      "  schemaward apply --bundle prisma/migrations --expect-plan sha256:…",
      "",
      "Exit codes: 0 done or nothing to do, 1 drift or a check that fails, 2 wrong request, 64"
          + " another plan than expected, 65 bundle invalid,",
      "66 migration failed, 67 needs a person, 75 try again, 77 credentials or privileges."
    })
public final class Main implements Runnable {
  /**
   * How long the end of the process waits for a run that was told to stop; below a pod's grace
   * period.
   */
  private static final Duration GRACE = Duration.ofSeconds(25);

  /** By name, in the order in which the help lists them. */
  private static final Map<String, Supplier<Object>> COMMANDS = new LinkedHashMap<>();

  static {
    COMMANDS.put("plan", PlanCommand::new);
    COMMANDS.put("apply", ApplyCommand::new);
    COMMANDS.put("status", StatusCommand::new);
    COMMANDS.put("recover", RecoverCommand::new);
    COMMANDS.put("drift", DriftCommand::new);
    COMMANDS.put("verify", VerifyCommand::new);
    COMMANDS.put("check", CheckCommand::new);
    COMMANDS.put("validate", ValidateCommand::new);
  }

  @Spec private CommandSpec spec;

  private Main() {}

  /** Runs the command and ends the process. */
  public static void main(String[] arguments) {
    PrintStream out = stream(FileDescriptor.out);
    PrintStream err = stream(FileDescriptor.err);
    Cancellation cancellation = new Cancellation();
    CountDownLatch never = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  cancellation.cancel();
                  try {
                    never.await(GRACE.toMillis(), TimeUnit.MILLISECONDS);
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                },
                "stop"));
    int code = run(arguments, out, err, System.getenv(), cancellation);
    out.flush();
    err.flush();
    // Not exit: the hook must not run for an ordinary end. Nor is the hook released first: after
    // SIGTERM its end would end the process with 143, perhaps before this line.
    Runtime.getRuntime().halt(code);
  }

  private static PrintStream stream(FileDescriptor descriptor) {
    return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
  }

  /**
   * Runs the command.
   *
   * @param environment where {@code DATABASE_URL} and {@code DIRECT_URL} may stand
   * @return the exit code
   */
  static int run(
      String[] arguments,
      PrintStream out,
      PrintStream err,
      Map<String, String> environment,
      Cancellation cancellation) {
    Output output = new Output(out, err);
    // Whatever the arguments are, what the environment holds is a secret.
    for (String name : TargetOptions.ENVIRONMENT) {
      output.mask(TargetOptions.secrets(environment.get(name)));
    }
    CommandLine line =
        commandLine(
            new Context(output, environment, cancellation),
            arguments.length > 0 && COMMANDS.containsKey(arguments[0])
                ? Set.of(arguments[0])
                : COMMANDS.keySet());
    line.setOut(new java.io.PrintWriter(out, true, StandardCharsets.UTF_8));
    line.setErr(new java.io.PrintWriter(err, true, StandardCharsets.UTF_8));
    line.setParameterExceptionHandler(new RefusedArguments(output));
    line.setExecutionExceptionHandler(
        (e, command, result) -> {
          output.error("schemaward: a fault in the program itself: " + e);
          for (StackTraceElement element : e.getStackTrace()) {
            output.error("    at " + element);
          }
          return 70;
        });
    return line.execute(arguments);
  }

  /** The whole command. */
  static CommandLine commandLine(Context context) {
    return commandLine(context, COMMANDS.keySet());
  }

  /**
   * The command with these subcommands only: to read the options of all takes longer than many a
   * run.
   */
  private static CommandLine commandLine(Context context, Set<String> subcommands) {
    CommandLine line =
        new CommandLine(
            new Main(),
            new CommandLine.IFactory() {
              @Override
              public <K> K create(Class<K> type) throws Exception {
                return CommandLine.defaultFactory().create(type);
              }
            });
    COMMANDS.forEach(
        (name, command) -> {
          if (subcommands.contains(name)) {
            line.addSubcommand(name, command.get());
          }
        });
    line.registerConverter(Duration.class, Durations::parse);
    line.getSubcommands()
        .values()
        .forEach(
            sub -> {
              if (sub.getCommand() instanceof ContextAware aware) {
                aware.use(context);
              }
            });
    line.setCaseInsensitiveEnumValuesAllowed(true);
    return line;
  }

  @Override
  public void run() {
    throw new CommandLine.ParameterException(
        spec.commandLine(),
        "say what to do: plan, apply, status, recover, drift, verify or validate");
  }

  /** What a command needs from around it. */
  record Context(Output output, Map<String, String> environment, Cancellation cancellation) {
    /** The target's credentials; from now on none of their secrets is shown. */
    Credentials credentials(TargetOptions target) throws EngineException {
      Credentials credentials = target.credentials(environment);
      output.mask(credentials.secrets());
      return credentials.orElseFrom(
          () -> {
            Credentials fresh = target.credentials(environment);
            output.mask(fresh.secrets());
            return fresh;
          });
    }
  }

  /** A command that works on a context. */
  interface ContextAware {
    void use(Context context);
  }

  /** The build's identity. */
  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"schemaward " + BuildId.ID};
    }
  }
}
