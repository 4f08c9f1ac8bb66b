import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.FormatterException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Checks or applies google-java-format to every Java file below a directory, in one JVM.
 *
 * <p>Why not Spotless: it runs the formatter inside Maven's own JVM, and google-java-format parses with that JVM's
 * javac. Maven runs on JDK 17 here, which cannot parse Java 25. This runs on the build's JDK 25 instead.
 */
class Format {
  public static void main(String[] args) throws IOException {
    boolean apply = args[0].equals("apply");
    List<Path> wrong = new ArrayList<>();
    Formatter formatter = new Formatter();
    try (var files = Files.walk(Path.of(args[1]))) {
      for (Path file : (Iterable<Path>) files.filter(Format::isSource).sorted()::iterator) {
        String source = Files.readString(file);
        String formatted;
        try {
          formatted = formatter.formatSourceAndFixImports(source);
        } catch (FormatterException e) {
          System.err.println(file + ": " + e.getMessage());
          wrong.add(file);
          continue;
        }
        if (!formatted.equals(source)) {
          wrong.add(file);
          if (apply) {
            Files.writeString(file, formatted);
          }
        }
      }
    }
    for (Path file : wrong) {
      System.err.println((apply ? "formatted: " : "not formatted: ") + file);
    }
    if (!apply && !wrong.isEmpty()) {
      System.err.println("run: mvn -N -Pformat validate");
      System.exit(1);
    }
  }

  private static boolean isSource(Path path) {
    String text = path.toString();
    return text.endsWith(".java") && !text.contains("/target/");
  }
}
