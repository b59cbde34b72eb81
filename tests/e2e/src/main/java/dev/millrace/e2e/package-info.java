/**
 * What end-to-end tests need of a real cluster: starting it, {@code kubectl} as a user calls it,
 * Kafka's tools as pods, and a flood of records that proves itself. Each class is used by one
 * thread.
 */
@NullMarked
package dev.millrace.e2e;

import org.jspecify.annotations.NullMarked;
