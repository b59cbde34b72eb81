/** Charts as SVG that stand on a light and on a dark page. */
@NullMarked
package dev.millrace.bench.plot;

import org.jspecify.annotations.NullMarked;
