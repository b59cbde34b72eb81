@NullMarked
package dev.millrace.bench.linux;

import org.jspecify.annotations.NullMarked;
