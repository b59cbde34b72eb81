/** What the brokers say of themselves and of the cluster. */
@NullMarked
package dev.millrace.operator.health;

import org.jspecify.annotations.NullMarked;
