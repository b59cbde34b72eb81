package dev.millrace.operator.api;

import dev.millrace.operator.settings.SettingsWriter;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** The brokers' side of settings that are changed while they run. */
final class PlayedSettings implements SettingsWriter {
  private final Map<String, String> all = new TreeMap<>();
  private final List<String> calls = new CopyOnWriteArrayList<>();

  @Override
  public synchronized void write(String bootstrap, Map<String, String> set, Set<String> gone)
      throws RefusedException {
    calls.add("set %s, gone %s".formatted(new TreeMap<>(set), gone));
    if (set.containsValue("banana")) {
      throw new RefusedException("Not a number of type LONG");
    }
    all.putAll(set);
    all.keySet().removeAll(gone);
  }

  synchronized Map<String, String> all() {
    return new TreeMap<>(all);
  }

  List<String> calls() {
    return List.copyOf(calls);
  }
}
