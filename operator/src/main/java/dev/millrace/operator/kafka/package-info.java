/** Kafka's own admin protocol, as far as several packages speak it. */
@NullMarked
package dev.millrace.operator.kafka;

import org.jspecify.annotations.NullMarked;
