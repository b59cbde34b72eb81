/** The judge: pure functions from histories, and from replicas' files, to findings. */
@NullMarked
package dev.millrace.faults.check;

import org.jspecify.annotations.NullMarked;
