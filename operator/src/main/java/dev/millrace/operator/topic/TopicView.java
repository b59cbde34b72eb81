package dev.millrace.operator.topic;

import java.util.Optional;

/** What is known of the topic that a LogTopic is about. */
public sealed interface TopicView {
  /** Nobody has asked yet. */
  record Unasked() implements TopicView {}

  /** The cluster does not answer. */
  record Silent(String why) implements TopicView {}

  /** An older LogTopic is about the same topic. */
  record Yields(String older) implements TopicView {}

  /**
   * The cluster has answered.
   *
   * @param topic empty: there is none
   * @param settled whether the look before saw the same, but for partitions' health. One broker may
   *     know less than another did a moment ago, so what one look tells is no ground to report or
   *     undo anything
   * @param refusal what the cluster said to what was to be done last
   */
  record Seen(Optional<TopicState> topic, boolean settled, Optional<Refusal> refusal)
      implements TopicView {}

  /**
   * The cluster would not.
   *
   * @param why in Kafka's words
   * @param again whether it is time to try again
   */
  record Refusal(TopicAction action, String why, boolean again) {}
}
