/** The certificate of the local API and what is derived from it. */
@NullMarked
package dev.millrace.local.tls;

import org.jspecify.annotations.NullMarked;
