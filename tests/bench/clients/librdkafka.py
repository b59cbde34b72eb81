"""Moves records with librdkafka as fast as it goes; prints how many bytes of values it moved and in how many seconds.

    librdkafka.py [--trust=PEM] produce BOOTSTRAP TOPIC RECORDS CODEC
    librdkafka.py [--trust=PEM] consume BOOTSTRAP TOPIC RECORDS

With --trust it speaks TLS, to brokers with a certificate of these authorities.
"""

import os
import sys
import time

import confluent_kafka as ck

VALUE_BYTES = 1024
BATCH = 10_000
LIMIT_S = 120


def produce(connection, topic, records, codec):
    failures = []

    def delivered(error, message):
        if error is not None:
            failures.append(error)

    producer = ck.Producer(
        {**connection, "acks": "all", "compression.type": codec, "linger.ms": 5, "batch.size": 131072,
         "queue.buffering.max.messages": 100_000, "on_delivery": delivered})
    # Half noise, half zeros: compresses as logs and JSON do, to about a half.
    values = [os.urandom(VALUE_BYTES // 2) + bytes(VALUE_BYTES // 2) for _ in range(1000)]
    start = time.monotonic()
    for i in range(records):
        while True:
            try:
                producer.produce(topic, value=values[i % 1000], partition=0)
                break
            except BufferError:
                producer.poll(0.01)
        if i % 1000 == 0:
            producer.poll(0)
    left = producer.flush(LIMIT_S)
    if left or failures:
        sys.exit(f"{left} records not delivered, {len(failures)} failed: {failures[:1]}")
    return records * VALUE_BYTES, time.monotonic() - start


def consume(connection, topic, records):
    consumer = ck.Consumer({**connection, "group.id": "unused", "enable.auto.commit": False})
    consumer.assign([ck.TopicPartition(topic, 0, 0)])
    moved = seen = 0
    deadline = time.monotonic() + LIMIT_S
    start = None
    while seen < records:
        if time.monotonic() > deadline:
            sys.exit(f"only {seen} of {records} records came")
        for message in consumer.consume(BATCH, 1.0):
            if message.error():
                sys.exit(str(message.error()))
            start = start or time.monotonic()
            seen += 1
            moved += len(message.value())
    seconds = time.monotonic() - start
    consumer.close()
    return moved, seconds


def main():
    arguments = sys.argv[1:]
    connection = {}
    if arguments[0].startswith("--trust="):
        connection = {"security.protocol": "SSL", "ssl.ca.location": arguments.pop(0).removeprefix("--trust=")}
    what, connection["bootstrap.servers"], topic, records = arguments[:4]
    if what == "produce":
        moved, seconds = produce(connection, topic, int(records), arguments[4])
    else:
        moved, seconds = consume(connection, topic, int(records))
    print(moved, seconds)


main()
