package dev.millrace.broker.metadata;

import java.nio.file.Path;
import java.util.Arrays;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.loader.LoaderManifest;
import org.apache.kafka.image.publisher.MetadataPublisher;
import org.apache.kafka.server.config.ServerLogConfigs;
import org.jspecify.annotations.Nullable;

/**
 * Follows the dynamic setting {@code cordoned.log.dirs} of this broker (KIP-1066), on the metadata
 * thread: a broker whose directory is cordoned keeps what it has and gets no new replicas.
 */
public final class CordonWatch implements MetadataPublisher {
  private static final ConfigResource CLUSTER = new ConfigResource(ConfigResource.Type.BROKER, "");

  private final ConfigResource self;
  private final Path directory;
  private final Listener listener;
  private @Nullable Boolean known;

  /** Who is told. */
  @FunctionalInterface
  public interface Listener {
    /** At first, and at each change; must not block. */
    void cordoned(boolean isCordoned);
  }

  /**
   * @param directory this broker's one log directory
   */
  public CordonWatch(int brokerId, Path directory, Listener listener) {
    this.self = new ConfigResource(ConfigResource.Type.BROKER, Integer.toString(brokerId));
    this.directory = directory.toAbsolutePath().normalize();
    this.listener = listener;
  }

  @Override
  public String name() {
    return "CordonWatch";
  }

  @Override
  public void onMetadataUpdate(MetadataDelta delta, MetadataImage image, LoaderManifest manifest) {
    if (known != null && delta.configsDelta() == null) {
      return;
    }
    String name = ServerLogConfigs.CORDONED_LOG_DIRS_CONFIG;
    String own = image.configs().configMapForResource(self).get(name);
    String value = own == null ? image.configs().configMapForResource(CLUSTER).get(name) : own;
    boolean now = value != null && names(value);
    if (known == null || known != now) {
      known = now;
      listener.cordoned(now);
    }
  }

  private boolean names(String directories) {
    return Arrays.stream(directories.split(",", -1))
        .map(String::strip)
        .filter(one -> !one.isEmpty())
        .anyMatch(
            one ->
                one.equals(ServerLogConfigs.CORDONED_LOG_DIRS_ALL)
                    || Path.of(one).toAbsolutePath().normalize().equals(directory));
  }
}
