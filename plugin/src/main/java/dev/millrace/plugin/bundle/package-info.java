/** What goes into a support bundle, and what never does. */
@NullMarked
package dev.millrace.plugin.bundle;

import org.jspecify.annotations.NullMarked;
