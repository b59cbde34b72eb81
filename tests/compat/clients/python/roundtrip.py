"""The round trip of ../README.md by librdkafka, through its Python binding."""

import argparse
import sys
import time
import uuid
import zlib

import confluent_kafka as ck
from confluent_kafka import admin as ka

CODECS = ["none", "gzip", "snappy", "lz4", "zstd"]
EPOCH_MS = 1_700_000_000_000
LIMIT_S = 120


class Failed(Exception):
    """A step did not hold; the message says which and how."""


def expect(holds, message):
    if not holds:
        raise Failed(message)


def key(i):
    return b"key-%06d" % (i % 1000)


def value(i):
    return i.to_bytes(8, "big") + bytes((i * 31 + j * 7) % 251 for j in range(248))


def codec_of(i, records):
    return CODECS[i * len(CODECS) // records]


class RoundTrip:
    """One topic and one group from creation to deletion; not reusable."""

    def __init__(self, options):
        self.options = options
        self.topic = "compat-librdkafka-" + uuid.uuid4().hex[:8]
        self.group = self.topic + "-group"
        self.admin = ka.AdminClient({"bootstrap.servers": options.bootstrap})
        self.checksum = 0

    def partitions(self):
        return range(self.options.partitions)

    def count_in(self, partition):
        full, rest = divmod(self.options.records, self.options.partitions)
        return full + (1 if partition < rest else 0)

    def create(self):
        # Its records are older than what is kept by default.
        new = ka.NewTopic(self.topic, num_partitions=self.options.partitions, replication_factor=1, config={"retention.ms": "-1"})
        self.admin.create_topics([new])[self.topic].result(LIMIT_S)
        self.await_known(self.leaders)
        entry = self.await_known(self.settings)["max.message.bytes"]
        expect(entry.value == "1048588" and entry.is_default, f"max.message.bytes is {entry.value}, default {entry.is_default}")

    def leaders(self):
        described = self.admin.describe_topics(ck.TopicCollection([self.topic]))[self.topic].result(LIMIT_S)
        return len(described.partitions) == self.options.partitions and all(p.leader for p in described.partitions)

    def settings(self):
        resource = ka.ConfigResource(ka.RESOURCE_TOPIC, self.topic)
        return self.admin.describe_configs([resource])[resource].result(LIMIT_S)

    def await_known(self, asked):
        """The controller has made the topic; the broker asked may hear of that later."""
        deadline = time.monotonic() + LIMIT_S
        while True:
            try:
                answer = asked()
                if answer:
                    return answer
            except ck.KafkaException as e:
                if e.args[0].code() != ck.KafkaError.UNKNOWN_TOPIC_OR_PART:
                    raise
                answer = e
            expect(time.monotonic() < deadline, f"{asked.__name__}: {answer}")
            time.sleep(0.05)

    def produce(self):
        n = self.options.records
        failures = []

        def delivered(error, message):
            if error is not None:
                failures.append(str(error))

        for codec in CODECS:
            producer = ck.Producer(
                {"bootstrap.servers": self.options.bootstrap, "enable.idempotence": True, "acks": "all",
                 "compression.type": codec, "linger.ms": 5, "queue.buffering.max.messages": n + 1})
            for i in (i for i in range(n) if codec_of(i, n) == codec):
                self.checksum += zlib.crc32(key(i) + value(i))
                producer.produce(self.topic, partition=i % self.options.partitions, key=key(i), value=value(i),
                                 timestamp=EPOCH_MS + i, headers=[("codec", codec.encode())], on_delivery=delivered)
                producer.poll(0)
            left = producer.flush(LIMIT_S)
            expect(left == 0 and not failures, f"{codec}: {left} not delivered, {failures[:3]}")
        self.checksum %= 2**64

    def list_offsets(self):
        half = self.options.records // 2

        def listed(spec):
            asked = {ck.TopicPartition(self.topic, p): spec for p in self.partitions()}
            return {tp.partition: f.result(LIMIT_S).offset for tp, f in self.admin.list_offsets(asked).items()}

        latest = listed(ka.OffsetSpec.latest())
        expect(latest == {p: self.count_in(p) for p in self.partitions()}, f"latest is {latest}")
        earliest = listed(ka.OffsetSpec.earliest())
        expect(set(earliest.values()) == {0}, f"earliest is {earliest}")
        by_time = listed(ka.OffsetSpec.for_timestamp(EPOCH_MS + half))
        # The first i of partition p that is not below half, as an offset.
        wanted = {p: -(-(half - p) // self.options.partitions) for p in self.partitions()}
        expect(by_time == wanted, f"offsets at record {half} are {by_time}, not {wanted}")

    def consumer(self):
        config = {"bootstrap.servers": self.options.bootstrap, "group.id": self.group, "enable.auto.commit": False,
                  "auto.offset.reset": "earliest", "group.protocol": self.options.group_protocol, "check.crcs": True}
        consumer = ck.Consumer(config)
        consumer.subscribe([self.topic])
        return consumer

    def consume(self):
        n, width = self.options.records, self.options.partitions
        consumer = self.consumer()
        next_offset = [0] * width
        checksum = 0
        seen = 0
        deadline = time.monotonic() + LIMIT_S
        while seen < n:
            expect(time.monotonic() < deadline, f"only {seen} of {n} records came")
            for message in consumer.consume(500, 1.0):
                expect(message.error() is None, str(message.error()))
                p, offset = message.partition(), message.offset()
                i = int.from_bytes(message.value()[:8], "big")
                expect(offset == next_offset[p], f"partition {p}: offset {offset}, not {next_offset[p]}")
                expect(i == offset * width + p, f"partition {p}: record {i} at offset {offset}")
                expect(message.key() == key(i) and message.value() == value(i), f"record {i} has other bytes")
                expect(message.timestamp() == (ck.TIMESTAMP_CREATE_TIME, EPOCH_MS + i), f"record {i}: {message.timestamp()}")
                expect(message.headers() == [("codec", codec_of(i, n).encode())], f"record {i}: {message.headers()}")
                next_offset[p] += 1
                checksum += zlib.crc32(message.key() + message.value())
                seen += 1
        expect(checksum % 2**64 == self.checksum, f"checksum {checksum:#x}, not {self.checksum:#x}")
        consumer.commit(asynchronous=False)
        consumer.close()

    def join_again(self):
        consumer = self.consumer()
        deadline = time.monotonic() + LIMIT_S
        started = set()
        while len(started) < self.options.partitions:
            expect(time.monotonic() < deadline, f"only {started} assigned after joining again")
            message = consumer.poll(0.2)
            expect(message is None, f"a committed record came again: {message and (message.partition(), message.offset())}")
            started = {tp.partition for tp in consumer.assignment()}
        # A fetch position is known only once a partition was fetched from; committed() tells where it starts.
        committed = consumer.committed([ck.TopicPartition(self.topic, p) for p in self.partitions()], LIMIT_S)
        ends = {tp.partition: tp.offset for tp in committed}
        expect(ends == {p: self.count_in(p) for p in self.partitions()}, f"committed is {ends}")
        message = consumer.poll(1.0)
        expect(message is None, f"a committed record came again: {message and (message.partition(), message.offset())}")
        described = self.admin.describe_consumer_groups([self.group])[self.group].result(LIMIT_S)
        expect(described.state == ck.ConsumerGroupState.STABLE and len(described.members) == 1, f"group is {described.state}")
        consumer.close()

    def delete(self):
        request = ck.ConsumerGroupTopicPartitions(self.group)
        offsets = self.admin.list_consumer_group_offsets([request])[self.group].result(LIMIT_S)
        ends = {tp.partition: tp.offset for tp in offsets.topic_partitions}
        expect(ends == {p: self.count_in(p) for p in self.partitions()}, f"admin sees committed {ends}")
        self.admin.delete_consumer_groups([self.group])[self.group].result(LIMIT_S)
        self.admin.delete_topics([self.topic])[self.topic].result(LIMIT_S)

    def run(self):
        for step in (self.create, self.produce, self.list_offsets, self.consume, self.join_again, self.delete):
            try:
                step()
            except Exception as e:
                raise Failed(f"{step.__name__}: {e}") from e


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("bootstrap")
    parser.add_argument("--records", type=int, default=10_000)
    parser.add_argument("--partitions", type=int, default=6)
    parser.add_argument("--group-protocol", choices=["classic", "consumer"], default="classic")
    options = parser.parse_args()
    title = f"librdkafka {ck.libversion()[0]} (confluent-kafka {ck.version()}) {options.group_protocol}"
    start = time.monotonic()
    trip = RoundTrip(options)
    try:
        trip.run()
    except Failed as e:
        print(f"{title}: FAIL {e}")
        return 1
    print(f"{title}: PASS {options.records} records, {len(CODECS)} codecs, {options.partitions} partitions, "
          f"checksum {trip.checksum:#x}, {time.monotonic() - start:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
