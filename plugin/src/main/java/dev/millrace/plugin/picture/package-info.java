/** Text for a terminal, made of what is known. Pure. */
@NullMarked
package dev.millrace.plugin.picture;

import org.jspecify.annotations.NullMarked;
