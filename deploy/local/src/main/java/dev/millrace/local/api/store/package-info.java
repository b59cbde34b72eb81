/** Versioned objects: one revision for all, history for watches, a journal on disk. */
@NullMarked
package dev.millrace.local.api.store;

import org.jspecify.annotations.NullMarked;
