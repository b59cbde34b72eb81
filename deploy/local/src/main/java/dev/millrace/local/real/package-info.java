/** Kubernetes' own kube-apiserver and etcd as local processes, where they are at hand. */
@NullMarked
package dev.millrace.local.real;

import org.jspecify.annotations.NullMarked;
