/** Objects as the rows that kubectl prints. */
@NullMarked
package dev.millrace.local.api.table;

import org.jspecify.annotations.NullMarked;
