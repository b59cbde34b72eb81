package dev.millrace.operator.resources;

import java.util.List;
import java.util.Optional;

/**
 * What the operator, not the user of a cluster, decides about every broker.
 *
 * @param image the broker image with its tag; {@code spec.version} replaces the tag
 * @param advertise which address brokers tell
 * @param kubernetesUrl where brokers find the API server; empty: where every pod does
 * @param labelsZones whether the operator tells pods their zone, so that it is worth waiting for
 * @param pullSecrets with which nodes get the image: names of secrets in the cluster's namespace
 */
public record BrokerSettings(
    String image,
    Advertise advertise,
    Optional<String> kubernetesUrl,
    boolean labelsZones,
    List<String> pullSecrets) {
  public BrokerSettings {
    pullSecrets = List.copyOf(pullSecrets);
    if (image.isBlank()) {
      throw new IllegalArgumentException("the broker image is not set");
    }
  }

  /** Settings of an operator that knows no zones, for an image that anybody may get. */
  public BrokerSettings(String image, Advertise advertise, Optional<String> kubernetesUrl) {
    this(image, advertise, kubernetesUrl, false, List.of());
  }

  /** These settings, of an operator that may or may not read zones. */
  public BrokerSettings withZones(boolean labels) {
    return new BrokerSettings(image, advertise, kubernetesUrl, labels, pullSecrets);
  }

  /** These settings, for an image that not everybody may get. */
  public BrokerSettings withPullSecrets(List<String> names) {
    return new BrokerSettings(image, advertise, kubernetesUrl, labelsZones, names);
  }

  /** The image in the version that a spec asks for. */
  String image(Optional<String> version) {
    return version.map(tag -> repository(image) + ":" + tag).orElse(image);
  }

  /** The version that an image is of. */
  public static String version(String image) {
    return tag(image).orElse("latest");
  }

  /** These settings, with this tag where the image has none. */
  public BrokerSettings withDefaultTag(String tag) {
    return tag(image).isPresent()
        ? this
        : new BrokerSettings(image + ":" + tag, advertise, kubernetesUrl, labelsZones, pullSecrets);
  }

  private static Optional<String> tag(String image) {
    int repository = repository(image).length();
    return image.length() > repository
        ? Optional.of(image.substring(repository + 1))
        : Optional.empty();
  }

  private static String repository(String image) {
    int digest = image.indexOf('@');
    if (digest >= 0) {
      return image.substring(0, digest);
    }
    int colon = image.lastIndexOf(':');
    // A colon before the last slash parts a registry's host from its port.
    return colon > image.lastIndexOf('/') ? image.substring(0, colon) : image;
  }
}
