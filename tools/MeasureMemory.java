import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.message.ResponseHeaderData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;

/**
 * Starts a broker for each row, as its image starts it, loads it, and asks JVM and kernel what it
 * takes. What is resident and is neither heap nor direct memory is the rest. (To touch the heap
 * beforehand would be simpler, but makes the AOT cache the process's own, too.)
 */
public final class MeasureMemory {
  /** What a row is about; connections produce batches of so many bytes and fetch them. */
  private record Row(int partitions, int connections, int batch) {}

  private static final List<Row> ROWS =
      List.of(
          new Row(0, 0, 0),
          new Row(1_000, 0, 0),
          new Row(4_000, 0, 0),
          new Row(10_000, 0, 0),
          new Row(100, 100, 1_000),
          new Row(100, 500, 1_000),
          new Row(100, 1_000, 1_000),
          new Row(100, 100, 900_000),
          new Row(4_000, 500, 1_000));
  private static final int PER_TOPIC = 100;
  private static final Duration LOAD = Duration.ofSeconds(15);

  private final HttpClient http = HttpClient.newHttpClient();
  private final Path build;
  private final int heap;
  private final int direct;
  private int client;
  private int health;
  private Process broker;
  private Path cgroup = Path.of("/nowhere");

  private MeasureMemory(Path build, int heap, int direct) {
    this.build = build;
    this.heap = heap;
    this.direct = direct;
  }

  public static void main(String[] args) throws Exception {
    var measure =
        new MeasureMemory(
            Path.of(args[0]),
            args.length > 1 ? Integer.parseInt(args[1]) : 256,
            args.length > 2 ? Integer.parseInt(args[2]) : 128);
    System.out.printf("Heap %d MiB, direct memory %d MiB%n%n", measure.heap, measure.direct);
    System.out.println(
        "| partitions | connections x batch | heap, live | direct, most | beside heap and direct |"
            + " of it classes | code | threads | collector | symbols and the rest | kernel |");
    System.out.println("|---|---|---|---|---|---|---|---|---|---|---|");
    measure.train();
    for (int row = 0; row < ROWS.size(); row++) {
      if (args.length <= 3 || List.of(args).subList(3, args.length).contains("" + row)) {
        System.out.println(measure.measure(ROWS.get(row)));
      }
    }
  }

  private void train() throws Exception {
    start(List.of("-XX:AOTCacheOutput=" + build.resolve("broker.aot")));
    try {
      load(new Row(10, 2, 1_000));
    } catch (IOException e) {
      throw new IOException(Files.readString(build.resolve("broker.log")), e);
    } finally {
      stop();
    }
  }

  private String measure(Row row) throws Exception {
    start(
        List.of("-XX:AOTCache=" + build.resolve("broker.aot"), "-XX:NativeMemoryTracking=summary"));
    try {
      long mostDirect = load(row);
      Thread.sleep(3_000);
      jcmd("GC.run");
      String live = jcmd("GC.heap_info");
      long used =
          Pattern.compile("total \\d+K, used (\\d+)K")
              .matcher(live)
              .results()
              .mapToLong(found -> Long.parseLong(found.group(1)))
              .sum();
      String native_ = jcmd("VM.native_memory", "summary");
      long anon = status("RssAnon");
      long beside = anon - heapResident(live) - memory("direct") / 1024;
      long classes = committed(native_, "Class") + committed(native_, "Metaspace");
      long code = committed(native_, "Code");
      long threads = committed(native_, "Thread");
      long collector = committed(native_, "GC");
      return "| %d | %d x %d | %.1f | %.1f | %.1f | %.1f | %.1f | %.1f | %.1f | %.1f | %s |"
          .formatted(
              row.partitions(),
              row.connections(),
              row.batch(),
              used / 1024.0,
              mostDirect / 1024.0 / 1024,
              beside / 1024.0,
              classes / 1024.0,
              code / 1024.0,
              threads / 1024.0,
              collector / 1024.0,
              (beside - classes - code - threads - collector) / 1024.0,
              kernel());
    } catch (IOException e) {
      return "| %d | %d x %d | %s: %s |"
          .formatted(
              row.partitions(), row.connections(), row.batch(), e.getMessage(), firstError());
    } finally {
      stop();
    }
  }

