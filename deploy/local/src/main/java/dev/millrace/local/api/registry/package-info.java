/** The kinds that the API serves and what creating, updating and deleting one of them means. */
@NullMarked
package dev.millrace.local.api.registry;

import org.jspecify.annotations.NullMarked;
