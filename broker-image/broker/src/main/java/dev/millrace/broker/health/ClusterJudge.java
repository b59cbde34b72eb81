package dev.millrace.broker.health;

import org.apache.kafka.image.ClusterImage;
import org.apache.kafka.image.ConfigurationsImage;
import org.apache.kafka.image.FeaturesImage;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.TopicsImage;
import org.jspecify.annotations.Nullable;

/**
 * Judges metadata images, and what they have in common only once: most of what is written to the
 * metadata log changes no partition, while operator and Prometheus ask all the time. Thread-safe.
 */
public final class ClusterJudge {
  private record Judged(
      TopicsImage topics,
      ClusterImage cluster,
      ConfigurationsImage configs,
      FeaturesImage features,
      ClusterHealth health) {
    boolean fits(MetadataImage image) {
      return topics == image.topics()
          && cluster == image.cluster()
          && configs == image.configs()
          && features == image.features();
    }
  }

  private final int defaultMinIsr;
  private volatile @Nullable Judged last;

  /**
   * A judge who has judged nothing yet.
   *
   * @param defaultMinIsr {@code min.insync.replicas} as configured on this broker
   */
  public ClusterJudge(int defaultMinIsr) {
    this.defaultMinIsr = defaultMinIsr;
  }

  /** The cluster's health as an image has it. */
  public ClusterHealth judge(MetadataImage image, int controllerId) {
    Judged known = last;
    if (known == null || !known.fits(image)) {
      known =
          new Judged(
              image.topics(),
              image.cluster(),
              image.configs(),
              image.features(),
              PartitionHealth.of(image, controllerId, defaultMinIsr));
      last = known;
    }
    return known.health().at(controllerId, image.highestOffsetAndEpoch().offset());
  }
}
