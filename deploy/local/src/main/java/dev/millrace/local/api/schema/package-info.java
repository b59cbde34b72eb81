/**
 * What a CustomResourceDefinition says of its objects: pruning, defaults, validation, CEL rules.
 */
@NullMarked
package dev.millrace.local.api.schema;

import org.jspecify.annotations.NullMarked;
