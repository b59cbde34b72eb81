package dev.millrace.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Everything that is measured, in the report's order. Immutable.
 *
 * @param encrypted workloads over TLS
 * @param garbage workloads that change the peers, and so come last on them
 * @param trials what has peers of its own
 */
record Catalogue(
    List<Workload> workloads,
    List<Workload> encrypted,
    List<Workload> garbage,
    List<Trial> trials) {
  private static final int KIB = 1 << 10;
  private static final int MIB = 1 << 20;

  /** What has {@code only} in its title. */
  static Catalogue of(
      Effort effort,
      PerfTool tools,
      Optional<Librdkafka> librdkafka,
      List<Trial> trials,
      Pattern only) {
    List<Workload> all = new ArrayList<>();
    all.addAll(produce(effort, tools, librdkafka));
    all.addAll(consume(effort, tools, librdkafka));
    all.addAll(throughput(effort));
    all.add(new PacedLatency(effort));
    all.add(new EndToEnd(effort));
    all.add(new CrowdLatency(effort, 2 * effort.manyConnections(), 4_000));
    return new Catalogue(
        all.stream().filter(one -> only.matcher(one.title()).find()).toList(),
        encrypted(effort, tools, librdkafka).stream()
            .filter(one -> only.matcher(one.title()).find())
            .toList(),
        garbage(effort).stream().filter(one -> only.matcher(one.title()).find()).toList(),
        trials.stream().filter(one -> only.matcher(one.title()).find()).toList());
  }

  private static List<Workload> produce(
      Effort effort, PerfTool tools, Optional<Librdkafka> librdkafka) {
    List<Workload> all = new ArrayList<>();
    all.add(new RawProduce(Section.PRODUCE, effort, 16 * KIB, 1, 1));
    all.add(new RawProduce(Section.PRODUCE, effort, 64 * KIB, 1, 1));
    all.add(new RawProduce(Section.PRODUCE, effort, 900 * KIB, 1, 1));
    all.add(new RawProduce(Section.PRODUCE, effort, 64 * KIB, 16, 4));
    all.add(tools.produce(effort, "none"));
    all.add(tools.produce(effort, "lz4"));
    librdkafka.ifPresent(client -> all.add(client.produce(effort, "none", false)));
    librdkafka.ifPresent(client -> all.add(client.produce(effort, "lz4", false)));
    return all;
  }

  private static List<Workload> consume(
      Effort effort, PerfTool tools, Optional<Librdkafka> librdkafka) {
    List<Workload> all = new ArrayList<>();
    all.add(new RawFetch(Section.CONSUME, effort, MIB, 1));
    all.add(new RawFetch(Section.CONSUME, effort, 16 * MIB, 1));
    all.add(new RawFetch(Section.CONSUME, effort, MIB, 4));
    all.add(tools.consume(effort, false));
    librdkafka.ifPresent(client -> all.add(client.consume(effort, false)));
    return all;
  }

  private static List<Workload> encrypted(
      Effort effort, PerfTool tools, Optional<Librdkafka> librdkafka) {
    List<Workload> all = new ArrayList<>();
    librdkafka.ifPresent(client -> all.add(client.produce(effort, "none", true)));
    all.add(tools.consume(effort, true));
    librdkafka.ifPresent(client -> all.add(client.consume(effort, true)));
    return all;
  }

  /** So many connections, and so little work for the client, that the broker is what is slow. */
  private static List<Workload> throughput(Effort effort) {
    return List.of(
        new RawProduce(Section.THROUGHPUT, effort, 16 * KIB, 8, 8),
        new RawProduce(Section.THROUGHPUT, effort, 16 * KIB, 64, 64),
        new RawFetch(Section.THROUGHPUT, effort, MIB, 8),
        new RawFetch(Section.THROUGHPUT, effort, MIB, 64));
  }

  private static List<Workload> garbage(Effort effort) {
    return List.of(
        new Allocating(new RawProduce(Section.GARBAGE, effort, 16 * KIB, 1, 1)),
        new Allocating(new RawProduce(Section.GARBAGE, effort, 64 * KIB, 1, 1)),
        new Allocating(new RawFetch(Section.GARBAGE, effort, MIB, 1)));
  }
}
