/** System calls that Java has no names for, by way of the foreign function interface. */
@NullMarked
package dev.millrace.bench.linux;

import org.jspecify.annotations.NullMarked;
