package dev.millrace.broker.api;

import dev.millrace.broker.controller.BrokerWatch;
import dev.millrace.broker.controller.ControllerChannel;
import dev.millrace.broker.group.GroupService;
import dev.millrace.broker.metadata.ClusterMetadata;
import java.util.Map;
import java.util.function.LongSupplier;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.controller.Controller;
import org.apache.kafka.metadata.MetadataCache;

/**
 * What the handlers that move no records are made of.
 *
 * @param nodeId this broker's id
 * @param clusterId as clients are told it
 * @param definition every broker setting there is, with its default
 * @param configured the broker settings as configured
 * @param autoCreateTopics whether topics are made when a client asks for them
 * @param metadata the followed image
 * @param cache the same image, as Kafka's own questions to it want it
 * @param groups this broker's group coordinator
 * @param controller this broker's own controller, active or not
 * @param channel to the active controller, wherever it is
 * @param watch told of what brokers send to this broker's controller
 * @param brokerEpoch of this broker's registration; -1 before it
 */
public record ApiParts(
    int nodeId,
    String clusterId,
    ConfigDef definition,
    Map<String, String> configured,
    boolean autoCreateTopics,
    ClusterMetadata metadata,
    MetadataCache cache,
    GroupService groups,
    Controller controller,
    ControllerChannel channel,
    BrokerWatch watch,
    LongSupplier brokerEpoch,
    TopicCreator creator,
    Time time) {}
