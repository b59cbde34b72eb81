package dev.millrace.broker.server;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads a properties file in which <code>${env:NAME}</code> stands for an environment variable.
 * Stateless.
 */
final class SettingsFile {
  private static final Pattern VARIABLE = Pattern.compile("\\$\\{env:([^}]*)}");

  private SettingsFile() {}

  /**
   * The settings by name, variables replaced.
   *
   * @throws InvalidSettingException if a variable is not set
   */
  static Map<String, String> read(Path file, Map<String, String> environment) throws IOException {
    var properties = new Properties();
    try (Reader reader = Files.newBufferedReader(file)) {
      properties.load(reader);
    }
    Map<String, String> settings = new TreeMap<>();
    for (String name : properties.stringPropertyNames()) {
      settings.put(name, replaced(name, properties.getProperty(name).strip(), environment));
    }
    return settings;
  }

  private static String replaced(String setting, String value, Map<String, String> environment) {
    return VARIABLE
        .matcher(value)
        .replaceAll(
            variable -> {
              String set = environment.get(variable.group(1));
              if (set == null) {
                throw new InvalidSettingException(
                    setting
                        + " wants the environment variable "
                        + variable.group(1)
                        + ", which is not set");
              }
              return Matcher.quoteReplacement(set);
            });
  }
}
