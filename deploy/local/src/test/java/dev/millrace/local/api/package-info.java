@NullMarked
package dev.millrace.local.api;

import org.jspecify.annotations.NullMarked;
