package dev.millrace.broker.controller;

import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.BrokerHeartbeatRequestData;
import org.apache.kafka.common.message.BrokerHeartbeatResponseData;
import org.apache.kafka.common.message.BrokerRegistrationResponseData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A broker's life in the eyes of the controller: it registers, sends heartbeats, asks to be
 * unfenced once it is ready, and before it stops has its leaderships moved away.
 *
 * <pre>
 * REGISTERING → FENCED ⇄ RUNNING → STOPPING → STOPPED
 * </pre>
 *
 * <p>At most one request is in flight. All state changes happen on one timer thread; the getters
 * may be called from any. What is lost is sent again with growing pauses, without end: a controller
 * that is away is no reason for a broker to stop.
 */
public final class BrokerLifecycle implements AutoCloseable {
  /** Where a broker is in its life. */
  public enum State {
    REGISTERING,
    /** Registered; the controller gives it no leadership, clients are not sent to it. */
    FENCED,
    RUNNING,
    /** Its leaderships are being moved away. */
    STOPPING,
    STOPPED
  }

  private static final Logger LOG = LoggerFactory.getLogger(BrokerLifecycle.class);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
  private static final Duration WHILE_CHANGING = Duration.ofMillis(100);

  /**
   * How long a broker that stops looks for a controller in vain. A failover of the controller takes
   * less; where all brokers stop at once, nobody is left to ask.
   */
  private static final Duration GIVE_UP = Duration.ofSeconds(2);

  /** Errors that repeating the registration cannot cure. */
  private static final Set<Errors> HOPELESS =
      EnumSet.of(
          Errors.INCONSISTENT_CLUSTER_ID,
          Errors.UNSUPPORTED_VERSION,
          Errors.INVALID_REGISTRATION,
          Errors.CLUSTER_AUTHORIZATION_FAILED);

  private final BrokerIdentity identity;
  private final ControllerChannel channel;
  private final LongSupplier metadataOffset;
  private final Duration interval;
  private final Consumer<State> onState;
  private final Consumer<String> onFatal;
  private final ScheduledExecutorService timer;
  private final CompletableFuture<Void> unfenced = new CompletableFuture<>();
  private final CompletableFuture<Void> shutdown = new CompletableFuture<>();

  private volatile State state = State.REGISTERING;
  private volatile long brokerEpoch = -1;
  private volatile boolean ready;
  private volatile @Nullable Boolean cordoned;

  // Timer thread only.
  private boolean inFlight;
  private boolean again;
  private long pauseMs = FIRST_PAUSE.toMillis();
  private @Nullable String lastTrouble;
  private long unansweredSinceNs;

