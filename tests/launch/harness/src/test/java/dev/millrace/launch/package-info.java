@NullMarked
package dev.millrace.launch;

import org.jspecify.annotations.NullMarked;
