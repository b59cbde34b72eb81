@NullMarked
package dev.millrace.compat;

import org.jspecify.annotations.NullMarked;
