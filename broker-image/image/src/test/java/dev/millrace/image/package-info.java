/** Tests of the image recipe. */
@NullMarked
package dev.millrace.image;

import org.jspecify.annotations.NullMarked;
