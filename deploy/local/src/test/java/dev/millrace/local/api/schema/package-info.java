@NullMarked
package dev.millrace.local.api.schema;

import org.jspecify.annotations.NullMarked;
