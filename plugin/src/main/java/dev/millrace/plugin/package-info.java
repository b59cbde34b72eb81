/** The program behind {@code kubectl millrace}. */
@NullMarked
package dev.millrace.plugin;

import org.jspecify.annotations.NullMarked;
