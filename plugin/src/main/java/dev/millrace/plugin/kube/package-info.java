/** The Kubernetes API as this program asks it: plain JSON, by the user's kubeconfig. */
@NullMarked
package dev.millrace.plugin.kube;

import org.jspecify.annotations.NullMarked;
