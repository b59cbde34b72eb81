/** The metadata log in a local file, for a broker that stands alone. */
@NullMarked
package dev.millrace.broker.controller.file;

import org.jspecify.annotations.NullMarked;
