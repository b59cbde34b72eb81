/** The process: configuration, start and stop order. */
@NullMarked
package dev.millrace.broker.server;

import org.jspecify.annotations.NullMarked;
