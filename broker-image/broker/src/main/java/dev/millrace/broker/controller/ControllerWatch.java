package dev.millrace.broker.controller;

import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has this node claim the controller's office when the active controller died, without waiting for
 * its lease to run out. The sign is that the connection to it broke, or could not be made, and that
 * nobody is found at its address in several attempts; as long as anybody can be connected to, this
 * node waits. A claim by mistake costs one election: who wins the log's next slot leads, and the
 * one before notices. Thread-safe, never blocks.
 */
public final class ControllerWatch {
  private static final Logger LOG = LoggerFactory.getLogger(ControllerWatch.class);

  private final ControllerNode node;
  private final int nodeId;
  private final DeathCheck check;

  /** Who is still disconnected when a check is over is told of again by the next heartbeat. */
  private final AtomicBoolean checking = new AtomicBoolean();

  /**
   * @param check outlives the watch
   */
  public ControllerWatch(ControllerNode node, int nodeId, DeathCheck check) {
    this.node = node;
    this.nodeId = nodeId;
    this.check = check;
  }

  /** The connection to a peer was lost, or an attempt to make one failed. */
  public void disconnected(Endpoint peer) {
    if (!isActive(peer) || peer.nodeId() == nodeId || !checking.compareAndSet(false, true)) {
      return;
    }
    int epoch = node.controllerEpoch();
    check
        .isDead(peer)
        .thenAccept(
            dead -> {
              checking.set(false);
              if (dead && isActive(peer)) {
                LOG.atWarn()
                    .addKeyValue("controller", peer)
                    .addKeyValue("epoch", epoch)
                    .log("Nobody listens where the active controller was; claiming its office");
                node.claimAfter(peer, epoch);
              }
            });
  }

  private boolean isActive(Endpoint peer) {
    return node.activeController().filter(peer::equals).isPresent();
  }
}
