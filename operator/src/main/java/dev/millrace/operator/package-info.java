/** The operator as a program and as an object that others start in process. */
@NullMarked
package dev.millrace.operator;

import org.jspecify.annotations.NullMarked;
