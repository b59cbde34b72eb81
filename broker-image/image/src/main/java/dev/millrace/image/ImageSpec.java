package dev.millrace.image;

import java.nio.file.Path;
import java.util.List;
import java.util.SortedSet;

/**
 * What an image is to hold. Immutable.
 *
 * @param name repository and tag, {@code millrace.dev/broker:0.1.0}
 * @param title one line for {@code org.opencontainers.image.title}
 * @param modules the JDK modules of its runtime
 * @param libraries jars of third parties, which change seldom, in class path order
 * @param own our jars, which change with every build, before the libraries on the class path
 * @param jvmOptions options of the JVM that nobody should have to set; {@code JDK_JAVA_OPTIONS} in
 *     a container's environment comes before them
 * @param mainClass the class to start, or empty if the container's arguments begin with one
 * @param arguments the container's default arguments
 * @param training a command whose run of the application is recorded for the AOT cache (JEP 514),
 *     or empty for an image without one; {@link #LAUNCHER} in it stands for the Java launcher to
 *     use, {@link #ARGUMENT_FILE} for the file with all of the application's arguments
 */
public record ImageSpec(
    String name,
    String title,
    SortedSet<String> modules,
    List<Path> libraries,
    List<Path> own,
    List<String> jvmOptions,
    String mainClass,
    List<String> arguments,
    List<String> training) {

  public static final String LAUNCHER = "{launcher}";
  public static final String ARGUMENT_FILE = "{arguments}";

  public ImageSpec {
    libraries = List.copyOf(libraries);
    own = List.copyOf(own);
    jvmOptions = List.copyOf(jvmOptions);
    arguments = List.copyOf(arguments);
    training = List.copyOf(training);
    if (libraries.isEmpty() && own.isEmpty()) {
      throw new IllegalArgumentException(name + " would have no jars");
    }
  }

  /** The tag alone, which is the version. */
  String tag() {
    return name.substring(name.lastIndexOf(':') + 1);
  }
}
