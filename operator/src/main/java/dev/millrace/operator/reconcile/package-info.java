/** Takes a LogCluster from what is to what is wanted, by way of the pure packages beside it. */
@NullMarked
package dev.millrace.operator.reconcile;

import org.jspecify.annotations.NullMarked;
