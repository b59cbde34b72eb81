/**
 * The replication protocol in a simulated world: the real partitions and logs, all else made up.
 */
@NullMarked
package dev.millrace.broker.replica.sim;

import org.jspecify.annotations.NullMarked;
