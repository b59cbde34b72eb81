/** Control groups of the kernel, as far as a trial needs one of its own. */
@NullMarked
package dev.millrace.bench.cgroup;

import org.jspecify.annotations.NullMarked;
