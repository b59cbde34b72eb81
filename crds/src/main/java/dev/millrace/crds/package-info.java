/**
 * The API that users write and read: {@code LogCluster} and {@code LogTopic} as Java records, from
 * which their CRDs are generated. No logic lives here beyond the rules that the API server itself
 * checks.
 */
@NullMarked
package dev.millrace.crds;

import org.jspecify.annotations.NullMarked;
