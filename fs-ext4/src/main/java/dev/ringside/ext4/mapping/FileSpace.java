package dev.ringside.ext4.mapping;

import dev.ringside.ext4.alloc.BlockAllocator;
import dev.ringside.ext4.alloc.BlockRun;
import dev.ringside.ext4.error.Errno;
import dev.ringside.ext4.error.Ext4CorruptedException;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.Feature;
import dev.ringside.ext4.format.FileType;
import dev.ringside.ext4.format.Inode;
import dev.ringside.ext4.format.Superblock;
import dev.ringside.ext4.journal.Handle;

/** The blocks of one file, content and mapping, which {@code i_blocks} counts. */
final class FileSpace {
  private static final int SECTOR_SIZE = 512;
  private static final int REVOKE_SIZE = 8;
  private static final long GROUPS_AT_ONCE = 8;
  private static final long MOST_SECTORS = 0xffff_ffffL;

  /** With huge_file the inode can count blocks, in 48 bits. */
  private static final long MOST_BLOCKS = (1L << 48) - 1;

  private final MappedFile file;
  private final Superblock superblock;
  private final BlockAllocator allocator;

  /** One more than the last block that may be used. */
  private final long limit;

  /**
   * The space of a file.
   *
   * @param limit one more than the highest number that the file's mapping can hold
   */
  FileSpace(MappedFile file, Superblock superblock, BlockAllocator allocator, long limit) {
    this.file = file;
    this.superblock = superblock;
    this.allocator = allocator;
    this.limit = Math.min(limit, superblock.blocks());
  }

  private Inode inode() {
    return file.inode();
  }

  /** Says that the inode has changed. */
  void changed(Handle handle) {
    file.changed(handle);
  }

  /** Where the first block of the file best lies. */
  long goal() {
    return allocator.goalFor(inode().number(), inode().type() == FileType.REGULAR);
  }

  /**
   * Makes sure of room before anything changes.
   *
   * @param data blocks from what this caller may have
   * @param metadata blocks that may come from what is held back
   * @throws Ext4Exception with {@link Errno#ENOSPC} when there is none, {@link Errno#EFBIG} when
   *     the inode could not count them
   */
  void require(Handle handle, int data, int metadata) throws Ext4Exception {
    int all = data + metadata;
    if ((data > 0 && allocator.available(handle) < data)
        || (all > 0 && allocator.availableForMetadata() < all)) {
      throw new Ext4Exception(Errno.ENOSPC, "inode " + inode().number());
    }
    if (countable() < all) {
      throw new Ext4Exception(Errno.EFBIG, "inode " + inode().number());
    }
  }

  /** How many more blocks {@code i_blocks} can count. */
  private long countable() {
    return countableBlocks(superblock) - inode().sectors() / sectorsPerBlock();
  }

  /** How many blocks {@code i_blocks} can count. */
  static long countableBlocks(Superblock superblock) {
    return superblock.has(Feature.HUGE_FILE)
        ? MOST_BLOCKS
        : MOST_SECTORS / (superblock.blockSize() / SECTOR_SIZE);
  }

  private int sectorsPerBlock() {
    return superblock.blockSize() / SECTOR_SIZE;
  }

  /**
   * Allocates content, when {@link #require} has said that there is room for it.
   *
   * @param metadata how many blocks must be left for the mapping
   */
  BlockRun allocate(Handle handle, long goal, long count, int metadata) throws Ext4Exception {
    long most = Math.min(countable(), allocator.availableForMetadata()) - metadata;
    BlockRun run = allocator.allocateBelow(handle, goal, Math.min(count, most), limit);
    count(handle, run.count());
    return run;
  }

  /** Allocates a block of the mapping. */
  long allocateMetadata(Handle handle, long goal) throws Ext4Exception {
    long block = allocator.allocateMetadata(handle, goal, limit);
    count(handle, 1);
    return block;
  }

  /** Frees content. */
  void free(Handle handle, long first, long count) throws Ext4Exception {
    free(handle, first, count, isContentMetadata());
  }

  /** Frees a block of the mapping, which nobody holds. */
  void freeMetadata(Handle handle, long block) throws Ext4Exception {
    free(handle, block, 1, true);
  }

  private void free(Handle handle, long first, long count, boolean metadata) throws Ext4Exception {
    if (count * sectorsPerBlock() > inode().sectors()) {
      throw new Ext4CorruptedException(
          "inode " + inode().number(), "it has more blocks than it says");
    }
    allocator.free(handle, first, count, metadata);
    count(handle, -count);
  }

  private void count(Handle handle, long blocks) {
    inode().setSectors(inode().sectors() + blocks * sectorsPerBlock());
    file.changed(handle);
  }

  /** Whether the content of the file goes through the journal, whatever its mode. */
  private boolean isContentMetadata() {
    return switch (inode().type()) {
      case DIRECTORY, SYMLINK -> true;
      case REGULAR, FIFO, SOCKET, CHARACTER_DEVICE, BLOCK_DEVICE -> false;
    };
  }

  /** How many blocks of content one step frees, so that its credits are bounded. */
  long freeAtOnce() {
    return isContentMetadata()
        ? superblock.blockSize() / REVOKE_SIZE
        : GROUPS_AT_ONCE * superblock.blocksPerGroup();
  }

  /**
   * How many blocks freeing some content changes at most, those of the journal included that say
   * that the content is gone.
   */
  int freeCredits(long count) {
    int revokes = isContentMetadata() ? 2 : 0;
    return allocator.freeCredits(count) + revokes;
  }
}
