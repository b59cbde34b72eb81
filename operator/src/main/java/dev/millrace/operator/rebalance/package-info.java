/**
 * Where replicas should be: a pure planner of the fewest bytes moved, and the executor that moves
 * them by Kafka's own admin protocol.
 */
@NullMarked
package dev.millrace.operator.rebalance;

import org.jspecify.annotations.NullMarked;
