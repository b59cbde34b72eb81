package dev.millrace.broker.controller;

import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.loader.LoaderManifest;
import org.apache.kafka.image.publisher.MetadataPublisher;
import org.apache.kafka.metadata.BrokerRegistration;
import org.apache.kafka.raft.LeaderAndEpoch;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the active controller fence a broker that died long before its session ends. A process that
 * dies takes its connections with it; when the one that a broker's heartbeats came over is closed,
 * and nobody can be connected to where the broker is registered, the broker's session is ended at
 * once. If somebody answers, nothing is done: then the session decides, as it does about a broker
 * that hangs, or is cut off from the network and never closed a connection.
 *
 * <p>A controller that has just taken over knows no connections: it looks after every broker once,
 * for the one that its predecessor ran in is most likely dead. And where a broker was restarted
 * quickly, its new incarnation is let in at once, because the connection of the old one is closed.
 *
 * <p>Fencing by mistake is safe, as any fencing is: the broker is let in again with its next
 * heartbeat. Thread-safe; no call blocks. Idle on nodes whose controller is not active.
 */
public final class BrokerWatch implements MetadataPublisher {
  /** Whoever lives has sent a heartbeat to a new controller after this long. */
  private static final long UNHEARD_NS = 3_000_000_000L;

  /**
   * Who is found at its address and does not send a heartbeat is looked for again: a process that
   * dies loses its sockets one after the other.
   */
  private static final int LOOKS = 3;

  private static final long LOOK_AGAIN_MS = 400;
  private static final long RETRY_MS = 100;
  private static final int RETRIES = 50;
  private static final Logger LOG = LoggerFactory.getLogger(BrokerWatch.class);

  /**
   * How a broker was last heard of.
   *
   * @param closed completes when the connection is gone; the same object as long as it is the same
   *     connection
   */
  private record Contact(long brokerEpoch, CompletableFuture<Void> closed) {}

  private final ControllerNode node;
  private final int nodeId;
  private final String listener;
  private final DeathCheck check;
  private final Map<Integer, Contact> contacts = new ConcurrentHashMap<>();
  private volatile boolean leading;
  private volatile long leadingSinceNs;

  /**
   * @param listener the name of the listener that brokers are looked for at
   * @param check outlives the watch
   */
  public BrokerWatch(ControllerNode node, int nodeId, String listener, DeathCheck check) {
    this.node = node;
    this.nodeId = nodeId;
    this.listener = listener;
    this.check = check;
  }

  /**
   * The active controller took a registration or heartbeat.
   *
   * @param closed completes when the connection that it came over is gone; one for all requests of
   *     a connection
   */
  public void heard(int brokerId, long brokerEpoch, CompletableFuture<Void> closed) {
    Contact known = contacts.get(brokerId);
    if (known != null && known.brokerEpoch() == brokerEpoch && known.closed() == closed) {
      return;
    }
    var contact = new Contact(brokerEpoch, closed);
    contacts.put(brokerId, contact);
    closed.whenComplete(
        (done, failure) -> {
          if (contacts.get(brokerId) == contact) {
            suspect(brokerId, "its connection was closed", LOOKS);
          }
        });
  }

  /**
   * A broker is about to register: an earlier incarnation that is gone must not stand in its way.
   */
  public void arriving(int brokerId, Uuid incarnation) {
    BrokerRegistration registered = registration(brokerId);
    if (registered == null || registered.incarnationId().equals(incarnation)) {
      return;
    }
    Contact contact = contacts.get(brokerId);
    boolean heardOf = contact != null && contact.brokerEpoch() == registered.epoch();
    boolean gone =
        heardOf && contact != null
            ? contact.closed().isDone()
            : leading && System.nanoTime() - leadingSinceNs >= UNHEARD_NS;
    if (gone && node.endSession(brokerId, registered.epoch())) {
      LOG.atInfo()
          .addKeyValue("broker", brokerId)
          .addKeyValue("brokerEpoch", registered.epoch())
          .log("The broker was restarted; its former session is ended");
    }
  }

  private @Nullable BrokerRegistration registration(int brokerId) {
    return node.metadata().image().cluster().broker(brokerId);
  }

  private void suspect(int brokerId, String reason, int looks) {
    BrokerRegistration registered = registration(brokerId);
    if (!leading || registered == null || registered.fenced() || isConnected(brokerId)) {
      return;
    }
    endpoint(registered)
        .ifPresent(
            endpoint ->
                check
                    .isDead(endpoint)
                    .thenAccept(
                        dead -> {
                          if (dead) {
                            end(brokerId, registered.epoch(), reason, RETRIES);
                          } else if (looks > 1) {
                            check.later(LOOK_AGAIN_MS, () -> suspect(brokerId, reason, looks - 1));
                          }
                        }));
  }

  private boolean isConnected(int brokerId) {
    Contact contact = contacts.get(brokerId);
    return contact != null && !contact.closed().isDone();
  }

  private Optional<Endpoint> endpoint(BrokerRegistration registered) {
    return Optional.ofNullable(registered.listeners().get(listener))
        .map(found -> new Endpoint(registered.id(), found.host(), found.port()));
  }

  private void end(int brokerId, long brokerEpoch, String reason, int left) {
    BrokerRegistration now = registration(brokerId);
    if (!leading
        || isConnected(brokerId)
        || now == null
        || now.fenced()
        || now.epoch() != brokerEpoch) {
      return;
    }
    if (node.endSession(brokerId, brokerEpoch)) {
      LOG.atWarn()
          .addKeyValue("broker", brokerId)
          .addKeyValue("brokerEpoch", brokerEpoch)
          .addKeyValue("reason", reason)
          .log("Nobody listens where the broker is registered; fencing it");
    } else if (left > 0) {
      // Elected, but not active yet.
      check.later(RETRY_MS, () -> end(brokerId, brokerEpoch, reason, left - 1));
    }
  }

  @Override
  public String name() {
    return "BrokerWatch";
  }

  @Override
  public void onControllerChange(LeaderAndEpoch leader) {
    boolean leads = leader.leaderId().equals(OptionalInt.of(nodeId));
    if (leads) {
      leadingSinceNs = System.nanoTime();
    }
    leading = leads;
    if (leads) {
      node.metadata().image().cluster().brokers().keySet().stream()
          .filter(id -> id != nodeId)
          .forEach(id -> suspect(id, "it has not been heard of by this controller", LOOKS));
    }
  }

  @Override
  public void onMetadataUpdate(MetadataDelta delta, MetadataImage image, LoaderManifest manifest) {
    // The image is looked up when it is needed.
  }
}
