package dev.ringside.ext4.content;

/** How many blocks the steps of this package may change under a handle, at most. */
final class Credits {
  /**
   * One change of a mapping: a new or split node and its parent on each of five levels, with bitmap
   * and group descriptor for each new block; the content's own; inode and superblock.
   */
  static final int MAPPING = 32;

  /** How many blocks of content go through the journal in one step. */
  static final int JOURNALED_BLOCKS = 32;

  /** One step of a write. */
  static final int WRITE_STEP = MAPPING + JOURNALED_BLOCKS;

  /** A change of an inode's length or times, with the superblock and the list of orphans. */
  static final int INODE = 8;

  private Credits() {}
}
