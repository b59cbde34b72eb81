@NullMarked
package dev.millrace.operator.settings;

import org.jspecify.annotations.NullMarked;
