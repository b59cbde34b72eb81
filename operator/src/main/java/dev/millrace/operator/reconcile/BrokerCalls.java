package dev.millrace.operator.reconcile;

import dev.millrace.operator.rebalance.KafkaReplicas;
import dev.millrace.operator.rebalance.ReplicaAdmin;
import dev.millrace.operator.scale.BrokerRegistry;
import dev.millrace.operator.scale.KafkaBrokerRegistry;
import dev.millrace.operator.settings.KafkaSettings;
import dev.millrace.operator.settings.SettingsWriter;
import dev.millrace.operator.topic.KafkaTopics;
import dev.millrace.operator.topic.TopicAdmin;

/** What the operator does by talking to brokers and not to Kubernetes. */
public record BrokerCalls(
    BrokerRegistry registry,
    ReplicaAdmin.Factory replicas,
    SettingsWriter settings,
    TopicAdmin.Factory topics) {
  /** By Kafka's own protocol. */
  public static BrokerCalls kafka() {
    return new BrokerCalls(
        new KafkaBrokerRegistry(), KafkaReplicas::new, new KafkaSettings(), KafkaTopics::new);
  }
}
