package dev.millrace.broker.replica;

import java.util.OptionalInt;

/**
 * How far a follower is, in one leader epoch: what it asks its leader with, and what the answer is
 * good for. Immutable.
 *
 * @param leaderEpoch the epoch in which it follows
 * @param offset its log's end
 * @param logStartOffset its log's start
 * @param lastEpoch the last epoch in its log; empty in an empty one
 */
record FollowPosition(int leaderEpoch, long offset, long logStartOffset, OptionalInt lastEpoch) {}
