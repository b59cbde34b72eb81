/** Log clusters and their brokers, read through the Kubernetes API. */
@NullMarked
package dev.millrace.plugin.cluster;

import org.jspecify.annotations.NullMarked;
