package dev.millrace.operator.topic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.operator.topic.TopicAction.Create;
import dev.millrace.operator.topic.TopicAction.Delete;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A user, somebody else and an operator that dies now and then, all at one topic, in any order:
 * whatever they do, the operator keeps its promises.
 */
class TopicDecisionPropertyTest {
  private static final int STEPS = 60;

  /** A setting that no spec ever names. */
  private static final String FOREIGN = "segment.ms";

  private final PlayedTopics kafka = new PlayedTopics();
  private final List<String> story = new ArrayList<>();
  private boolean mayMake = true;

  static IntStream seeds() {
    return IntStream.range(0, 300);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void promisesAreKept(int seed) {
    var random = new Random(seed);
    if (random.nextBoolean()) {
      kafka.make("orders", 1 + random.nextInt(4), 2, Map.of("retention.ms", "1"));
    }
    var topic = new PlayedLogTopic(kafka, spec(random));

    for (int step = 0; step < STEPS; step++) {
      switch (random.nextInt(9)) {
        case 0 -> edit(topic, spec(random));
        case 1 -> change(() -> kafka.alter("orders", "retention.ms", value(random)));
        case 2 -> change(() -> kafka.alter("orders", FOREIGN, value(random)));
        case 3 -> change(() -> kafka.grow("orders", grown(random)));
        case 4 -> {
          if (random.nextInt(4) == 0) {
            change(() -> kafka.delete("orders"));
          } else if (random.nextInt(8) == 0) {
            change(() -> kafka.make("orders", 1 + random.nextInt(4), 2, Map.of()));
          }
        }
        case 5 -> topic.crash();
        case 6 -> pass(topic, false);
        default -> pass(topic, true);
      }
    }

    settle(topic);
    assertThat(topic.pass()).as("%s", story).isFalse();
    if (topic.reason().equals("Applied")) {
      var is = kafka.find("orders").orElseThrow();
      var wish = Wish.of(topic.object());
      assertThat(wish.missing(is)).as("%s", story).isEmpty();
      assertThat(wish.partitions().filter(wanted -> wanted != is.partitions()))
          .as("%s", story)
          .isEmpty();
    }
  }

  private static String value(Random random) {
    return Integer.toString(random.nextInt(4));
  }

  private int grown(Random random) {
    return kafka.find("orders").map(is -> is.partitions() + random.nextInt(2)).orElse(1);
  }

  private static String spec(Random random) {
    var retention =
        switch (random.nextInt(4)) {
          case 0 -> "";
          case 1 -> ", config: {retention.ms: nonsense}";
          default -> ", config: {retention.ms: %d}".formatted(random.nextInt(4));
        };
    var partitions =
        random.nextBoolean() ? ", partitions: %d".formatted(1 + random.nextInt(6)) : "";
    return "{cluster: events%s%s}".formatted(partitions, retention);
  }

  private void edit(PlayedLogTopic topic, String spec) {
    mayMake |= topic.reason().equals("TopicDeleted");
    topic.edit(spec);
    story.add("edit " + spec);
  }

  private void change(Runnable how) {
    how.run();
    story.add("elsewhere: " + kafka.find("orders"));
  }

  private void settle(PlayedLogTopic topic) {
    for (int i = 0; i < STEPS; i++) {
      pass(topic, true);
    }
  }

  private void pass(PlayedLogTopic topic, boolean lives) {
    var before = kafka.find("orders");
    int done = kafka.done().size();
    long applied = appliedGeneration(topic);
    boolean answered = topic.reason().matches("Topic(Deleted|Replaced)");
    topic.pass(lives);
    var after = kafka.find("orders");
    story.add(topic.reason() + " " + after);
    var actions = kafka.done().subList(done, kafka.done().size());

    assertThat(actions).as("nothing is deleted: %s", story).noneMatch(Delete.class::isInstance);
    if (actions.stream().anyMatch(Create.class::isInstance)) {
      assertThat(mayMake).as("made again unasked: %s", story).isTrue();
    }
    if (after.isPresent() && !topic.reason().equals("TopicDeleted")) {
      // From now on there is one that it has made or has seen.
      mayMake &= topic.status().topicId() == null;
    }
    if (before.isPresent()) {
      assertThat(after).as("%s", story).isPresent();
      assertThat(Optional.ofNullable(after.orElseThrow().config().get(FOREIGN)))
          .as("what no spec names is touched: %s", story)
          .isEqualTo(Optional.ofNullable(before.get().config().get(FOREIGN)));
      assertThat(after.get().partitions())
          .as("%s", story)
          .isGreaterThanOrEqualTo(before.get().partitions());
      if (applied == topic.object().getMetadata().getGeneration() && !answered) {
        assertThat(after).as("fought over: %s", story).isEqualTo(before);
      }
    }
  }

  private static long appliedGeneration(PlayedLogTopic topic) {
    return Optional.ofNullable(topic.status().applied())
        .map(applied -> applied.generation())
        .orElse(-1L);
  }
}
