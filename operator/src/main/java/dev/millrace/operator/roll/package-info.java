/** Which pod may restart now and, by name, what forbids it: pure. */
@NullMarked
package dev.millrace.operator.roll;

import org.jspecify.annotations.NullMarked;
