/** What is done to brokers, and in which order. */
@NullMarked
package dev.millrace.faults.fault;

import org.jspecify.annotations.NullMarked;
