/**
 * Brokers and command-line tools as processes of their own, and what the kernel says of such a
 * process.
 */
@NullMarked
package dev.millrace.launch;

import org.jspecify.annotations.NullMarked;
