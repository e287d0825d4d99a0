package dev.ringside.ext4.dir;

import dev.ringside.ext4.cache.BlockCheck;
import dev.ringside.ext4.cache.BlockSeal;
import dev.ringside.ext4.cache.CachedBlock;
import dev.ringside.ext4.cache.MetadataCache;
import dev.ringside.ext4.error.Errno;
import dev.ringside.ext4.error.Ext4CorruptedException;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.DirectoryBlock;
import dev.ringside.ext4.format.Feature;
import dev.ringside.ext4.format.HashTreeNode;
import dev.ringside.ext4.format.Inode;
import dev.ringside.ext4.format.Superblock;
import dev.ringside.ext4.journal.Handle;
import dev.ringside.ext4.mapping.FileMapping;
import dev.ringside.ext4.mapping.IoMap;
import dev.ringside.ext4.mapping.MappedFile;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * The blocks of one directory, each verified as what it is asked for. A directory has no holes, and
 * no more blocks than the filesystem; blocks are added at its end, and never taken away.
 */
final class DirectoryBlocks {
  private static final long MAX_NARROW_SIZE = 0xffff_ffffL;
  private static final BlockCheck ANY = (_, _) -> {};

  private final Inode inode;
  private final @Nullable MappedFile file;
  private final Superblock superblock;
  private final MetadataCache cache;
  private final FileMapping mapping;
  private final BlockCheck leafCheck;
  private final BlockCheck rootCheck;
  private final BlockCheck nodeCheck;
  private final BlockCheck dotsCheck;
  private final BlockCheck hiddenOrLeafCheck;
  private final BlockSeal leafSeal;
  private final BlockSeal rootSeal;
  private final BlockSeal nodeSeal;

  /** The run that the last block came from: the next one is most likely in it, too. */
  private IoMap.@Nullable Mapped lastRun;

  /**
   * The blocks of a directory.
   *
   * @param file null when the directory is only read
   */
  DirectoryBlocks(
      Inode inode,
      @Nullable MappedFile file,
      FileMapping mapping,
      Superblock superblock,
      MetadataCache cache) {
    this.inode = inode;
    this.file = file;
    this.superblock = superblock;
    this.cache = cache;
    this.mapping = mapping;
    long number = inode.number();
    int seed = inode.checksumSeed();
    this.leafCheck = new LeafCheck(superblock, number, seed);
    this.rootCheck = new RootCheck(superblock, number, seed);
    this.nodeCheck = new NodeCheck(superblock, number, seed);
    this.dotsCheck = new DotsCheck(superblock, number);
    this.hiddenOrLeafCheck = new HiddenOrLeafCheck(superblock, number, seed);
    this.leafSeal = (bytes, _) -> DirectoryBlock.seal(bytes, superblock, seed);
    this.rootSeal = (bytes, _) -> HashTreeNode.root(bytes).seal(superblock, seed);
    this.nodeSeal = (bytes, _) -> HashTreeNode.node(bytes).seal(superblock, seed);
  }

  /** Checks the directory's size. */
  void checkSize() throws Ext4CorruptedException {
    long count = count();
    if (count == 0 || count > superblock.blocks() || inode.size() % superblock.blockSize() != 0) {
      throw corrupted(
          "%d bytes, with blocks of %d on a filesystem of %d blocks"
              .formatted(inode.size(), superblock.blockSize(), superblock.blocks()));
    }
  }

  private record LeafCheck(Superblock superblock, long inode, int seed) implements BlockCheck {
    @Override
    public void verify(MemorySegment bytes, long block) throws Ext4CorruptedException {
      DirectoryBlock.verify(bytes, superblock, structure("directory", inode, block), seed);
    }
  }

  private record RootCheck(Superblock superblock, long inode, int seed) implements BlockCheck {
    @Override
    public void verify(MemorySegment bytes, long block) throws Ext4CorruptedException {
      HashTreeNode.verifyRoot(bytes, superblock, structure("hash tree root", inode, block), seed);
    }
  }

  private record NodeCheck(Superblock superblock, long inode, int seed) implements BlockCheck {
    @Override
    public void verify(MemorySegment bytes, long block) throws Ext4CorruptedException {
      HashTreeNode.verifyNode(bytes, superblock, structure("hash tree node", inode, block), seed);
    }
  }

