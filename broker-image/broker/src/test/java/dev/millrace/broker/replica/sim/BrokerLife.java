package dev.millrace.broker.replica.sim;

import dev.millrace.broker.replica.FetcherSettings;
import dev.millrace.broker.replica.HostedPartitions;
import dev.millrace.broker.replica.LeaderAppend;
import dev.millrace.broker.replica.LeaderChannel;
import dev.millrace.broker.replica.Partition;
import dev.millrace.broker.replica.PartitionState;
import dev.millrace.broker.replica.ReplicaFetchers;
import dev.millrace.broker.replica.Replication;
import dev.millrace.broker.replica.ReplicationThrottles;
import dev.millrace.broker.replica.TopicConfigs;
import dev.millrace.broker.replica.fetch.FetchSessions;
import dev.millrace.log.CachePolicy;
import dev.millrace.log.LogManager;
import dev.millrace.log.LogManagerOptions;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.errors.DisconnectException;
import org.apache.kafka.common.message.AlterPartitionRequestData;
import org.apache.kafka.common.message.AlterPartitionResponseData;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.metadata.PartitionChangeRecord;
import org.apache.kafka.common.metadata.PartitionRecord;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.requests.FetchRequest;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.MetadataProvenance;
import org.apache.kafka.image.loader.SnapshotManifest;
import org.apache.kafka.storage.internals.log.AppendOrigin;

/**
 * One process of a broker, from its start to its end: real partitions on a real log; registration,
 * heartbeats, metadata and serving as the broker has them, in short.
 */
final class BrokerLife implements World.Actor, LeaderChannel {
  static final long LAG_MS = 500;
  private static final short FETCH_VERSION = ApiKeys.FETCH.latestVersion(false);
  private static final long FETCH_PATIENCE_MS = 350;
  private static final long CONTROLLER_PATIENCE_MS = 250;
  private static final long BEAT_MS = 120;
  private static final long PRODUCE_PATIENCE_MS = 2000;

  /** What a producer waits for. */
  private record Waiting(Partition partition, LeaderAppend append, Batch batch, long untilMs) {}

  private final Cluster cluster;
  private final World world;
  private final Mutation mutation;
  private final int id;
  private final int incarnation;
  private final LogManager logs;
  private final HostedPartitions partitions;
  private final FetchSessions sessions;
  private final Map<Integer, FetchServing> serving = new HashMap<>();
  private final List<Waiting> waiting = new ArrayList<>();
  private MetadataImage image = MetadataImage.EMPTY;
  private int applied;
  private boolean metadataComing;
  private long epoch = -1;
  private boolean alive = true;
  private boolean stopping;
  private long pausedUntilMs;

  BrokerLife(Cluster cluster, int id, int incarnation, Path directory, SimDisk disk) {
    this.cluster = cluster;
    this.world = cluster.world();
    this.mutation = cluster.settings().mutation();
    this.id = id;
    this.incarnation = incarnation;
    this.logs = openLogs(directory, disk);
    SimLoop loop = new SimLoop(world, this);
    this.partitions =
        new HostedPartitions(
            new Replication(
                id,
                mutation == Mutation.SERVES_BEFORE_REGISTERED ? this::epochInImage : () -> epoch,
                world,
                this::propose,
                new ReplicaFetchers(
                    id,
                    () -> epoch,
                    this,
                    new FetcherSettings(
                        Duration.ofMillis(120), 1, 4096, 700, Duration.ofMillis(15)),
                    new ReplicationThrottles(id, 11, 1, world).follower(),
                    List.of(loop)),
                LAG_MS,
                false),
            mutation == Mutation.EPOCH_START_NOT_NOTED
                ? MutatedLogs.withoutEpochStarts(logs)
                : logs,
            cluster.topicConfigs());
    this.sessions =
        new FetchSessions(partitions, world, new Random(id * 1000L + incarnation), 100, 60_000);
  }

