package dev.ringside.ext4.alloc;

/**
 * Blocks that follow each other on the disk.
 *
 * @param first number of the first one
 * @param count how many there are, 1 or more
 */
public record BlockRun(long first, long count) {
  /** One more than the last block. */
  public long end() {
    return first + count;
  }
}
