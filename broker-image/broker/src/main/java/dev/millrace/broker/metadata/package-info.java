/** The followed metadata image, published to whoever asked for its changes. */
@NullMarked
package dev.millrace.broker.metadata;

import org.jspecify.annotations.NullMarked;
