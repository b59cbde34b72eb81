@NullMarked
package dev.millrace.local.node;

import org.jspecify.annotations.NullMarked;
