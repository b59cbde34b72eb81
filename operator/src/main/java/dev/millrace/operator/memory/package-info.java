/** How a broker's memory is split: pure arithmetic that tells its reasons. */
@NullMarked
package dev.millrace.operator.memory;

import org.jspecify.annotations.NullMarked;
