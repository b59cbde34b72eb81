import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.ImportOrderer;
import com.google.googlejavaformat.java.JavaFormatterOptions;
import com.google.googlejavaformat.java.RemoveUnusedImports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Checks or applies the house format: {@code Format.java check|apply DIR}. The build runs it at its
 * start; {@code mvn validate -N -Dformat} applies it.
 */
public final class Format {
  public static void main(String[] args) throws Exception {
    boolean apply = args[0].equals("apply");
    Path root = Path.of(args[1]);
    var wrong = new ConcurrentLinkedQueue<Path>();
    sources(root).parallelStream()
        .forEach(
            file -> {
              try {
                var formatter =
                    new Formatter(JavaFormatterOptions.builder().formatJavadoc(true).build());
                String source = Files.readString(file);
                String formatted =
                    formatter.formatSource(
                        RemoveUnusedImports.removeUnusedImports(
                            ImportOrderer.reorderImports(
                                source, JavaFormatterOptions.Style.GOOGLE)));
                if (!formatted.equals(source)) {
                  wrong.add(file);
                  if (apply) {
                    Files.writeString(file, formatted);
                  }
                }
              } catch (Exception e) {
                throw new IllegalStateException(file + ": " + e.getMessage(), e);
              }
            });
    wrong.stream()
        .sorted()
        .forEach(
            file ->
                System.err.println(
                    (apply ? "formatted " : "not formatted: ") + root.relativize(file)));
    if (!apply && !wrong.isEmpty()) {
      System.err.println("To format: mvn validate -N -Dformat");
      System.exit(1);
    }
  }

  private static List<Path> sources(Path root) throws IOException {
    try (var files = Files.walk(root)) {
      return files
          .filter(file -> file.toString().endsWith(".java"))
          .filter(file -> !file.toString().contains("/target/"))
          .toList();
    }
  }
}