  /** A root whose index may be damaged. */
  private record DotsCheck(Superblock superblock, long inode) implements BlockCheck {
    @Override
    public void verify(MemorySegment bytes, long block) throws Ext4CorruptedException {
      HashTreeNode.verifyDots(bytes, superblock, structure("hash tree root", inode, block));
    }
  }

  /** A block of names, or something that shows none, as a node does. */
  private record HiddenOrLeafCheck(Superblock superblock, long inode, int seed)
      implements BlockCheck {
    @Override
    public void verify(MemorySegment bytes, long block) throws Ext4CorruptedException {
      if (!HashTreeNode.isHidden(bytes)) {
        DirectoryBlock.verify(bytes, superblock, structure("directory", inode, block), seed);
      }
    }
  }

  private static String structure(String kind, long inode, long block) {
    return "%s of inode %d in block %d".formatted(kind, inode, block);
  }

  Inode inode() {
    return inode;
  }

  Superblock superblock() {
    return superblock;
  }

  /** How many blocks the directory has, 1 or more. */
  long count() {
    return inode.size() / superblock.blockSize();
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

  /**
   * A block of a directory whose index is of no use: {@link #names} gives those that it has, and
   * none for what was a node.
   */
  CachedBlock withoutIndex(long index) throws Ext4Exception {
    return cache.get(locate(index), index == 0 ? dotsCheck : hiddenOrLeafCheck);
  }

  /** A block that is about to become another one. */
  CachedBlock anything(long index) throws Ext4Exception {
    return cache.get(locate(index), ANY);
  }

  private long locate(long index) throws Ext4Exception {
    IoMap.Mapped run = lastRun;
    if (run == null || index < run.first() || index >= run.end()) {
      if (index >= count()) {
        throw corrupted("its index leads to block %d of %d".formatted(index, count()));
      }
      if (!(mapping.map(index) instanceof IoMap.Mapped mapped)) {
        throw corrupted("block %d of %d is a hole".formatted(index, count()));
      }
      run = mapped;
      lastRun = mapped;
    }
    return run.block() + index - run.first();
  }

  /** Announces a change to a block of names. */
  void changeLeaf(Handle handle, CachedBlock leaf) throws Ext4Exception {
    handle.change(leaf, leafSeal);
  }

  /** Announces a change to block 0, as the root of an index that it is or becomes. */
  void changeRoot(Handle handle, CachedBlock root) throws Ext4Exception {
    handle.change(root, rootSeal);
  }

  /** Announces a change to a node below the root. */
  void changeNode(Handle handle, CachedBlock node) throws Ext4Exception {
    handle.change(node, nodeSeal);
  }

  /** Says that the inode has changed. */
  void inodeChanged(Handle handle) {
    if (file == null) {
      throw new IllegalStateException("directory " + inode.number() + " is only read");
    }
    file.changed(handle);
  }

  /** Adds a block of names, which has none yet, at the end. */
  CachedBlock appendLeaf(Handle handle) throws Ext4Exception {
    CachedBlock leaf = append(handle, leafCheck);
    changeLeaf(handle, leaf);
    names(leaf).clear();
    return leaf;
  }

  /** Adds a node without entries at the end. */
  CachedBlock appendNode(Handle handle) throws Ext4Exception {
    CachedBlock node = append(handle, nodeCheck);
    changeNode(handle, node);
    HashTreeNode.formatNode(node.bytes(), superblock);
    return node;
  }

  private CachedBlock append(Handle handle, BlockCheck check) throws Ext4Exception {
    long index = count();
    long size = inode.size() + superblock.blockSize();
    if (size > MAX_NARROW_SIZE && !superblock.has(Feature.LARGE_DIR)) {
      throw noSpace("%d bytes are as many as it may have".formatted(inode.size()));
    }
    if (!(mapping.allocate(handle, index, 1, false) instanceof IoMap.Mapped run)) {
      throw corrupted("block %d is not what was allocated".formatted(index));
    }
    inode.setSize(size);
    inodeChanged(handle);
    return cache.getNew(run.block(), check);
  }

  Ext4Exception noSpace(String what) {
    return new Ext4Exception(Errno.ENOSPC, "directory of inode " + inode.number(), what);
  }

  Ext4CorruptedException corrupted(String what) {
    return new Ext4CorruptedException("directory of inode " + inode.number(), what);
  }
}
