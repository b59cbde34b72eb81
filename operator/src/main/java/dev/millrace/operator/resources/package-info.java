/** From a spec to the objects that it wants: pure functions, one file per kind. */
@NullMarked
package dev.millrace.operator.resources;

import org.jspecify.annotations.NullMarked;
