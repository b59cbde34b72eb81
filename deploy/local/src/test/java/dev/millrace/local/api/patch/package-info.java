@NullMarked
package dev.millrace.local.api.patch;

import org.jspecify.annotations.NullMarked;