  private void start(List<String> options) throws Exception {
    client = port();
    health = port();
    Path folder = Files.createTempDirectory(build, "broker");
    Path config = folder.resolve("broker.properties");
    Files.writeString(
        config,
        """
        node.id=0
        listeners=CLIENT://127.0.0.1:%d,INTERNAL://127.0.0.1:%d
        health.listener=http://127.0.0.1:%d
        log.dirs=%s
        """
            .formatted(client, port(), health, folder.resolve("data")));
    var command = new ArrayList<String>();
    command.add(tool("java"));
    command.addAll(options);
    command.addAll(
        List.of(
            "-Xms" + heap + "m",
            "-Xmx" + heap + "m",
            "-XX:MaxDirectMemorySize=" + direct + "m",
            "-XX:+UseSerialGC",
            "-XX:+UseCompactObjectHeaders",
            "-XX:+UnlockDiagnosticVMOptions",
            "-XX:ArchiveRelocationMode=0",
            "-Xlog:aot*=error",
            "-XX:+ExitOnOutOfMemoryError",
            "-XX:TrimNativeHeapInterval=10000",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-cp",
            System.getProperty("java.class.path"),
            "dev.millrace.broker.server.BrokerMain",
            "--config=" + config));
    broker =
        new ProcessBuilder(inCgroup(command))
            .redirectErrorStream(true)
            .redirectOutput(build.resolve("broker.log").toFile())
            .start();
    await(() -> get("/readyz").equals("ok\n"));
  }

  /** A shell that moves itself there, and becomes the broker. */
  private List<String> inCgroup(List<String> command) throws IOException {
    Path made = Path.of("/sys/fs/cgroup/memory/measure-" + ProcessHandle.current().pid());
    if (!Files.isWritable(made.getParent())) {
      return command;
    }
    if (!Files.exists(made)) {
      Files.createDirectory(made);
    }
    cgroup = made;
    String limit = System.getenv("LIMIT");
    // To make the AOT cache takes more than to use it.
    if (limit != null && Files.exists(build.resolve("broker.aot"))) {
      Files.writeString(made.resolve("memory.limit_in_bytes"), limit + "m");
    }
    return Stream.concat(
            Stream.of(
                "sh", "-c", "echo $$ > " + made.resolve("cgroup.procs") + "; exec \"$@\"", "-"),
            command.stream())
        .toList();
  }

  private void stop() throws Exception {
    broker.destroy();
    broker.waitFor();
    if (Files.exists(cgroup)) {
      Files.delete(cgroup);
    }
  }

