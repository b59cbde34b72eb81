@NullMarked
package dev.millrace.bench.plot;

import org.jspecify.annotations.NullMarked;
