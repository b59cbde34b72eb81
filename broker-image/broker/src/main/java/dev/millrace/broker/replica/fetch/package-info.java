/**
 * What a leader keeps of those who fetch from it, so that a fetch costs what has news and not what
 * is there. Knows no network.
 */
@NullMarked
package dev.millrace.broker.replica.fetch;

import org.jspecify.annotations.NullMarked;
