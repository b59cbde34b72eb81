/**
 * The one-command mode: an API, the operator, brokers as local processes and a first million
 * records.
 */
@NullMarked
package dev.millrace.local;

import org.jspecify.annotations.NullMarked;
