package dev.millrace.broker.group;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.coordinator.group.GroupCoordinator;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.MetadataProvenance;
import org.apache.kafka.image.loader.SnapshotManifest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class GroupMetadataPublisherTest {
  private final Semaphore committed = new Semaphore(0);
  private final BlockingQueue<Object> told = new LinkedBlockingQueue<>();

  /** Waits in every update, as the real one does where a topic was deleted. */
  private final GroupCoordinator coordinator =
      (GroupCoordinator)
          Proxy.newProxyInstance(
              GroupCoordinator.class.getClassLoader(),
              new Class<?>[] {GroupCoordinator.class},
              (proxy, method, arguments) -> {
                assertThat(method.getName()).isEqualTo("onMetadataUpdate");
                committed.acquire();
                told.add(arguments[1]);
                return null;
              });

  @Test
  @Timeout(180)
  void whoeverTellsOfMetadataDoesNotWaitForWhatGroupsWriteBecauseOfIt() throws Exception {
    try (var publisher = new GroupMetadataPublisher(coordinator)) {
      // Given: the first is told at once
      committed.release();
      MetadataImage all = tell(publisher);
      assertThat(told.poll()).isSameAs(all);

      // When
      MetadataImage first = tell(publisher);
      MetadataImage second = tell(publisher);

      // Then
      assertThat(told).isEmpty();
      committed.release(2);
      assertThat(told.poll(3, TimeUnit.MINUTES)).isSameAs(first);
      assertThat(told.poll(3, TimeUnit.MINUTES)).isSameAs(second);
    }
  }

  private static MetadataImage tell(GroupMetadataPublisher publisher) {
    MetadataDelta delta = new MetadataDelta.Builder().setImage(MetadataImage.EMPTY).build();
    MetadataImage image = delta.apply(MetadataProvenance.EMPTY);
    publisher.onMetadataUpdate(delta, image, new SnapshotManifest(MetadataProvenance.EMPTY, 0));
    return image;
  }
}