  /**
   * @param metadataOffset of the last metadata record in this broker's image, or -1
   * @param interval of heartbeats (Kafka's {@code broker.heartbeat.interval.ms})
   * @param onState told of each new state on the timer thread; must not block
   * @param onFatal told why this broker can never register; has to end the process
   */
  public BrokerLifecycle(
      BrokerIdentity identity,
      ControllerChannel channel,
      LongSupplier metadataOffset,
      Duration interval,
      Consumer<State> onState,
      Consumer<String> onFatal) {
    this.identity = identity;
    this.channel = channel;
    this.metadataOffset = metadataOffset;
    this.interval = interval;
    this.onState = onState;
    this.onFatal = onFatal;
    var executor =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().name("broker-lifecycle").daemon().factory());
    executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    executor.setRemoveOnCancelPolicy(true);
    this.timer = executor;
  }

  /** Begins to register. */
  public void start() {
    timer.execute(this::communicate);
  }

  /** Logs are open and partitions can be served: heartbeats ask to be unfenced from now on. */
  public void readyToServe() {
    ready = true;
    timer.execute(this::communicateSoon);
  }

  /**
   * The opposite: heartbeats ask to be fenced, so that others lead and this one is in sync nowhere.
   */
  public void cannotServe() {
    ready = false;
    timer.execute(this::communicateSoon);
  }

  /** Whether the controller is to give it no new replicas; never told before this is called. */
  public void cordoned(boolean isCordoned) {
    cordoned = isCordoned;
    if (brokerEpoch >= 0) {
      timer.execute(this::communicateSoon);
    }
  }

  /**
   * Has the leaderships moved away; the future completes when the controller lets go, at once where
   * it never knew this broker, and fails some seconds after a controller could last be reached.
   */
  public CompletableFuture<Void> controlledShutdown() {
    timer.execute(
        () -> {
          if (brokerEpoch < 0 || state == State.STOPPED) {
            become(State.STOPPED);
            shutdown.complete(null);
          } else {
            become(State.STOPPING);
            communicateSoon();
          }
        });
    return shutdown;
  }

  public State state() {
    return state;
  }

  /** The epoch of the current registration, or -1 before the first. */
  public long brokerEpoch() {
    return brokerEpoch;
  }

  /** Completed when the controller has unfenced this broker for the first time. */
  public CompletableFuture<Void> unfenced() {
    return unfenced;
  }

  /** Stops without a word to the controller. */
  @Override
  public void close() {
    timer.shutdownNow();
    shutdown.complete(null);
  }

  // ---- timer thread

  private void become(State next) {
    if (state != next) {
      LOG.atInfo().addKeyValue("from", state).addKeyValue("to", next).log("Broker state");
      state = next;
      onState.accept(next);
    }
  }

  private void communicateSoon() {
    if (inFlight) {
      again = true;
    } else {
      communicate();
    }
  }

  private void communicate() {
    if (inFlight || state == State.STOPPED) {
      return;
    }
    inFlight = true;
    again = false;
    if (brokerEpoch < 0) {
      this.<BrokerRegistrationResponseData>send(identity.registration(), this::registered);
    } else {
      this.<BrokerHeartbeatResponseData>send(heartbeat(), this::beaten);
    }
  }

  private BrokerHeartbeatRequestData heartbeat() {
    return new BrokerHeartbeatRequestData()
        .setBrokerId(identity.nodeId())
        .setBrokerEpoch(brokerEpoch)
        .setCurrentMetadataOffset(metadataOffset.getAsLong())
        .setWantFence(!ready)
        .setWantShutDown(state == State.STOPPING)
        .setCordonedLogDirs(cordonedDirectories());
  }

  private @Nullable List<Uuid> cordonedDirectories() {
    Boolean known = cordoned;
    return known == null ? null : known ? identity.logDirs() : List.of();
  }

  private <R extends ApiMessage> void send(ApiMessage request, Consumer<R> onResponse) {
    channel
        .<R>send(request)
        .whenCompleteAsync(
            (response, failure) -> {
              inFlight = false;
              if (failure != null) {
                trouble(String.valueOf(failure.getMessage()));
              } else {
                onResponse.accept(response);
              }
            },
            this::onTimer);
  }

  private void onTimer(Runnable task) {
    if (!timer.isShutdown()) {
      timer.execute(task);
    }
  }

  private void next(Duration delay) {
    if (!timer.isShutdown()) {
      timer.schedule(this::communicate, again ? 0 : delay.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  private void registered(BrokerRegistrationResponseData response) {
    Errors error = Errors.forCode(response.errorCode());
    if (HOPELESS.contains(error)) {
      onFatal.accept("the controller refuses this broker: " + error + ", " + error.message());
      return;
    }
    if (error != Errors.NONE) {
      trouble(error + ", " + error.message());
      return;
    }
    brokerEpoch = response.brokerEpoch();
    LOG.atInfo().addKeyValue("brokerEpoch", brokerEpoch).log("Registered");
    settled();
    if (state == State.REGISTERING) {
      become(State.FENCED);
    }
    next(Duration.ZERO);
  }

  private void beaten(BrokerHeartbeatResponseData response) {
    Errors error = Errors.forCode(response.errorCode());
    if (error == Errors.STALE_BROKER_EPOCH || error == Errors.BROKER_ID_NOT_REGISTERED) {
      LOG.atWarn().addKeyValue("error", error).log("No longer registered");
      brokerEpoch = -1;
      if (state == State.STOPPING) {
        become(State.STOPPED);
        shutdown.complete(null);
      } else {
        become(State.REGISTERING);
        next(WHILE_CHANGING);
      }
      return;
    }
    if (error != Errors.NONE) {
      trouble(error + ", " + error.message());
      return;
    }
    settled();
    if (state == State.STOPPING) {
      if (response.shouldShutDown()) {
        become(State.STOPPED);
        shutdown.complete(null);
      } else {
        next(WHILE_CHANGING);
      }
      return;
    }
    become(response.isFenced() ? State.FENCED : State.RUNNING);
    if (!response.isFenced()) {
      unfenced.complete(null);
    }
    // While it waits to be unfenced, a broker hears of it a heartbeat after it has caught up.
    next(response.isFenced() && ready ? min(WHILE_CHANGING, interval) : interval);
  }

  private static Duration min(Duration a, Duration b) {
    return a.compareTo(b) < 0 ? a : b;
  }

  private void settled() {
    if (lastTrouble != null) {
      LOG.atInfo().log("The controller answers again");
      lastTrouble = null;
    }
    pauseMs = FIRST_PAUSE.toMillis();
  }

  private void trouble(String what) {
    long now = System.nanoTime();
    if (lastTrouble == null || state != State.STOPPING) {
      unansweredSinceNs = now;
    }
    if (!what.equals(lastTrouble)) {
      LOG.atWarn().addKeyValue("state", state).addKeyValue("reason", what).log("No controller");
      lastTrouble = what;
    }
    if (now - unansweredSinceNs >= GIVE_UP.toNanos()) {
      become(State.STOPPED);
      shutdown.completeExceptionally(new TimeoutException("no controller could be reached"));
      return;
    }
    next(Duration.ofMillis(pauseMs));
    Duration longest = state == State.STOPPING ? WHILE_CHANGING : interval;
    pauseMs = Math.min(longest.toMillis(), pauseMs * 2);
  }
}
