@NullMarked
package dev.millrace.local.api.table;

import org.jspecify.annotations.NullMarked;
