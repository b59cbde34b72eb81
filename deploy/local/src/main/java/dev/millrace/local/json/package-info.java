/** Small helpers over Jackson's tree, in which all Kubernetes objects are held here. */
@NullMarked
package dev.millrace.local.json;

import org.jspecify.annotations.NullMarked;
