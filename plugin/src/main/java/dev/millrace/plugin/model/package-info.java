/** What is shown, without where it comes from and how it looks. */
@NullMarked
package dev.millrace.plugin.model;

import org.jspecify.annotations.NullMarked;
