/** A client for tests that speaks the protocol byte by byte. */
@NullMarked
package dev.millrace.broker.wire;

import org.jspecify.annotations.NullMarked;