  private LogManager openLogs(Path directory, SimDisk disk) {
    TopicConfigs configs = cluster.topicConfigs();
    LogManager manager =
        LogManager.open(
            new LogManagerOptions(
                directory,
                topic -> configs.of(topic, MetadataImage.EMPTY.configs()),
                world,
                new SimScheduler(world, this),
                disk,
                this::diskFailed,
                1,
                Duration.ofDays(1),
                Duration.ofMillis(150),
                Duration.ofMillis(200),
                Duration.ofMillis(120),
                300,
                Duration.ofDays(1),
                Duration.ofMinutes(15),
                CachePolicy.DEFAULT));
    manager.load();
    return manager;
  }

  private void diskFailed(Throwable failure) {
    if (alive) {
      throw new IllegalStateException(
          name() + " has a disk that fails, of which there is none", failure);
    }
  }

  private long epochInImage() {
    var self = image.cluster().broker(id);
    return self == null ? -2 : self.epoch();
  }

  // ---- life and death

  void start() {
    world.note(() -> name() + " starts: " + logs.sizes());
    catchUp(cluster.controller().log().size());
    register();
    review();
  }

  String name() {
    return "broker " + id + "#" + incarnation;
  }

  int id() {
    return id;
  }

  long epoch() {
    return epoch;
  }

  HostedPartitions partitions() {
    return partitions;
  }

  LogManager logs() {
    return logs;
  }

  void pauseUntil(long ms) {
    pausedUntilMs = Math.max(pausedUntilMs, ms);
  }

  /** Nothing is done by this process any more. */
  void die() {
    alive = false;
  }

  /** Hands its leaderships over and then stops, or stops without if the controller is away. */
  void stop() {
    stopping = true;
    world.after(1500, this, this::stopNow);
  }

  private void stopNow() {
    if (alive) {
      if (epoch >= 0) {
        logs.registeredAs(epoch);
      }
      logs.close();
      cluster.stopped(this);
    }
  }

  @Override
  public boolean isAlive() {
    return alive;
  }

  @Override
  public long pausedUntilMs() {
    return pausedUntilMs;
  }

  private void review() {
    world.after(
        LAG_MS / 4,
        this,
        () -> {
          partitions.review();
          review();
        });
  }

  // ---- the controller

  private void register() {
    if (epoch >= 0) {
      return;
    }
    OptionalLong previous = logs.brokerEpoch();
    toController(
        () -> cluster.controller().register(id, incarnation, previous),
        granted -> {
          if (epoch < 0 && granted.isPresent()) {
            epoch = granted.getAsLong();
            beat();
          }
        });
    world.after(BEAT_MS, this, this::register);
  }

  private void beat() {
    toController(
        () -> cluster.controller().heartbeat(id, epoch, applied, stopping),
        answer -> {
          if (answer.stale()) {
            epoch = -1;
            register();
          } else if (stopping && answer.mayStop()) {
            stopNow();
          }
        });
    world.after(BEAT_MS, this, this::beatAgain);
  }

  private void beatAgain() {
    if (epoch >= 0) {
      beat();
    }
  }

  private <T> void toController(
      java.util.function.Supplier<T> question, java.util.function.Consumer<T> onAnswer) {
    Network network = cluster.network();
    network.send(
        id,
        SimController.NODE,
        World.NATURE,
        () -> {
          T answer = question.get();
          cluster.tellMetadata();
          network.send(SimController.NODE, id, this, () -> onAnswer.accept(answer));
        });
  }

  private CompletableFuture<AlterPartitionResponseData.PartitionData> propose(
      org.apache.kafka.common.TopicIdPartition partition,
      AlterPartitionRequestData.PartitionData change) {
    var answer = new CompletableFuture<AlterPartitionResponseData.PartitionData>();
    long askedIn = epoch;
    boolean[] over = {false};
    toController(
        // A connection that was given up carries nothing any more.
        () -> over[0] ? null : cluster.controller().alterPartition(id, askedIn, change),
        told -> {
          if (told != null && !isUnsure(told)) {
            answer.complete(told);
          }
        });
    if (mutation == Mutation.ISR_GRANTED_EARLY) {
      world.after(0, this, () -> answer.complete(granted(change)));
    }
    world.after(
        CONTROLLER_PATIENCE_MS,
        this,
        () -> {
          over[0] = true;
          answer.completeExceptionally(new DisconnectException());
        });
    return answer;
  }

