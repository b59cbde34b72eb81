package dev.millrace.broker.server;

import dev.millrace.broker.controller.MetadataLog;
import dev.millrace.broker.controller.cached.CacheFile;
import dev.millrace.broker.controller.cached.CachedLog;
import dev.millrace.broker.controller.file.LocalFileLog;
import dev.millrace.broker.controller.kubernetes.KubeAccess;
import dev.millrace.broker.controller.kubernetes.KubernetesRing;
import dev.millrace.broker.controller.kubernetes.RingSettings;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.apache.kafka.common.Uuid;

/** Opens the medium that the metadata log is kept on. Stateless. */
final class Media {
  private static final String CACHE = "metadata-cache";

  /** A Kubernetes API that is there answers in a fraction of it. */
  private static final Duration PATIENCE = Duration.ofSeconds(3);

  private Media() {}

  /**
   * Opens it; waits for the Kubernetes API, and for the object in it, without end unless this
   * broker has a copy of the metadata to start from.
   */
  static MetadataLog open(BrokerConfig config) throws IOException, InterruptedException {
    return switch (config.medium()) {
      case MetadataMedium.LocalFile file ->
          LocalFileLog.open(file.directory(), clusterId(config), Parts.self(config));
      case MetadataMedium.Kubernetes kubernetes ->
          CachedLog.open(
              new CacheFile(config.dataDirectory().resolve(CACHE).resolve("image")),
              () ->
                  KubernetesRing.open(
                      KubeAccess.of(kubernetes.url(), Optional.of(kubernetes.credentials())),
                      new RingSettings(
                          kubernetes.namespace(), kubernetes.name(), Parts.self(config))),
              PATIENCE,
              KubernetesRing.MAX_ENTRY_BYTES);
    };
  }

  /** As configured, else as the directory remembers it, else a new one. */
  private static String clusterId(BrokerConfig config) throws IOException {
    Optional<String> remembered =
        DirectoryIdentity.read(config.dataDirectory()).map(DirectoryIdentity::clusterId);
    return config.clusterId().or(() -> remembered).orElseGet(() -> Uuid.randomUuid().toString());
  }
}
