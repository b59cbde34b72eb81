package dev.millrace.local;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What a broker's process is started with. Immutable.
 *
 * @param java the launcher
 * @param arguments what makes it a broker, before the broker's own arguments
 */
record BrokerProgram(Path java, List<String> arguments) {

  /** From this process's own class path, which holds the broker's. */
  static BrokerProgram own() {
    return new BrokerProgram(
        Path.of(System.getProperty("java.home"), "bin", "java"),
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-cp",
            System.getProperty("java.class.path"),
            "dev.millrace.broker.server.BrokerMain"));
  }

  List<String> command(List<String> jvmOptions) {
    List<String> command = new ArrayList<>();
    command.add(java.toString());
    command.addAll(jvmOptions);
    command.addAll(arguments);
    return command;
  }
}
