package dev.millrace.operator.settings;

import static dev.millrace.operator.resources.DynamicSettings.METADATA_VERSION;
import static java.util.Objects.requireNonNullElse;

import dev.millrace.operator.kafka.Admins;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.FeatureMetadata;
import org.apache.kafka.clients.admin.FeatureUpdate;
import org.apache.kafka.clients.admin.FeatureUpdate.UpgradeType;
import org.apache.kafka.clients.admin.UpdateFeaturesOptions;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.InvalidUpdateVersionException;
import org.apache.kafka.server.common.Feature;
import org.apache.kafka.server.common.KRaftVersion;
import org.apache.kafka.server.common.MetadataVersion;
import org.jspecify.annotations.Nullable;

/**
 * As {@code kafka-configs --entity-type brokers --entity-default} and, for the metadata version,
 * {@code kafka-features upgrade} do it. Thread-safe.
 */
public final class KafkaSettings implements SettingsWriter {
  private static final ConfigResource CLUSTER = new ConfigResource(ConfigResource.Type.BROKER, "");
  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  @Override
  public void write(String bootstrap, Map<String, String> set, Set<String> gone)
      throws RefusedException {
    List<AlterConfigOp> changes =
        Stream.concat(
                set.entrySet().stream()
                    .map(one -> operation(one.getKey(), one.getValue(), OpType.SET)),
                gone.stream().map(name -> operation(name, "", OpType.DELETE)))
            .filter(change -> !change.configEntry().name().equals(METADATA_VERSION))
            .toList();
    var name = set.get(METADATA_VERSION);
    @Nullable MetadataVersion version = name == null ? null : version(name);
    var admin = Admins.open(bootstrap, TIMEOUT);
    try {
      // It is refused where the others are taken, and does no harm when it is raised again.
      if (version != null) {
        raise(admin, version);
      }
      if (!changes.isEmpty()) {
        admin.incrementalAlterConfigs(Map.of(CLUSTER, changes)).all().get();
      }
    } catch (ExecutionException e) {
      Throwable cause = requireNonNullElse(e.getCause(), e);
      if (cause instanceof InvalidConfigurationException
          || cause instanceof InvalidRequestException
          || cause instanceof InvalidUpdateVersionException) {
        throw new RefusedException(String.valueOf(cause.getMessage()));
      }
      throw new KafkaException(
          "the cluster's settings cannot be changed now: " + cause.getClass().getSimpleName(),
          cause);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new KafkaException("Interrupted while settings were changed", stopped);
    } finally {
      admin.close(Duration.ZERO);
    }
  }

  private static MetadataVersion version(String name) throws RefusedException {
    var known = MetadataVersions.find(name);
    if (known.isEmpty()) {
      throw new RefusedException(
          "%s is no metadata version that this operator knows; its newest is %s"
              .formatted(name, MetadataVersion.latestProduction()));
    }
    return known.get();
  }

  /** Raises the metadata version and what goes with it. */
  private static void raise(Admin admin, MetadataVersion version)
      throws RefusedException, ExecutionException, InterruptedException {
    var features = admin.describeFeatures().featureMetadata().get();
    short now = level(features, METADATA_VERSION);
    if (version.featureLevel() < now) {
      throw new RefusedException(
          "the cluster has metadata version %s, which cannot be lowered to %s"
              .formatted(MetadataVersion.fromFeatureLevel(now), version));
    }
    var updates = new HashMap<String, FeatureUpdate>();
    for (var feature : Feature.PRODUCTION_FEATURES) {
      // Of the controllers' Raft quorum, which there is none of.
      if (!feature.featureName().equals(KRaftVersion.FEATURE_NAME)) {
        raise(feature.featureName(), feature.defaultLevel(version), features, updates);
      }
    }
    raise(METADATA_VERSION, version.featureLevel(), features, updates);
    if (!updates.isEmpty()) {
      admin.updateFeatures(updates, new UpdateFeaturesOptions()).all().get();
    }
  }

  private static void raise(
      String feature, short to, FeatureMetadata now, Map<String, FeatureUpdate> updates) {
    if (to > level(now, feature)) {
      updates.put(feature, new FeatureUpdate(to, UpgradeType.UPGRADE));
    }
  }

  private static short level(FeatureMetadata features, String feature) {
    var range = features.finalizedFeatures().get(feature);
    return range == null ? 0 : range.maxVersionLevel();
  }

  private static AlterConfigOp operation(String name, String value, OpType type) {
    return new AlterConfigOp(new ConfigEntry(name, value), type);
  }
}
