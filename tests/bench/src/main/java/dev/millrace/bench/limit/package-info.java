/** What the machine could do if a broker did nothing but move bytes, in a process of its own. */
@NullMarked
package dev.millrace.bench.limit;

import org.jspecify.annotations.NullMarked;
