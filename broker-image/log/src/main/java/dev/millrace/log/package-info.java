/** The commit log: segments, indexes, recovery, retention. Knows no network and no Kubernetes. */
@NullMarked
package dev.millrace.log;

import org.jspecify.annotations.NullMarked;
