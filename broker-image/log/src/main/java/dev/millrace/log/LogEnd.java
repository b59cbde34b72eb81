package dev.millrace.log;

/**
 * The end of a log, published as one value.
 *
 * @param active the segment that is appended to
 * @param position where in it the next batch will lie
 * @param offset the next batch's
 */
record LogEnd(Segment active, int position, long offset) {}
