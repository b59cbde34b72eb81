/**
 * Netty pipeline: framing, ordering, back-pressure, zero-copy responses, and the client for peers.
 */
@NullMarked
package dev.millrace.broker.network;

import org.jspecify.annotations.NullMarked;
