package dev.millrace.operator.resources;

import io.fabric8.kubernetes.api.model.PodTemplateSpec;

/**
 * What brokers run with: their properties and their pod.
 *
 * @param fingerprint of both as an operator made them; kept beside what the API server makes of
 *     them, by which a later operator sees that it would make something else
 */
public record Rendering(String config, PodTemplateSpec template, String fingerprint) {
  static Rendering of(Wanted wanted) {
    var config = BrokerConfig.text(wanted);
    var template = BrokerPod.template(wanted, config);
    return new Rendering(config, template, Fingerprint.of(config + Fingerprint.ofObject(template)));
  }

  /** Where the pod looks for the configuration. */
  String file() {
    return Pool.fileOf(template.getMetadata()).orElseThrow();
  }

  /** The image of the brokers. */
  public String image() {
    return template.getSpec().getContainers().getFirst().getImage();
  }
}
