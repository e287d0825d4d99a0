package dev.ringside.ext4.mapping;

/** A range of a file's blocks that is in one state, and where it lies on the disk. */
public sealed interface IoMap {
  /** The first block of the range, in the file. */
  long first();

  /** How many blocks the range has, 1 or more. */
  long count();

  /** One more than the last block of the range, in the file. */
  default long end() {
    return first() + count();
  }

  /**
   * The part of this range that lies before the file block {@code end}, which is behind its first.
   */
  IoMap upTo(long end);

  /** Nothing is allocated; reads as zeros. */
  record Hole(long first, long count) implements IoMap {
    @Override
    public Hole upTo(long end) {
      return new Hole(first, Math.min(count, end - first));
    }
  }

  /**
   * Allocated and never written; reads as zeros.
   *
   * @param block where the range starts on the disk
   */
  record Unwritten(long first, long count, long block) implements IoMap {
    @Override
    public Unwritten upTo(long end) {
      return new Unwritten(first, Math.min(count, end - first), block);
    }
  }

  /**
   * Content on the disk.
   *
   * @param block where the range starts on the disk
   */
  record Mapped(long first, long count, long block) implements IoMap {
    @Override
    public Mapped upTo(long end) {
      return new Mapped(first, Math.min(count, end - first), block);
    }
  }
}
