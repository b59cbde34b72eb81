/** What a cluster's controllers and kubelet do: StatefulSets to Pods, Pods to local processes. */
@NullMarked
package dev.millrace.local.node;

import org.jspecify.annotations.NullMarked;
