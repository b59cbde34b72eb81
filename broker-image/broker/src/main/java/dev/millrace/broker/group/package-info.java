/** Kafka's group coordinator on our log. */
@NullMarked
package dev.millrace.broker.group;

import org.jspecify.annotations.NullMarked;
