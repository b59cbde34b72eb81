package dev.millrace.broker.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.image.MetadataImage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PartitionPagesTest {
  private final Images images = new Images().broker(1, false).broker(2, false);

  @Test
  void aPartitionIsToldWithLeaderReplicasAndWhoIsInSync() {
    // Given
    Uuid orders = images.topic("orders");
    images
        .partition(orders, 0, 1, List.of(1), List.of(1, 2))
        .partition(orders, 1, -1, List.of(2), List.of(2, 1))
        .moving(orders, 2, List.of(1, 2), List.of(2))
        .config(ConfigResource.Type.TOPIC, "orders", "min.insync.replicas", "2");

    // When
    PartitionPage page = page(images.image(), "");

    // Then
    assertThat(page.metadataOffset()).isEqualTo(42);
    assertThat(page.next()).isNull();
    PartitionPage.Topic topic = page.topics().getFirst();
    assertThat(topic.topic()).isEqualTo("orders");
    assertThat(topic.minIsr()).isEqualTo(2);
    assertThat(topic.partitions())
        .extracting(PartitionPage.Row::partition, PartitionPage.Row::leader)
        .containsExactly(tuple(0, 1), tuple(1, -1), tuple(2, 1));
    PartitionPage.Row moving = topic.partitions().get(2);
    assertThat(moving.replicas()).containsExactly(1, 2);
    assertThat(moving.isr()).containsExactly(1);
    assertThat(moving.adding()).containsExactly(2);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 7, 11, 12, 13, 100})
  void aWalkOverThePagesSeesEveryPartitionOnceAndInOrder(int limit) {
    // Given
    List<String> wanted = new ArrayList<>();
    for (String name : List.of("a", "b", "c", "long", "z")) {
      Uuid topic = images.topic(name);
      for (int id = 0; id < (name.equals("long") ? 8 : 1); id++) {
        images.partition(topic, id, 1, List.of(1, 2), List.of(1, 2));
        wanted.add(name + "-" + id);
      }
    }
    MetadataImage image = images.image();

    // When
    List<String> seen = new ArrayList<>();
    String query = "limit=" + limit;
    int pages = 0;
    for (String next = ""; next != null; pages++) {
      PartitionPage page =
          page(
              image,
              next.isEmpty()
                  ? query
                  : query + "&after=" + URLEncoder.encode(next, StandardCharsets.UTF_8));
      for (PartitionPage.Topic topic : page.topics()) {
        topic.partitions().forEach(row -> seen.add(topic.topic() + "-" + row.partition()));
      }
      next = page.next();
    }

    // Then
    assertThat(seen).isEqualTo(wanted);
    assertThat(pages).isEqualTo((wanted.size() + limit - 1) / limit);
  }

  @Test
  void oneTopicCanBeAskedForAlone() {
    // Given
    for (String name : List.of("orders", "orders.dead", "other")) {
      images.partition(images.topic(name), 0, 1, List.of(1), List.of(1));
    }
    MetadataImage image = images.image();

    // When
    PartitionPage page = page(image, "topic=orders.dead");
    PartitionPage none = page(image, "topic=order");

    // Then
    assertThat(page.topics()).extracting(PartitionPage.Topic::topic).containsExactly("orders.dead");
    assertThat(page.next()).isNull();
    assertThat(none.topics()).isEmpty();
  }

  @Test
  void aTopicThatWasDeletedBetweenTwoPagesIsPassedBy() {
    // Given
    for (String name : List.of("a", "c")) {
      images.partition(images.topic(name), 0, 1, List.of(1), List.of(1));
    }

    // When
    PartitionPage page = page(images.image(), "after=b/3");

    // Then
    assertThat(page.topics()).extracting(PartitionPage.Topic::topic).containsExactly("c");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"limit=0", "limit=5001", "limit=many", "after=orders", "after=orders/x", "tpic=a"})
  void aQuestionThatMeansNothingIsRefused(String query) {
    assertThatThrownBy(() -> PartitionQuery.parse(query))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static PartitionPage page(MetadataImage image, String query) {
    return PartitionPages.of(image, PartitionQuery.parse(query), 1);
  }
}
