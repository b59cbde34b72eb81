package dev.millrace.operator.settings;

import java.util.Optional;
import org.apache.kafka.server.common.MetadataVersion;

/** Kafka's metadata versions by name; {@code 4.4} means the last one of 4.4. */
public final class MetadataVersions {
  private MetadataVersions() {}

  /** Whether this operator, and with it the brokers that it came with, knows a version. */
  public static boolean isKnown(String name) {
    return find(name).isPresent();
  }

  static Optional<MetadataVersion> find(String name) {
    try {
      return Optional.of(MetadataVersion.fromVersionString(name, false));
    } catch (IllegalArgumentException unknown) {
      return Optional.empty();
    }
  }
}