  /** The most direct memory that was in use. */
  private long load(Row row) throws Exception {
    long most = memory("direct");
    if (row.partitions() == 0) {
      Thread.sleep(LOAD);
      return most;
    }
    create(row.partitions());
    await(() -> number(get("/v1/broker"), "leaders") == row.partitions());
    for (int partition = 0; partition < row.partitions(); partition += PER_TOPIC) {
      try (var one = new Connection(client)) {
        for (int i = partition; i < Math.min(row.partitions(), partition + PER_TOPIC); i++) {
          while (!one.produce(i, 100)) {
            Thread.sleep(10);
          }
        }
      }
    }
    var until = Instant.now().plus(LOAD);
    var peak = new AtomicLong(most);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < row.connections(); i++) {
        int partition = i % row.partitions();
        threads.submit(
            () -> {
              try (var connection = new Connection(client)) {
                while (Instant.now().isBefore(until)) {
                  connection.produce(partition, row.batch());
                  connection.fetch(partition);
                }
              }
              return null;
            });
      }
      while (Instant.now().isBefore(until)) {
        peak.accumulateAndGet(memory("direct"), Math::max);
        Thread.sleep(50);
      }
    }
    return peak.get();
  }

  private void create(int partitions) throws Exception {
    try (var admin = Admin.create(Map.of("bootstrap.servers", "127.0.0.1:" + client))) {
      for (int first = 0; first < partitions; first += 10 * PER_TOPIC) {
        int rest = Math.min(partitions - first, 10 * PER_TOPIC);
        int from = first / PER_TOPIC;
        admin
            .createTopics(
                IntStream.range(0, (rest + PER_TOPIC - 1) / PER_TOPIC)
                    .mapToObj(
                        i -> new NewTopic("t" + (from + i), Math.min(PER_TOPIC, rest), (short) 1))
                    .toList())
            .all()
            .get();
      }
    }
  }

  /** One that waits for each answer. */
  private static final class Connection implements AutoCloseable {
    private final Socket socket;
    private long offset;

    Connection(int port) throws IOException {
      socket = new Socket(InetAddress.getLoopbackAddress(), port);
      socket.setSoTimeout(60_000);
    }

    /** Whether it was taken: a partition that is new may have no leader yet. */
    boolean produce(int partition, int bytes) throws IOException {
      var records = MemoryRecords.withRecords(Compression.NONE, new SimpleRecord(new byte[bytes]));
      var topics = new ProduceRequestData.TopicProduceDataCollection();
      topics.add(
          new ProduceRequestData.TopicProduceData()
              .setName("t" + partition / PER_TOPIC)
              .setPartitionData(
                  List.of(
                      new ProduceRequestData.PartitionProduceData()
                          .setIndex(partition % PER_TOPIC)
                          .setRecords(records))));
      var request =
          new ProduceRequestData().setAcks((short) 1).setTimeoutMs(30_000).setTopicData(topics);
      short version = 11;
      var answer =
          new ProduceResponseData(
                  new ByteBufferAccessor(ask(ApiKeys.PRODUCE, request, version)), version)
              .responses()
              .iterator()
              .next()
              .partitionResponses()
              .getFirst();
      offset = answer.baseOffset();
      return answer.errorCode() == 0;
    }

    void fetch(int partition) throws IOException {
      var request =
          new FetchRequestData()
              .setMaxWaitMs(500)
              .setMinBytes(1)
              .setMaxBytes(1 << 20)
              .setTopics(
                  List.of(
                      new FetchRequestData.FetchTopic()
                          .setTopic("t" + partition / PER_TOPIC)
                          .setPartitions(
                              List.of(
                                  new FetchRequestData.FetchPartition()
                                      .setPartition(partition % PER_TOPIC)
                                      .setFetchOffset(offset)
                                      .setPartitionMaxBytes(1 << 20)))));
      ask(ApiKeys.FETCH, request, (short) 11);
    }

    private ByteBuffer ask(ApiKeys key, ApiMessage request, short version) throws IOException {
      var header =
          new RequestHeaderData()
              .setRequestApiKey(key.id)
              .setRequestApiVersion(version)
              .setClientId("measure");
      ByteBuffer head =
          MessageUtil.toByteBufferAccessor(header, key.requestHeaderVersion(version)).buffer();
      ByteBuffer body = MessageUtil.toByteBufferAccessor(request, version).buffer();
      int length = head.remaining() + body.remaining();
      var frame = ByteBuffer.allocate(4 + length).putInt(length).put(head).put(body);
      socket.getOutputStream().write(frame.array());
      var in = new DataInputStream(socket.getInputStream());
      ByteBuffer answer = ByteBuffer.wrap(in.readNBytes(in.readInt()));
      var unused =
          new ResponseHeaderData(
              new ByteBufferAccessor(answer), key.responseHeaderVersion(version));
      return answer.slice();
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  private static int port() throws IOException {
    try (var socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private interface Check {
    boolean holds() throws Exception;
  }

  private void await(Check check) throws Exception {
    while (!check.holds()) {
      if (!broker.isAlive()) {
        throw new IOException("exit code " + broker.exitValue());
      }
      Thread.sleep(20);
    }
  }

  private String get(String path) throws Exception {
    try {
      var uri = URI.create("http://127.0.0.1:" + health + path);
      return http.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
          .body();
    } catch (IOException e) {
      if (!broker.isAlive()) {
        throw new IOException("exit code " + broker.exitValue(), e);
      }
      return "";
    }
  }

  private long memory(String field) throws Exception {
    return number(get("/v1/broker"), field);
  }

  private static long number(String json, String field) {
    return group(json, "\"" + field + "\":(-?\\d+)");
  }

  private static long group(String text, String pattern) {
    var found = Pattern.compile(pattern).matcher(text);
    return found.find() ? Long.parseLong(found.group(1)) : -1;
  }

  private static long committed(String summary, String category) {
    return Math.max(0, group(summary, " " + category + " \\(reserved=\\d+KB, committed=(\\d+)KB"));
  }

  private long status(String field) throws IOException {
    return group(
        Files.readString(Path.of("/proc/" + broker.pid() + "/status")), field + ":\\s+(\\d+)");
  }

  /** KiB of the heap that have been touched; its generations lie beside each other. */
  private long heapResident(String heapInfo) throws IOException {
    var addresses =
        Pattern.compile("0x([0-9a-f]{16})")
            .matcher(heapInfo)
            .results()
            .mapToLong(found -> Long.parseUnsignedLong(found.group(1), 16))
            .summaryStatistics();
    var mapping = Pattern.compile("^([0-9a-f]+)-[0-9a-f]+ ");
    boolean inside = false;
    long sum = 0;
    for (String line : Files.readAllLines(Path.of("/proc/" + broker.pid() + "/smaps"))) {
      var found = mapping.matcher(line);
      if (found.find()) {
        long start = Long.parseUnsignedLong(found.group(1), 16);
        inside = start >= addresses.getMin() && start < addresses.getMax();
      } else if (inside && line.startsWith("Anonymous:")) {
        sum += group(line, "(\\d+)");
      }
    }
    return sum;
  }

  private String kernel() throws IOException {
    Path file = cgroup.resolve("memory.kmem.usage_in_bytes");
    return Files.exists(file)
        ? "%.1f".formatted(Long.parseLong(Files.readString(file).strip()) / 1024.0 / 1024)
        : "-";
  }

  private String firstError() throws IOException {
    var lines = Files.readAllLines(build.resolve("broker.log"));
    return lines.stream()
        .filter(line -> line.contains(" ERROR ") || line.contains("OutOfMemoryError"))
        .findFirst()
        .orElse("");
  }

  private String jcmd(String... words) throws Exception {
    var command = new ArrayList<>(List.of(tool("jcmd"), Long.toString(broker.pid())));
    command.addAll(List.of(words));
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    return new String(process.getInputStream().readAllBytes());
  }

  private static String tool(String name) {
    return Path.of(System.getProperty("java.home"), "bin", name).toString();
  }
}
