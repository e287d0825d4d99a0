package dev.ringside.ext4.inode;

import dev.ringside.ext4.alloc.GroupTable;
import dev.ringside.ext4.cache.BlockCheck;
import dev.ringside.ext4.cache.BlockSeal;
import dev.ringside.ext4.cache.CachedBlock;
import dev.ringside.ext4.cache.MetadataCache;
import dev.ringside.ext4.error.Ext4CorruptedException;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.GroupDescriptor;
import dev.ringside.ext4.format.Inode;
import dev.ringside.ext4.format.Superblock;
import dev.ringside.ext4.journal.Handle;
import java.lang.foreign.MemorySegment;

/** The inodes, by number. */
public final class InodeTable {
  /** Inodes carry checksums one by one; a block of them has nothing of its own to verify. */
  private static final BlockCheck ANY = (_, _) -> {};

  private final Superblock superblock;
  private final GroupTable groups;
  private final MetadataCache cache;

  /** The inodes of a filesystem. */
  public InodeTable(Superblock superblock, GroupTable groups, MetadataCache cache) {
    this.superblock = superblock;
    this.groups = groups;
    this.cache = cache;
  }

  /**
   * Reads an inode that a path may lead to: the root or one that is not reserved.
   *
   * @throws Ext4CorruptedException when there is no such inode, or it is damaged or not in use
   */
  public Inode read(long number) throws Ext4Exception {
    boolean reachable = number == Superblock.ROOT_INODE || number >= superblock.firstInode();
    if (!reachable || number > superblock.inodes()) {
      throw corrupted(number, "a name leads to it, but the filesystem has no such file");
    }
    return readAny(number, "a name leads to it");
  }

  /**
   * Reads an inode that the superblock names.
   *
   * @throws Ext4CorruptedException as for {@link #read}
   */
  public Inode readNamed(long number) throws Ext4Exception {
    if (number < 1 || number > superblock.inodes()) {
      throw corrupted(number, "the superblock names it, but the filesystem has no such file");
    }
    return readAny(number, "the superblock names it");
  }

  private Inode readAny(long number, String why) throws Ext4Exception {
    try (CachedBlock block = blockOf(number, why)) {
      return Inode.parse(place(block, number), superblock, number);
    }
  }

  /**
   * Reads an inode that has perhaps no name any more: one on the orphan list.
   *
   * @throws Ext4CorruptedException as for {@link #read}
   */
  public Inode readOrphan(long number) throws Ext4Exception {
    if (number < superblock.firstInode() || number > superblock.inodes()) {
      throw corrupted(number, "it is said to be an orphan, but cannot be");
    }
    try (CachedBlock block = blockOf(number, "it is said to be an orphan")) {
      return Inode.parseOrphan(place(block, number), superblock, number);
    }
  }

  /** Writes an inode to its place, with its checksum. */
  public void write(Handle handle, Inode inode) throws Ext4Exception {
    long number = inode.number();
    try (CachedBlock block = blockOf(number, "it is written")) {
      handle.change(block, BlockSeal.NONE);
      inode.sealInto(place(block, number));
    }
  }

  private MemorySegment place(CachedBlock block, long number) {
    long index = (number - 1) % superblock.inodesPerGroup();
    return block.bytes().asSlice(index * superblock.inodeSize() % superblock.blockSize());
  }

  /** The block that holds an inode. One that is missing comes with its used neighbours. */
  private CachedBlock blockOf(long number, String why) throws Ext4Exception {
    long group = (number - 1) / superblock.inodesPerGroup();
    long index = (number - 1) % superblock.inodesPerGroup();
    GroupDescriptor descriptor = groups.get(group);
    long used = superblock.inodesPerGroup() - descriptor.unusedInodes();
    if (descriptor.inodesUninitialised() || index >= used) {
      throw corrupted(number, why + ", but its group says that it was never used");
    }
    int blockSize = superblock.blockSize();
    long inTable = index * superblock.inodeSize() / blockSize;
    long first = inTable - inTable % MetadataCache.MOST_AHEAD;
    long end = Math.ceilDiv(used * superblock.inodeSize(), (long) blockSize);
    int count = (int) Math.min(MetadataCache.MOST_AHEAD, end - first);
    long table = descriptor.inodeTable();
    return cache.getAmong(table + inTable, ANY, table + first, count);
  }

  private static Ext4CorruptedException corrupted(long number, String what) {
    return new Ext4CorruptedException("inode " + number, what);
  }
}
