package dev.millrace.broker.group;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.coordinator.group.GroupCoordinator;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.loader.LoaderManifest;
import org.apache.kafka.image.publisher.MetadataPublisher;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the coordinator of topics (their partitions are what groups share out) and of groups'
 * dynamic settings, in order, on a thread of its own: where a topic is deleted, the coordinator
 * waits until what that does to groups is written and committed. The metadata thread may not: it
 * has the news that this waits for, such as that a replica in sync is gone. Meanwhile a topic may
 * be made anew under the name: offsets committed to it by name, as clients did before topic ids,
 * may go with those of the old one.
 */
final class GroupMetadataPublisher implements MetadataPublisher, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(GroupMetadataPublisher.class);

  private final GroupCoordinator coordinator;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(Thread.ofVirtual().name("group-metadata").factory());

  /** Whether the first image is; by the metadata thread. */
  private boolean told;

  GroupMetadataPublisher(GroupCoordinator coordinator) {
    this.coordinator = coordinator;
  }

  @Override
  public String name() {
    return "GroupMetadataPublisher";
  }

  @Override
  public void onMetadataUpdate(MetadataDelta delta, MetadataImage image, LoaderManifest manifest) {
    if (told) {
      thread.execute(() -> tell(delta, image));
    } else {
      // Nothing is deleted yet, and whatever is led from now on is to know all topics.
      told = true;
      tell(delta, image);
    }
  }

  private void tell(MetadataDelta delta, MetadataImage image) {
    if (delta.configsDelta() != null) {
      for (ConfigResource resource : delta.configsDelta().changes().keySet()) {
        if (resource.type() == ConfigResource.Type.GROUP) {
          attempt(
              () ->
                  coordinator.updateGroupConfig(
                      resource.name(), image.configs().configProperties(resource)));
        }
      }
    }
    attempt(() -> coordinator.onMetadataUpdate(delta, image));
  }

  private void attempt(Runnable news) {
    try {
      news.run();
    } catch (RuntimeException e) {
      if (!thread.isShutdown()) {
        LOG.atError().setCause(e).log("Groups could not be told of metadata");
      }
    }
  }

  /** Tells nothing more; what is being told ends by itself when the coordinator does. */
  @Override
  public void close() {
    thread.shutdownNow();
  }
}
