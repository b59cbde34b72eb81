package dev.millrace.operator.topic;

import dev.millrace.crds.LogTopic;
import io.javaoperatorsdk.operator.processing.event.Event;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.AbstractEventSource;
import io.javaoperatorsdk.operator.processing.event.source.ResourceEventAware;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees namespaces go, while there are LogTopics in them that carry the finalizer. Kubernetes takes
 * the operator's own rights in a namespace away with all else that is in it, in no order, and not
 * before five seconds after it was asked to: finalizers that are not taken off by then stay, and
 * hold the namespace. So it is asked after, more often than that. No finalizer, no question.
 */
public final class NamespaceEventSource extends AbstractEventSource<Boolean, LogTopic>
    implements ResourceEventAware<LogTopic> {
  private static final Logger LOG = LoggerFactory.getLogger(NamespaceEventSource.class);

  private final Predicate<String> leaves;
  private final Duration interval;
  private final Set<ResourceID> guarded = ConcurrentHashMap.newKeySet();
  private final Map<String, Boolean> leaving = new ConcurrentHashMap<>();
  private @Nullable Thread thread;

  /**
   * A source that guards nothing yet.
   *
   * @param leaves whether a namespace is being deleted; may block
   * @param interval between two questions
   */
  public NamespaceEventSource(Predicate<String> leaves, Duration interval) {
    super(Boolean.class, "namespaces");
    this.leaves = leaves;
    this.interval = interval;
  }

  /** Whether it is on its way out, as far as anybody has had reason to ask. */
  public boolean leaving(String namespace) {
    return leaving.getOrDefault(namespace, false);
  }

  @Override
  public Set<Boolean> getSecondaryResources(LogTopic topic) {
    return Set.of(leaving(topic.getMetadata().getNamespace()));
  }

  @Override
  public synchronized void start() {
    super.start();
    thread = Thread.ofVirtual().name("namespaces").start(this::follow);
  }

  @Override
  public synchronized void stop() {
    super.stop();
    Optional.ofNullable(thread).ifPresent(Thread::interrupt);
  }

  @Override
  public void onResourceCreated(LogTopic topic) {
    var id = ResourceID.fromResource(topic);
    if (topic.hasFinalizer(Situation.FINALIZER)) {
      guarded.add(id);
    } else {
      guarded.remove(id);
    }
  }

  @Override
  public void onResourceUpdated(LogTopic topic, LogTopic before) {
    onResourceCreated(topic);
  }

  @Override
  public void onResourceDeleted(LogTopic topic) {
    guarded.remove(ResourceID.fromResource(topic));
  }

  private void follow() {
    try {
      while (isRunning()) {
        guarded.stream()
            .map(id -> id.getNamespace().orElseThrow())
            .distinct()
            .toList()
            .forEach(this::ask);
        // One that was leaving may be another one of that name by now.
        leaving.keySet().forEach(this::ask);
        Thread.sleep(interval);
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  private void ask(String namespace) {
    try {
      if (!leaves.test(namespace)) {
        leaving.remove(namespace);
      } else if (leaving.put(namespace, true) == null) {
        LOG.atInfo().addKeyValue("namespace", namespace).log("A namespace is on its way out");
        guarded.stream()
            .filter(id -> id.getNamespace().orElseThrow().equals(namespace))
            .forEach(id -> getEventHandler().handleEvent(new Event(id)));
      }
    } catch (RuntimeException e) {
      LOG.atDebug()
          .addKeyValue("namespace", namespace)
          .addKeyValue("reason", e.toString())
          .log("Cannot ask after a namespace");
    }
  }
}
