package dev.millrace.plugin.model;

import java.util.Optional;

/**
 * A broker's pod.
 *
 * @param id the broker's: the pod's ordinal
 * @param uid tells a pod from its successor of the same name
 * @param node empty while it has none
 * @param unscheduled why it has no node, where Kubernetes says so
 */
public record BrokerPod(
    String namespace,
    String cluster,
    String name,
    int id,
    String uid,
    Optional<String> node,
    boolean ready,
    boolean deleting,
    Optional<String> unscheduled) {}
