/** From what is known to the status that users read: conditions, message, edges. */
@NullMarked
package dev.millrace.operator.status;

import org.jspecify.annotations.NullMarked;