  /** As {@code IsrProposals} has it: asked again, but not at once. */
  private static boolean isUnsure(AlterPartitionResponseData.PartitionData told) {
    return told.errorCode() == org.apache.kafka.common.protocol.Errors.NOT_CONTROLLER.code();
  }

  private static AlterPartitionResponseData.PartitionData granted(
      AlterPartitionRequestData.PartitionData change) {
    return new AlterPartitionResponseData.PartitionData()
        .setPartitionIndex(change.partitionIndex())
        .setLeaderEpoch(change.leaderEpoch())
        .setPartitionEpoch(change.partitionEpoch() + 1)
        .setIsr(
            change.newIsrWithEpochs().stream()
                .map(AlterPartitionRequestData.BrokerState::brokerId)
                .toList());
  }

  // ---- metadata

  /** There is more metadata than this broker has; it comes in order, at a pace of its own. */
  void metadataComes() {
    if (!metadataComing && alive && applied < cluster.controller().log().size()) {
      metadataComing = true;
      world.after(
          cluster.network().delayMs(),
          this,
          () -> {
            metadataComing = false;
            int size = cluster.controller().log().size();
            if (cluster.network().isCut(id, SimController.NODE)) {
              world.after(20, this, this::metadataComes);
            } else {
              catchUp(applied + 1 + world.chance(size - applied));
              metadataComes();
            }
          });
    }
  }

  private void catchUp(int to) {
    MetadataDelta delta = new MetadataDelta.Builder().setImage(image).build();
    for (List<ApiMessage> records : cluster.controller().log().subList(applied, to)) {
      records.forEach(record -> delta.replay(mutated(record)));
    }
    applied = to;
    MetadataProvenance provenance = new MetadataProvenance(applied, 1, world.milliseconds(), true);
    image = delta.apply(provenance);
    partitions.onMetadataUpdate(delta, image, new SnapshotManifest(provenance, 0));
    world.note(() -> name() + " knows the metadata up to " + to + ": " + describe());
  }

  private ApiMessage mutated(ApiMessage record) {
    if (mutation == Mutation.ONE_IN_SYNC_IS_NOT_WAITED_FOR) {
      if (record instanceof PartitionRecord told) {
        return told.duplicate().setIsr(withoutOne(told.isr()));
      }
      if (record instanceof PartitionChangeRecord told && told.isr() != null) {
        return told.duplicate().setIsr(withoutOne(told.isr()));
      }
    }
    return record;
  }

  private List<Integer> withoutOne(List<Integer> isr) {
    List<Integer> fewer = new ArrayList<>(isr);
    for (int i = fewer.size() - 1; i >= 0 && fewer.size() > cluster.minInSync(); i--) {
      if (fewer.get(i) != id) {
        fewer.remove(i);
        break;
      }
    }
    return fewer;
  }

  String describe() {
    StringBuilder told = new StringBuilder();
    for (Partition partition : partitions.all()) {
      PartitionState state = partition.state();
      String role =
          switch (state) {
            case PartitionState.Leader l ->
                "leads, isr " + l.isr() + " proposed " + l.proposedIsr();
            case PartitionState.Follower f -> "follows " + f.leaderId();
            case PartitionState.Offline o -> o.reason();
          };
      told.append(
          "[%s in %d/%d %s; %d..%d, hw %d]"
              .formatted(
                  partition.topicPartition(),
                  state.leaderEpoch(),
                  state.partitionEpoch(),
                  role,
                  partition.log().logStartOffset(),
                  partition.log().logEndOffset(),
                  partition.highWatermark()));
    }
    return told.toString();
  }

  // ---- following and being followed

  @Override
  public CompletableFuture<Fetched> fetch(int leaderId, FetchRequestData request) {
    CompletableFuture<Fetched> answer = new CompletableFuture<>();
    world.after(
        FETCH_PATIENCE_MS, this, () -> answer.completeExceptionally(new DisconnectException()));
    BrokerLife leader = cluster.life(leaderId);
    if (leader == null) {
      world.after(1, this, () -> answer.completeExceptionally(new DisconnectException()));
      return answer;
    }
    Network network = cluster.network();
    network.send(
        id,
        leaderId,
        leader,
        () ->
            leader.serve(
                id,
                request,
                data ->
                    network.send(
                        leaderId, id, this, () -> answer.complete(new Fetched(data, () -> {})))));
    return answer;
  }

