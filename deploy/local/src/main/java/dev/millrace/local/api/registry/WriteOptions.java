package dev.millrace.local.api.registry;

import java.util.function.Consumer;

/**
 * How a write was asked for.
 *
 * @param manager who owns the written fields
 * @param force whether server-side apply takes fields from others
 * @param dryRun answer as if it were written, write nothing
 * @param validation {@code Strict}, {@code Warn} or {@code Ignore}: what unknown fields get
 * @param warnings takes what the client is to be told
 */
public record WriteOptions(
    String manager, boolean force, boolean dryRun, String validation, Consumer<String> warnings) {}
