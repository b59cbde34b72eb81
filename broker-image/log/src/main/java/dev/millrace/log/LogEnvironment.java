package dev.millrace.log;

import org.apache.kafka.common.utils.Time;
import org.apache.kafka.server.util.Scheduler;
import org.apache.kafka.storage.internals.log.LogDirFailureChannel;
import org.apache.kafka.storage.internals.log.ProducerStateManagerConfig;

/**
 * What the logs of one directory share.
 *
 * @param disk opens segment and index files
 * @param indexFiles how many index files stay open
 * @param time for append time, retention and expiry of producers
 * @param scheduler runs what must not be done while appending: fsync after a roll, deletion of
 *     files
 * @param failures told by Kafka's checkpoint files of their I/O errors
 * @param producers when an idle producer is forgotten
 * @param cache how the page cache is treated
 * @param cacheCounters what was done with it
 * @param maxTransactionTimeoutMs after which a transaction counts as hanging
 */
record LogEnvironment(
    Disk disk,
    OpenFileBudget indexFiles,
    Time time,
    Scheduler scheduler,
    LogDirFailureChannel failures,
    ProducerStateManagerConfig producers,
    CachePolicy cache,
    CacheCounters cacheCounters,
    int maxTransactionTimeoutMs) {}
