package dev.ringside.ext4.dir;

import dev.ringside.ext4.format.DirectoryBlock;
import dev.ringside.ext4.format.HashVersion;
import java.util.Arrays;

/**
 * How the names of a full leaf are divided: by hash, about half of the bytes to each side. Names of
 * one hash may come to lie on both.
 */
final class LeafSplit {
  private static final int CONTINUED = 1;
  private static final long OFFSET_MASK = 0xffff_ffffL;

  private final DirectoryBlock names;
  private final DirectoryBlock copy;
  private final int[] offsets;
  private final int[] hashes;
  private final int firstUpper;

  private LeafSplit(DirectoryBlock names, int[] offsets, int[] hashes) {
    this.names = names;
    this.copy = names.copy();
    this.offsets = offsets;
    this.hashes = hashes;
    this.firstUpper = divide();
  }

  /** Sorts the names of a leaf. */
  static LeafSplit of(DirectoryBlock names, HashedDirectory directory, HashVersion version) {
    int[] offsets = offsets(names, 0);
    long[] keys = new long[offsets.length];
    for (int i = 0; i < keys.length; i++) {
      long hash = directory.hash(names.name(offsets[i]), version).major();
      // A hash is even, so that its half is a positive number.
      keys[i] = ((hash & OFFSET_MASK) >>> 1 << Integer.SIZE) | offsets[i];
    }
    Arrays.sort(keys);
    int[] hashes = new int[keys.length];
    for (int i = 0; i < keys.length; i++) {
      offsets[i] = (int) (keys[i] & OFFSET_MASK);
      hashes[i] = (int) (keys[i] >>> Integer.SIZE << 1);
    }
    return new LeafSplit(names, offsets, hashes);
  }

  /** Where the names of a linear directory's first block are, without its two dots. */
  static int[] offsetsBehindDots(DirectoryBlock names) {
    return offsets(names, 2);
  }

  private static int[] offsets(DirectoryBlock names, int skipped) {
    int[] offsets = new int[names.maxEntries()];
    int count = 0;
    for (int offset = names.firstEntry();
        offset != DirectoryBlock.NONE;
        offset = names.entryAfter(offset)) {
      offsets[count++] = offset;
    }
    return Arrays.copyOfRange(offsets, skipped, count);
  }

  /**
   * Names go up, the highest hash first, while more than half of one, with the room behind it, lies
   * in the upper half: as the kernel divides, so that trees are full where its are.
   */
  private int divide() {
    int half = names.size() / 2;
    int moved = 0;
    int first = offsets.length;
    while (first > 0) {
      int length = names.recordLength(offsets[first - 1]);
      if (moved + length / 2 > half) {
        break;
      }
      moved += length;
      first--;
    }
    return first > 1 ? first : offsets.length / 2;
  }

  /** Whether there is a name for each side. */
  boolean isPossible() {
    return offsets.length > 1;
  }

  /** Puts all names together, so that the room between them becomes one. */
  void keepAll() {
    names.fillFrom(copy, offsets);
  }

  /** Leaves the lower half in the leaf, and puts the upper one into another. */
  void moveUpperHalf(DirectoryBlock upper) {
    upper.fillFrom(copy, Arrays.copyOfRange(offsets, firstUpper, offsets.length));
    names.fillFrom(copy, Arrays.copyOfRange(offsets, 0, firstUpper));
  }

  /** The hash of the first name of the upper half. */
  int firstUpperHash() {
    return hashes[firstUpper];
  }

  /**
   * What the index says of the upper half: its first hash, and whether the lower has names of it.
   */
  int upperHash() {
    boolean continued = hashes[firstUpper - 1] == hashes[firstUpper];
    return continued ? hashes[firstUpper] | CONTINUED : hashes[firstUpper];
  }
}
