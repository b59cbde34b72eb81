/** A metadata log that a broker can start from while its medium is away. */
@NullMarked
package dev.millrace.broker.controller.cached;

import org.jspecify.annotations.NullMarked;
