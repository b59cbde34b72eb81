package dev.millrace.broker.server;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A named address, as in {@code CLIENT://host:9092}.
 *
 * @param name in capitals
 * @param host a name or an address; IPv6 without brackets
 */
record ListenerAddress(String name, String host, int port) {
  /** The listener that carries what brokers tell each other. */
  static final String INTERNAL = "INTERNAL";

  private static final Pattern FORM =
      Pattern.compile("([A-Za-z][A-Za-z0-9_]*)://(\\[[^\\]]+]|[^:\\[\\]/]+):(\\d{1,5})");

  boolean internal() {
    return name.equals(INTERNAL);
  }

  /**
   * Reads a list of them.
   *
   * @param setting to name in the refusal
   */
  static List<ListenerAddress> parse(String setting, List<String> texts) {
    List<ListenerAddress> addresses = new ArrayList<>();
    for (String text : texts) {
      Matcher matcher = FORM.matcher(text.strip());
      int port = matcher.matches() ? Integer.parseInt(matcher.group(3)) : 0;
      if (port < 1 || port > 65535) {
        throw new InvalidSettingException(
            setting + ": " + text + " is not of the form NAME://host:port");
      }
      String host = matcher.group(2).replaceAll("[\\[\\]]", "");
      addresses.add(
          new ListenerAddress(matcher.group(1).toUpperCase(java.util.Locale.ROOT), host, port));
    }
    if (addresses.stream().map(ListenerAddress::name).distinct().count() != addresses.size()) {
      throw new InvalidSettingException(setting + ": a name stands there twice");
    }
    return addresses;
  }
}
