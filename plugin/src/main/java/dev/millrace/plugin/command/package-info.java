/** The commands: what they read, do and print. */
@NullMarked
package dev.millrace.plugin.command;

import org.jspecify.annotations.NullMarked;
