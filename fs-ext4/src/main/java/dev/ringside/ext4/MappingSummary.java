package dev.ringside.ext4;

import dev.ringside.ext4.error.Ext4CorruptedException;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.mapping.FileMapping;
import dev.ringside.ext4.mapping.IoMap;

/**
 * How a file lies on the disk.
 *
 * @param extents ranges of blocks that follow each other in the file and on the disk, as far as the
 *     mapping keeps them together
 * @param mappedBlocks blocks of the file that are on the disk
 * @param unwrittenBlocks blocks that are allocated but were never written
 * @param depth levels of metadata between the inode and the content
 */
public record MappingSummary(long extents, long mappedBlocks, long unwrittenBlocks, int depth) {
  /** What a file without content on the disk has. */
  public static final MappingSummary NONE = new MappingSummary(0, 0, 0, 0);

  /** Goes through the mapping up to a block; the lock is free between two steps. */
  static MappingSummary of(Ext4 ext4, long inode, FileMapping mapping, long blocks)
      throws Ext4Exception {
    long extents = 0;
    long mapped = 0;
    long unwritten = 0;
    long next = 0;
    while (next < blocks) {
      IoMap run = ext4.map(mapping, next);
      switch (run) {
        case IoMap.Mapped(_, long count, _) -> {
          extents++;
          mapped += count;
        }
        case IoMap.Unwritten(_, long count, _) -> {
          extents++;
          unwritten += count;
        }
        case IoMap.Hole _ -> {}
      }
      if (mapped + unwritten > ext4.superblock().blocks()) {
        throw new Ext4CorruptedException(
            "block mapping of inode " + inode,
            "leads to more blocks than the filesystem's " + ext4.superblock().blocks());
      }
      next = run.end();
    }
    return new MappingSummary(extents, mapped, unwritten, mapping.depth());
  }
}
