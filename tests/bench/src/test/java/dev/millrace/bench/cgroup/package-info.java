@NullMarked
package dev.millrace.bench.cgroup;

import org.jspecify.annotations.NullMarked;
