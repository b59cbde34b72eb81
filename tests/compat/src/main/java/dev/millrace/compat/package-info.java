/**
 * The round trip of {@code clients/README.md} by the Java client, for people and for tests against
 * any broker.
 */
@NullMarked
package dev.millrace.compat;

import org.jspecify.annotations.NullMarked;
