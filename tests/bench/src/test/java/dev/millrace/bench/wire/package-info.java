@NullMarked
package dev.millrace.bench.wire;

import org.jspecify.annotations.NullMarked;
