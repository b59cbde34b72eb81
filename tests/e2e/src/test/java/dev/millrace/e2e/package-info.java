/** End-to-end tests, and tests of what is deployed. */
@NullMarked
package dev.millrace.e2e;

import org.jspecify.annotations.NullMarked;
