package dev.millrace.broker.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.server.config.ServerConfigs;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads this broker's rack from a file, where {@code broker.rack} does not name it: in Kubernetes a
 * pod learns its zone only once it is on a node, and from somebody else, so the file may be empty
 * for a moment. Waits a bounded time and then goes without. One thread, at the start.
 */
final class RackFile {
  private static final Logger LOGGER = LoggerFactory.getLogger(RackFile.class);
  private static final Duration LOOK = Duration.ofMillis(50);

  /** Passes a moment. */
  @FunctionalInterface
  interface Pause {
    void pass(Duration moment) throws InterruptedException;
  }

  private final Pause pause;

  RackFile(Pause pause) {
    this.pause = pause;
  }

  /**
   * The settings with the rack in them, if there is one to be found.
   *
   * @throws InvalidSettingException if the time to wait is no number
   */
  Map<String, String> resolve(Map<String, String> settings) throws InterruptedException {
    String file = settings.getOrDefault(SettingNames.RACK_FILE, "");
    if (file.isBlank() || settings.containsKey(ServerConfigs.BROKER_RACK_CONFIG)) {
      return settings;
    }
    Optional<String> rack = await(Path.of(file), wait(settings));
    if (rack.isEmpty()) {
      LOGGER.atInfo().addKeyValue("file", file).log("No rack is told: going on without one");
      return settings;
    }
    var all = new HashMap<String, String>(settings);
    all.put(ServerConfigs.BROKER_RACK_CONFIG, rack.get());
    return all;
  }

  private Optional<String> await(Path file, Duration wait) throws InterruptedException {
    for (long looks = wait.dividedBy(LOOK); ; looks--) {
      Optional<String> rack = read(file);
      if (rack.isPresent() || looks <= 0) {
        return rack;
      }
      pause.pass(LOOK);
    }
  }

  private static Optional<String> read(Path file) {
    try {
      return Optional.of(Files.readString(file).strip()).filter(text -> !text.isEmpty());
    } catch (IOException notThere) {
      return Optional.empty();
    }
  }

  private static Duration wait(Map<String, String> settings) {
    String text = settings.getOrDefault(SettingNames.RACK_WAIT, "0");
    if (!text.matches("\\d{1,6}")) {
      throw new InvalidSettingException(
          SettingNames.RACK_WAIT + ": " + text + " is not a number of milliseconds below 1000000");
    }
    return Duration.ofMillis(Integer.parseInt(text));
  }
}