  @Override
  public void reach(int brokerId) {
    // Messages are sent without a connection.
  }

  @Override
  public void hurry(int leaderId) {
    BrokerLife leader = cluster.life(leaderId);
    if (leader != null) {
      cluster.network().send(id, leaderId, leader, () -> leader.hurryFor(id));
    }
  }

  private void hurryFor(int follower) {
    FetchServing waits = serving.get(follower);
    if (waits != null) {
      waits.hurry();
    }
  }

  private void serve(
      int follower,
      FetchRequestData data,
      java.util.function.Consumer<org.apache.kafka.common.message.FetchResponseData> answer) {
    FetchRequest request = new FetchRequest(data, FETCH_VERSION);
    world.note(
        () ->
            "%s is asked by broker %d: %s"
                .formatted(
                    name(),
                    follower,
                    data.topics().stream()
                        .flatMap(topic -> topic.partitions().stream())
                        .map(
                            asked ->
                                "%d in %d from %d after %d"
                                    .formatted(
                                        asked.partition(),
                                        asked.currentLeaderEpoch(),
                                        asked.fetchOffset(),
                                        asked.lastFetchedEpoch()))
                        .toList()));
    FetchSessions.Begun begun =
        sessions.begin(request, cluster.tellsHighWatermarks(), image.topics().topicIdToNameView());
    if (begun.refusal() != null) {
      answer.accept(begun.refusal());
      return;
    }
    FetchServing one = new FetchServing(world, this, partitions, mutation, request, begun, answer);
    serving.put(follower, one);
    one.start();
  }

  // ---- clients

  Collection<Partition> led() {
    return partitions.all().stream()
        .filter(partition -> partition.state() instanceof PartitionState.Leader)
        .toList();
  }

  /** A producer's batch, all in sync asked for. */
  void produce(TopicPartition topicPartition, String value, int count) {
    Partition partition = partitions.find(topicPartition).orElse(null);
    if (partition == null) {
      return;
    }
    SimpleRecord[] records = new SimpleRecord[count];
    for (int i = 0; i < count; i++) {
      byte[] bytes = (value + "." + i).getBytes(StandardCharsets.UTF_8);
      records[i] = new SimpleRecord(world.milliseconds(), bytes);
    }
    ByteBuffer buffer = MemoryRecords.withRecords(Compression.NONE, records).buffer();
    int at = buffer.position();
    LeaderAppend append;
    try {
      append = partition.appendAsLeader(buffer, AppendOrigin.CLIENT, OptionalInt.empty(), true);
    } catch (RuntimeException e) {
      world.note(() -> name() + " refuses an append: " + e);
      return;
    }
    Batch batch = Batch.of(MemoryRecords.readableRecords(buffer.position(at).slice())).getFirst();
    world.note(() -> name() + " appends to " + topicPartition + ": " + batch);
    cluster.history().appended(topicPartition.partition(), batch);
    waiting.add(new Waiting(partition, append, batch, world.milliseconds() + PRODUCE_PATIENCE_MS));
    decide();
  }

  /** Answers producers, as the broker's API does. */
  void decide() {
    if (!waiting.isEmpty()) {
      waiting.removeIf(this::isDecided);
    }
  }

  private boolean isDecided(Waiting one) {
    Partition partition = one.partition();
    if (world.milliseconds() >= one.untilMs()) {
      return true;
    }
    try {
      int now = partition.requireLeader(OptionalInt.empty()).leaderEpoch();
      if (now != one.append().leaderEpoch()) {
        return true;
      }
    } catch (RuntimeException e) {
      return true;
    }
    if (partition.highWatermark() < one.append().requiredHighWatermark()) {
      return false;
    }
    if (partition.hasMinInSync()) {
      world.note(() -> name() + " acknowledges " + one.batch());
      cluster.history().acknowledged(partition.topicPartition().partition(), one.batch());
    }
    return true;
  }
}
