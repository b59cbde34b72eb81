/**
 * A Kafka client that costs next to nothing: requests are encoded once and sent again and again,
 * fetched records are thrown away. It exists so that the broker and not the client is what a
 * measurement measures.
 */
@NullMarked
package dev.millrace.bench.wire;

import org.jspecify.annotations.NullMarked;
