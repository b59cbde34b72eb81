/** Partitions as leader or follower: high watermark, ISR, waiting for acks and for bytes. */
@NullMarked
package dev.millrace.broker.replica;

import org.jspecify.annotations.NullMarked;
