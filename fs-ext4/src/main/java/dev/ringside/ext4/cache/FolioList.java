package dev.ringside.ext4.cache;

import java.util.Arrays;

/** Folios in the order of their files: each with its index, in one number. */
public final class FolioList {
  private static final int INITIAL = 64;

  private long[] entries = new long[INITIAL];
  private int size;

  void clear() {
    size = 0;
  }

  void add(long entry) {
    if (size == entries.length) {
      entries = Arrays.copyOf(entries, size * 2);
    }
    entries[size++] = entry;
  }

  void sort() {
    Arrays.sort(entries, 0, size);
  }

  /** How many there are. */
  public int size() {
    return size;
  }

  /** A folio. */
  public int folio(int position) {
    return (int) entries[position];
  }

  /** Which part of its file it holds. */
  public long index(int position) {
    return entries[position] >>> Integer.SIZE;
  }
}
