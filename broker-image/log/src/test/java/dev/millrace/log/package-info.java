/** Tests of the log; Kafka's own log and dump tool serve as oracles. */
@NullMarked
package dev.millrace.log;

import org.jspecify.annotations.NullMarked;
