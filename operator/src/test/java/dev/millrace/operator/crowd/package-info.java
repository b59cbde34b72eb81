/**
 * A crowd of clusters on a real API server, played as cheaply as the operator cannot tell, to
 * measure what it takes to look after them.
 */
@NullMarked
package dev.millrace.operator.crowd;

import org.jspecify.annotations.NullMarked;
