/** Partition health, memory, readiness and metrics, over HTTP. */
@NullMarked
package dev.millrace.broker.health;

import org.jspecify.annotations.NullMarked;
