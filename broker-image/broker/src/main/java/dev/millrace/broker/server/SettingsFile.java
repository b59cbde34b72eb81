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
import org.jspecify.annotations.Nullable;

/**
 * Reads a properties file in which <code>${env:NAME}</code> stands for an environment variable.
 * Where a file beside it bears the broker's id in its name, as {@code broker.2.properties} beside
 * {@code broker.properties} or {@code broker.properties.5d2a}, its settings come before. Stateless.
 */
final class SettingsFile {
  private static final Pattern VARIABLE = Pattern.compile("\\$\\{env:([^}]*)}");

  private static final String SUFFIX = ".properties";

  private SettingsFile() {}

  /**
   * The settings by name, variables replaced.
   *
   * @throws InvalidSettingException if a variable is not set, or the broker's own file would make
   *     it another broker
   */
  static Map<String, String> read(Path file, Map<String, String> environment) throws IOException {
    Map<String, String> settings = one(file, environment);
    String id = settings.get(SettingNames.NODE_ID);
    Path own = file.resolveSibling(own(file, id));
    if (id != null && Files.exists(own)) {
      settings.putAll(one(own, environment));
      if (!id.equals(settings.get(SettingNames.NODE_ID))) {
        throw new InvalidSettingException(
            own + " may not set " + SettingNames.NODE_ID + ": it is read for its id");
      }
    }
    return settings;
  }

  private static String own(Path file, @Nullable String id) {
    String name = String.valueOf(file.getFileName());
    int suffix = name.lastIndexOf(SUFFIX);
    return (suffix < 0 ? name : name.substring(0, suffix)) + "." + id + SUFFIX;
  }

  private static Map<String, String> one(Path file, Map<String, String> environment)
      throws IOException {
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
