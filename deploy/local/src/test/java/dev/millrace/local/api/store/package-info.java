@NullMarked
package dev.millrace.local.api.store;

import org.jspecify.annotations.NullMarked;
