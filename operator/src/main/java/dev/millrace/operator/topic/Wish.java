package dev.millrace.operator.topic;

import dev.millrace.crds.KeepPolicy;
import dev.millrace.crds.LogTopic;
import dev.millrace.operator.resources.DynamicSettings;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a LogTopic asks for, in Kafka's terms.
 *
 * @param config settings in the order of their names
 * @param deletes whether the topic is to go with the LogTopic
 * @param generation of the spec
 * @param request the value of {@link #APPLY}, if it is there
 */
record Wish(
    String topic,
    Optional<Integer> partitions,
    Optional<Integer> replicas,
    Map<String, String> config,
    boolean deletes,
    long generation,
    Optional<String> request) {
  /** On a LogTopic, with another value each time: the spec is to be applied again. */
  static final String APPLY = "millrace.dev/apply";

  /** What the cluster keeps for itself; whoever deletes it loses groups' offsets, or worse. */
  private static final Set<String> INTERNAL =
      Set.of(
          "__consumer_offsets", "__transaction_state", "__share_group_state", "__cluster_metadata");

  private static final Pattern NUMBER = Pattern.compile("-?\\d{1,30}(\\.\\d{1,30})?");

  static Wish of(LogTopic topic) {
    var spec = topic.getSpec();
    var config = new TreeMap<String, String>();
    if (spec.config() != null) {
      spec.config().forEach((name, value) -> config.put(name, DynamicSettings.text(value)));
    }
    return new Wish(
        LogTopic.topic(topic),
        Optional.ofNullable(spec.partitions()),
        Optional.ofNullable(spec.replicationFactor()),
        config,
        spec.whenDeleted() == KeepPolicy.DELETE,
        topic.getMetadata().getGeneration(),
        Optional.ofNullable(topic.getMetadata().getAnnotations())
            .map(annotations -> annotations.get(APPLY)));
  }

  /** Whether it is one that the cluster makes for itself. */
  boolean internal() {
    return INTERNAL.contains(topic);
  }

  /** Settings that are not as they should be, with what they should be. */
  Map<String, String> missing(TopicState is) {
    var missing = new TreeMap<String, String>();
    config.forEach(
        (name, value) -> {
          if (!same(is.config().get(name), value)) {
            missing.put(name, value);
          }
        });
    return missing;
  }

  /**
   * Settings that the operator has set, that are not wished any more, and that nobody has changed
   * since.
   */
  Set<String> leftOver(TopicState is, Map<String, String> applied) {
    var left = new TreeSet<String>();
    applied.forEach(
        (name, value) -> {
          if (!config.containsKey(name) && same(is.config().get(name), value)) {
            left.add(name);
          }
        });
    return left;
  }

  /** Whether two texts are the same value: Kafka may write it otherwise than the user did. */
  static boolean same(@Nullable String is, String wanted) {
    return is != null && (is.equals(wanted) || normal(is).equals(normal(wanted)));
  }

  private static String normal(String value) {
    return Arrays.stream(value.split(",", -1))
        .map(String::strip)
        .map(Wish::normalPart)
        .collect(Collectors.joining(","));
  }

  private static String normalPart(String part) {
    if (NUMBER.matcher(part).matches()) {
      return new BigDecimal(part).stripTrailingZeros().toPlainString();
    }
    boolean truth = part.equalsIgnoreCase("true") || part.equalsIgnoreCase("false");
    return truth ? part.toLowerCase(Locale.ROOT) : part;
  }
}
