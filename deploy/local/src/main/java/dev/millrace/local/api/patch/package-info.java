/**
 * How an object changes: merge, JSON and strategic patches, server-side apply with its field sets.
 */
@NullMarked
package dev.millrace.local.api.patch;

import org.jspecify.annotations.NullMarked;
