package dev.ringside.ext4.dir;

import dev.ringside.ext4.cache.BlockCheck;
import dev.ringside.ext4.cache.CachedBlock;
import dev.ringside.ext4.cache.MetadataCache;
import dev.ringside.ext4.error.Ext4CorruptedException;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.DirectoryBlock;
import dev.ringside.ext4.format.HashTreeNode;
import dev.ringside.ext4.format.Inode;
import dev.ringside.ext4.format.Superblock;
import dev.ringside.ext4.mapping.FileMapping;
import dev.ringside.ext4.mapping.IoMap;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * The blocks of one directory, each verified as what it is asked for. A directory has no holes, and
 * no more blocks than the filesystem.
 */
final class DirectoryBlocks {
  private final Inode inode;
  private final Superblock superblock;
  private final MetadataCache cache;
  private final FileMapping mapping;
  private final long count;
  private final BlockCheck leafCheck;
  private final BlockCheck rootCheck;
  private final BlockCheck nodeCheck;

  /** The run that the last block came from: the next one is most likely in it, too. */
  private IoMap.@Nullable Mapped lastRun;

  DirectoryBlocks(Inode inode, Superblock superblock, MetadataCache cache)
      throws Ext4CorruptedException {
    this.inode = inode;
    this.superblock = superblock;
    this.cache = cache;
    this.mapping = FileMapping.of(inode, superblock, cache);
    this.count = inode.size() / superblock.blockSize();
    if (count == 0 || count > superblock.blocks() || inode.size() % superblock.blockSize() != 0) {
      throw corrupted(
          "%d bytes, with blocks of %d on a filesystem of %d blocks"
              .formatted(inode.size(), superblock.blockSize(), superblock.blocks()));
    }
    int seed = inode.checksumSeed();
    this.leafCheck = new LeafCheck(superblock, inode.number(), seed);
    this.rootCheck = new RootCheck(superblock, inode.number(), seed, count);
    this.nodeCheck = new NodeCheck(superblock, inode.number(), seed, count);
  }

  private record LeafCheck(Superblock superblock, long inode, int seed) implements BlockCheck {
    @Override
    public void verify(MemorySegment bytes, long block) throws Ext4CorruptedException {
      DirectoryBlock.verify(bytes, superblock, structure("directory", inode, block), seed);
    }
  }

  private record RootCheck(Superblock superblock, long inode, int seed, long count)
      implements BlockCheck {
    @Override
    public void verify(MemorySegment bytes, long block) throws Ext4CorruptedException {
      HashTreeNode.verifyRoot(
          bytes, superblock, structure("hash tree root", inode, block), seed, count);
    }
  }

  private record NodeCheck(Superblock superblock, long inode, int seed, long count)
      implements BlockCheck {
    @Override
    public void verify(MemorySegment bytes, long block) throws Ext4CorruptedException {
      HashTreeNode.verifyNode(
          bytes, superblock, structure("hash tree node", inode, block), seed, count);
    }
  }

  private static String structure(String kind, long inode, long block) {
    return "%s of inode %d in block %d".formatted(kind, inode, block);
  }

  /** How many blocks the directory has, 1 or more. */
  long count() {
    return count;
  }

  /** A block of names. */
  CachedBlock leaf(long index) throws Ext4Exception {
    return cache.get(locate(index), leafCheck);
  }

  /** The block as names that {@link #leaf} gave. */
  DirectoryBlock names(CachedBlock leaf) {
    return new DirectoryBlock(leaf.bytes(), superblock);
  }

  /** Block 0 of a hashed directory. */
  CachedBlock root() throws Ext4Exception {
    return cache.get(locate(0), rootCheck);
  }

  /** A node of a hashed directory's index below the root. */
  CachedBlock node(long index) throws Ext4Exception {
    return cache.get(locate(index), nodeCheck);
  }

  private long locate(long index) throws Ext4Exception {
    IoMap.Mapped run = lastRun;
    if (run == null || index < run.first() || index >= run.end()) {
      if (!(mapping.map(index) instanceof IoMap.Mapped mapped)) {
        throw corrupted("block %d of %d is a hole".formatted(index, count));
      }
      run = mapped;
      lastRun = mapped;
    }
    return run.block() + index - run.first();
  }

  Ext4CorruptedException corrupted(String what) {
    return new Ext4CorruptedException("directory of inode " + inode.number(), what);
  }
}
