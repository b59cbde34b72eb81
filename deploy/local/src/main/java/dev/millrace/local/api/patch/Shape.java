package dev.millrace.local.api.patch;

import java.util.List;

/**
 * How the lists and maps of a kind are to be merged: the part of its schema that patches and field
 * ownership hang on. Immutable.
 */
public interface Shape {
  /** What a list is. */
  enum ListKind {
    /** Replaced as a whole. */
    ATOMIC,
    /** A set of scalars. */
    SET,
    /** Elements with a key. */
    MAP
  }

  Shape field(String name);

  Shape element();

  ListKind listKind();

  /** The names of the fields that make up an element's key, with {@link ListKind#MAP}. */
  List<String> keys();

  /** Whether a map here is replaced as a whole. */
  boolean atomicMap();
}
