package dev.millrace.broker.controller;

import java.util.Map;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.server.policy.CreateTopicPolicy;

/**
 * Refuses topics with more than one replica a partition, as long as brokers do not copy from each
 * other: such a topic would be made and then acknowledge nothing. Stateless.
 */
final class OneReplicaPolicy implements CreateTopicPolicy {
  @Override
  public void configure(Map<String, ?> configs) {
    // Nothing to set.
  }

  @Override
  public void validate(RequestMetadata request) {
    int replicas =
        request.replicasAssignments() == null
            ? request.replicationFactor()
            : request.replicasAssignments().values().stream()
                .mapToInt(java.util.List::size)
                .max()
                .orElse(1);
    if (replicas > 1) {
      throw new PolicyViolationException(
          "Topic %s asks for %d replicas: this version of Millrace keeps one replica of a partition; create it with replication factor 1"
              .formatted(request.topic(), replicas));
    }
  }

  @Override
  public void close() {
    // Holds nothing.
  }
}
