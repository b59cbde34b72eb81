/** Tests of topics as resources, with topics that are played. */
@NullMarked
package dev.millrace.operator.topic;

import org.jspecify.annotations.NullMarked;
