/** What the inner parts of the broker cost by themselves: JMH benchmarks, run by hand. */
@NullMarked
package dev.millrace.micro;

import org.jspecify.annotations.NullMarked;
