/**
 * Topics as resources: what is to be done about a LogTopic is decided by pure functions of its
 * spec, its status and what Kafka has; one thread for each cluster looks at all of its topics at a
 * time and does it.
 */
@NullMarked
package dev.millrace.operator.topic;

import org.jspecify.annotations.NullMarked;
