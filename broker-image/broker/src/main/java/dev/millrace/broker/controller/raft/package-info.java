/** The RaftClient that Kafka's controller and metadata loader see, on a MetadataLog. */
@NullMarked
package dev.millrace.broker.controller.raft;

import org.jspecify.annotations.NullMarked;
