package dev.millrace.broker.api;

import dev.millrace.broker.controller.ControllerChannel;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the controller for topics that clients use before they exist. Every topic is asked for once
 * at a time, and at most a bounded number are under way: what is too much is not asked for, and the
 * client that asks again for its metadata is what retries. Thread-safe, never blocks.
 */
public final class TopicCreator {
  /** More unknown topics than this at one time is a client gone wild, not a use. */
  private static final int MAX_IN_FLIGHT = 100;

  private static final int TIMEOUT_MS = 10_000;
  private static final Logger LOGGER = LoggerFactory.getLogger(TopicCreator.class);

  private final ControllerChannel channel;
  private final Set<String> inFlight = ConcurrentHashMap.newKeySet();

  public TopicCreator(ControllerChannel channel) {
    this.channel = channel;
  }

  /** Asks for those of the topics that are not asked for already. */
  void create(Collection<CreatableTopic> topics) {
    var request = new CreateTopicsRequestData().setTimeoutMs(TIMEOUT_MS);
    for (CreatableTopic topic : topics) {
      if (inFlight.size() < MAX_IN_FLIGHT && inFlight.add(topic.name())) {
        request.topics().add(topic.duplicate());
      }
    }
    if (request.topics().isEmpty()) {
      return;
    }
    channel
        .<CreateTopicsResponseData>send(request)
        .whenComplete(
            (response, error) -> {
              request.topics().forEach(topic -> inFlight.remove(topic.name()));
              if (error != null) {
                LOGGER
                    .atWarn()
                    .addKeyValue("topics", request.topics().size())
                    .addKeyValue("cause", Answers.cause(error).toString())
                    .log("Could not ask the controller for topics");
              } else {
                tell(response);
              }
            });
  }

  private static void tell(CreateTopicsResponseData response) {
    for (var result : response.topics()) {
      Errors error = Errors.forCode(result.errorCode());
      var event =
          error == Errors.NONE || error == Errors.TOPIC_ALREADY_EXISTS
              ? LOGGER.atInfo()
              : LOGGER.atWarn();
      event
          .addKeyValue("topic", result.name())
          .addKeyValue("result", error)
          .addKeyValue("message", result.errorMessage())
          .log("Topic asked for on first use");
    }
  }
}
