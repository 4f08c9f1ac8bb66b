package dev.schemaward.runner;

import dev.schemaward.engine.bundle.Bundle;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code schemaward validate}. */
@Command(
    name = "validate",
    description =
        "Checks a bundle without a database: encoding, names, order, provider, scripts that only"
            + " psql understands.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footerHeading = "%nExample:%n",
    footer = "  schemaward validate --bundle prisma/migrations")
final class ValidateCommand implements Callable<Integer>, Main.ContextAware {
  @Mixin BundleOptions bundle;
  @Mixin RunOptions run;
  @Mixin OutputOptions format;
  private Main.Context context;

  @Override
  public void use(Main.Context with) {
    context = with;
  }

  @Override
  public Integer call() {
    return new Report("validate", run, format.document(), context.output())
        .of(
            () -> {
              Bundle read = bundle.read();
              long statements =
                  read.migrations().stream()
                      .mapToLong(migration -> migration.statements().size())
                      .sum();
              context
                  .output()
                  .line(
                      "Valid: format "
                          + read.format().displayName()
                          + ", "
                          + read.migrations().size()
                          + " migrations, "
                          + statements
                          + " statements, "
                          + read.digest());
              return 0;
            });
  }
}
