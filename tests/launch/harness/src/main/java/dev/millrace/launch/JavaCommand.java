package dev.millrace.launch;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A command line that starts a Java program on the JDK that runs this code. Immutable. */
public record JavaCommand(String classPath, List<String> jvmOptions, String mainClass) {

  public JavaCommand {
    jvmOptions = List.copyOf(jvmOptions);
  }

  /** The whole command with {@code arguments}. */
  public List<String> with(List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(jvmOptions);
    command.add("-cp");
    command.add(classPath);
    command.add(mainClass);
    command.addAll(arguments);
    return command;
  }
}
