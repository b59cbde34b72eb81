/** The HTTP face of the embedded API: routes, discovery, watches. */
@NullMarked
package dev.millrace.local.api.http;

import org.jspecify.annotations.NullMarked;
