package dev.ringside.ext4.format;

/**
 * The part of a group's descriptor that changes as the group fills and empties.
 *
 * @param freeBlocks blocks that nobody has
 * @param freeInodes inodes that nobody has
 * @param usedDirectories inodes that are directories
 * @param unusedInodes inodes at the end of the table that were never used; 0 without checksums
 * @param flags {@code bg_flags}
 */
public record GroupCounts(
    int freeBlocks, int freeInodes, int usedDirectories, int unusedInodes, int flags) {
  /** No inode was ever used: the inode bitmap on the disk means nothing. */
  public static final int FLAG_INODE_UNINIT = 0x1;

  /** No block was ever used but for metadata: the block bitmap on the disk means nothing. */
  public static final int FLAG_BLOCK_UNINIT = 0x2;

  /** The unused part of the inode table holds zeros. */
  public static final int FLAG_INODE_ZEROED = 0x4;

  /** Whether a flag is set. */
  public boolean has(int flag) {
    return (flags & flag) != 0;
  }
}
