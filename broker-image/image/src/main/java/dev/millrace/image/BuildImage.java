package dev.millrace.image;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * The recipe as a program, which the build runs: takes an application's jars from a folder, those
 * named {@code millrace-*} as ours, and prints the archive and the digest.
 */
@Command(name = "build-image", description = "Builds a container image without a daemon.")
public final class BuildImage implements Callable<Integer> {

  @Option(names = "--name", required = true, description = "Repository and tag.")
  private String name = "";

  @Option(names = "--title", required = true, description = "What it is, in one line.")
  private String title = "";

  @Option(names = "--jars", required = true, description = "Folder with all jars of it.")
  private @Nullable Path jars;

  @Option(names = "--own", description = "Another jar of ours; may be repeated.")
  private List<Path> own = List.of();

  @Option(names = "--modules", split = ",", required = true, description = "Modules of the JDK.")
  private SortedSet<String> modules = new TreeSet<>();

  @Option(names = "--jvm-option", description = "Option of the JVM; may be repeated.")
  private List<String> jvmOptions = List.of();

  @Option(names = "--main", description = "Main class; else the first argument is one.")
  private String mainClass = "";

  @Option(names = "--argument", description = "Default argument; may be repeated.")
  private List<String> arguments = List.of();

  @Option(
      names = "--training",
      description = {
        "Command that runs the application for the AOT cache to be made from; words, split at spaces:",
        ImageSpec.LAUNCHER + " is the Java to use, " + ImageSpec.ARGUMENT_FILE + " its arguments."
      })
  private String training = "";

  @Option(names = "--work", required = true, description = "Folder for intermediate files.")
  private @Nullable Path work;

  @Option(names = "--archive", required = true, description = "The file to write.")
  private @Nullable Path archive;

  @Override
  public Integer call() throws IOException {
    List<Path> all = Folders.jars(required(jars));
    ImageSpec spec =
        new ImageSpec(
            name,
            title,
            modules,
            all.stream().filter(jar -> !isOurs(jar)).toList(),
            Stream.concat(own.stream(), all.stream().filter(BuildImage::isOurs)).toList(),
            jvmOptions,
            mainClass,
            arguments,
            training.isBlank() ? List.of() : List.of(training.strip().split("\\s+")));
    String digest = new ImageBuilder(required(work)).build(spec, required(archive));
    System.out.printf("%s: %s (%s)%n", name, archive, digest);
    return 0;
  }

  private static boolean isOurs(Path jar) {
    return jar.getFileName().toString().startsWith("millrace-");
  }

  private static Path required(@Nullable Path option) {
    return Objects.requireNonNull(option);
  }

  public static void main(String[] args) {
    System.exit(new CommandLine(new BuildImage()).execute(args));
  }
}
