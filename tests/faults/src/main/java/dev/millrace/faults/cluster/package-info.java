/**
 * The LogCluster under test on a real Kubernetes cluster: its pods, processes, volumes and health.
 */
@NullMarked
package dev.millrace.faults.cluster;

import org.jspecify.annotations.NullMarked;
