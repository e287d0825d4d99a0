package dev.ringside.ext4.cache;

import java.util.Arrays;

/**
 * Which folio holds which part of which file: an open hash table of two arrays, so that a lookup
 * makes no object and mostly touches one line of memory.
 */
final class FolioTable {
  /** No file has inode number 0, so no folio has this key. */
  private static final long FREE = 0;

  /** Eight keys are a line of the processor's cache. */
  private static final int GROUP_BITS = 3;

  private static final long GROUP_MASK = (1 << GROUP_BITS) - 1;

  private final long[] keys;
  private final int[] folios;
  private final int shift;

  /**
   * An empty table.
   *
   * @param capacity how many folios there can be
   */
  FolioTable(int capacity) {
    int bits = Integer.SIZE - Integer.numberOfLeadingZeros(capacity) + 1;
    this.keys = new long[1 << bits];
    this.folios = new int[1 << bits];
    this.shift = Long.SIZE - bits;
    Arrays.fill(folios, PageCache.NONE);
  }

  /**
   * The key of a part of a file; both halves are exact, so equal keys are equal parts.
   *
   * @param file number of its inode, less than 2^32
   * @param index of the folio in the file, less than 2^32
   */
  static long key(long file, long index) {
    return (file << Integer.SIZE) | index;
  }

  /** The folio of a key, or {@link PageCache#NONE}. */
  int find(long key) {
    int slot = slotOf(key);
    while (keys[slot] != key) {
      if (keys[slot] == FREE) {
        return PageCache.NONE;
      }
      slot = after(slot);
    }
    return folios[slot];
  }

  /** Enters a key that is not in the table. */
  void put(long key, int folio) {
    int slot = slotOf(key);
    while (keys[slot] != FREE) {
      slot = after(slot);
    }
    keys[slot] = key;
    folios[slot] = folio;
  }

  /** Removes a key that is in the table. */
  void remove(long key) {
    int slot = slotOf(key);
    while (keys[slot] != key) {
      slot = after(slot);
    }
    // What follows without a gap moves up where the gap would cut it off from its own slot.
    int gap = slot;
    int next = after(gap);
    while (keys[next] != FREE) {
      int home = slotOf(keys[next]);
      if (distance(home, next) >= distance(gap, next)) {
        keys[gap] = keys[next];
        folios[gap] = folios[next];
        gap = next;
      }
      next = after(next);
    }
    keys[gap] = FREE;
    folios[gap] = PageCache.NONE;
  }

  /** Folios that follow each other in a file lie side by side here, as they are used together. */
  private int slotOf(long key) {
    long group = ((key >>> GROUP_BITS) * 0x9e37_79b9_7f4a_7c15L) >>> (shift + GROUP_BITS);
    return (int) ((group << GROUP_BITS) | (key & GROUP_MASK));
  }

  private int after(int slot) {
    return (slot + 1) & (keys.length - 1);
  }

  private int distance(int from, int to) {
    return (to - from) & (keys.length - 1);
  }
}
