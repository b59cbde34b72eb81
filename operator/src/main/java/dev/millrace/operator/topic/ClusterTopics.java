package dev.millrace.operator.topic;

import dev.millrace.operator.topic.ClusterDirectory.Address;
import dev.millrace.operator.topic.TopicEventSource.Claim;
import dev.millrace.operator.topic.TopicView.Refusal;
import dev.millrace.operator.topic.TopicView.Seen;
import dev.millrace.operator.topic.TopicView.Silent;
import dev.millrace.operator.topic.TopicView.Yields;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The work on the topics of one cluster, on a thread of its own: look at all, tell what is new, do
 * what is wanted. Its memory only saves work: who begins anew comes to the same.
 */
final class ClusterTopics {
  private static final Logger LOG = LoggerFactory.getLogger(ClusterTopics.class);

  /** What a cluster refused is tried again so many looks later: it may have got another broker. */
  private static final int REFUSED_LOOKS = 15;

  /** The look that is to confirm another one comes so many times sooner. */
  private static final int SOONER = 4;

  private final ResourceID cluster;
  private final TopicEventSource source;
  private final TopicAdmin.Factory admins;
  private final ClusterDirectory directory;
  private final Duration interval;
  private final Semaphore news = new Semaphore(0);
  private final Thread thread;
  private final Map<ResourceID, Wanted> wanted = new ConcurrentHashMap<>();
  private final Map<ResourceID, Optional<TopicState>> last = new ConcurrentHashMap<>();
  private final Map<ResourceID, Refused> refused = new ConcurrentHashMap<>();

  /** Why the cluster did not answer last; told once. */
  private String trouble = "";

  private record Wanted(TopicView basis, TopicAction action) {}

  private record Refused(TopicAction action, String why, long at) {}

  ClusterTopics(
      ResourceID cluster,
      TopicEventSource source,
      TopicAdmin.Factory admins,
      ClusterDirectory directory,
      Duration interval) {
    this.cluster = cluster;
    this.source = source;
    this.admins = admins;
    this.directory = directory;
    this.interval = interval;
    this.thread = Thread.ofVirtual().name("topics-" + cluster.getName()).unstarted(this::work);
  }

  void begin() {
    thread.start();
  }

  void end() {
    thread.interrupt();
  }

  void wake() {
    news.release();
  }

  void want(ResourceID topic, TopicView basis, Optional<TopicAction> action) {
    if (action.isEmpty()) {
      wanted.remove(topic);
    } else {
      wanted.put(topic, new Wanted(basis, action.get()));
      wake();
    }
  }

  void forget(ResourceID topic) {
    wanted.remove(topic);
    last.remove(topic);
    refused.remove(topic);
  }

  /** A new conversation after every failure: where the cluster listens may have changed. */
  private void work() {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        var address = directory.find(cluster);
        if (address.isPresent() && address.get().bootstrap().isEmpty()) {
          silent("none of its brokers is ready");
        } else if (address.isPresent()) {
          attempt(address.get());
        }
        pause(interval);
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  private void attempt(Address address) throws InterruptedException {
    try (var admin = admins.open(address)) {
      converse(admin, address);
    } catch (RuntimeException e) {
      if (Thread.currentThread().isInterrupted()) {
        throw new InterruptedException();
      }
      var why = String.valueOf(e.getMessage());
      if (!why.equals(trouble)) {
        LOG.atWarn()
            .addKeyValue("cluster", cluster)
            .addKeyValue("reason", e.toString())
            .log("Cannot see to topics yet");
      }
      trouble = why;
      silent(why);
    }
  }

  /** Goes on for as long as it is the same cluster, and has brokers that are ready. */
  private void converse(TopicAdmin admin, Address address) throws InterruptedException {
    while (!Thread.currentThread().isInterrupted()
        && directory
            .find(cluster)
            .filter(now -> now.clusterId().equals(address.clusterId()))
            .filter(now -> !now.bootstrap().isEmpty())
            .isPresent()) {
      pause(step(admin) ? interval : interval.dividedBy(SOONER));
    }
  }

  /** Whether all that was seen was the same the time before. */
  private boolean step(TopicAdmin admin) {
    var rulers = rulers();
    rulers.forEach(claim -> perform(admin, claim));
    var states = admin.look(rulers.stream().map(Claim::topic).toList());
    trouble = "";
    boolean settled = true;
    for (var claim : rulers) {
      settled &= saw(claim, Optional.ofNullable(states.get(claim.topic())));
    }
    return settled;
  }

  private boolean saw(Claim claim, Optional<TopicState> state) {
    var before = last.put(claim.id(), state);
    boolean settled = before != null && sameShape(before, state);
    var refusal =
        Optional.ofNullable(refused.get(claim.id()))
            .map(
                one ->
                    new Refusal(
                        one.action(),
                        one.why(),
                        System.nanoTime() - one.at() > interval.toNanos() * REFUSED_LOOKS));
    source.publish(claim, new Seen(state, settled, refusal));
    return settled;
  }

  private static boolean sameShape(Optional<TopicState> before, Optional<TopicState> now) {
    return before.isPresent()
        ? now.filter(is -> is.hasShapeOf(before.get())).isPresent()
        : now.isEmpty();
  }

  /** Does what is wanted of a topic, where it is still what it was decided from. */
  private void perform(TopicAdmin admin, Claim claim) {
    var now = wanted.remove(claim.id());
    if (now == null || now.basis() != source.of(claim.id())) {
      return;
    }
    LOG.atInfo().addKeyValue("cluster", cluster).addKeyValue("action", now.action()).log("Doing");
    var refusal = admin.perform(now.action());
    // What comes of it is new, whatever was seen before.
    last.remove(claim.id());
    if (refusal.isPresent()) {
      refused.put(claim.id(), new Refused(now.action(), refusal.get(), System.nanoTime()));
    } else {
      refused.remove(claim.id());
    }
  }

  /** Those that have their topics; the others are told whose they are. */
  private List<Claim> rulers() {
    var rulers = new ArrayList<Claim>();
    source
        .claims(cluster)
        .values()
        .forEach(
            claims -> {
              var ruler = claims.getFirst();
              rulers.add(ruler);
              claims.stream()
                  .skip(1)
                  .forEach(
                      younger -> {
                        forget(younger.id());
                        source.publish(younger, new Yields(ruler.id().getName()));
                      });
            });
    return rulers;
  }

  private void silent(String why) {
    rulers().forEach(claim -> source.publish(claim, new Silent(why)));
  }

  private void pause(Duration time) throws InterruptedException {
    if (news.tryAcquire(time.toNanos(), TimeUnit.NANOSECONDS)) {
      news.drainPermits();
    }
  }
}
