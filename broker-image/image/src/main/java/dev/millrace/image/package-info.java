/**
 * Builds container images from scratch, without a daemon: a {@code jlink} runtime, the shared
 * libraries that it and the native parts of the jars need, and the jars, in three layers by how
 * often each changes. Knows nothing of what is in the jars, so brokers, the operator and test tools
 * are all built by it.
 *
 * <p>Build-time code on one thread; nothing here runs in a cluster.
 */
@NullMarked
package dev.millrace.image;

import org.jspecify.annotations.NullMarked;
