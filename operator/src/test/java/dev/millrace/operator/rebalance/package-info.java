@NullMarked
package dev.millrace.operator.rebalance;

import org.jspecify.annotations.NullMarked;
