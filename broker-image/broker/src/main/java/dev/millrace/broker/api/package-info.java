/** One small handler per Kafka API key, and the table from keys to handlers. */
@NullMarked
package dev.millrace.broker.api;

import org.jspecify.annotations.NullMarked;
