package dev.ringside.ext4.mapping;

import dev.ringside.ext4.alloc.SystemZone;
import dev.ringside.ext4.cache.BlockCheck;
import dev.ringside.ext4.cache.BlockSeal;
import dev.ringside.ext4.cache.CachedBlock;
import dev.ringside.ext4.cache.MetadataCache;
import dev.ringside.ext4.error.Ext4CorruptedException;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.ExtentNode;
import dev.ringside.ext4.format.Inode;
import dev.ringside.ext4.format.Superblock;
import dev.ringside.ext4.journal.Handle;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * The nodes of one extent tree, through the cache.
 *
 * <p>A node is checked on its own when it enters the cache. Each step down checks it against its
 * parent: it is one level lower, so no cycle is followed, and it keeps to the range of file blocks
 * that the parent gives it, so no two nodes overlap.
 */
final class ExtentNodes {
  private final ExtentNode root;
  private final MetadataCache cache;
  private final NodeCheck check;
  private final BlockSeal seal;
  private final boolean tail;

  /**
   * The tree of an inode.
   *
   * @param zone blocks that no file may have; null when nobody knows them
   */
  ExtentNodes(Inode inode, Superblock superblock, MetadataCache cache, @Nullable SystemZone zone)
      throws Ext4CorruptedException {
    this.root = new ExtentNode(inode.blockArea());
    this.cache = cache;
    int checksumSeed = inode.checksumSeed();
    this.check = new NodeCheck(superblock, inode.number(), checksumSeed, zone);
    this.tail = superblock.hasMetadataChecksums();
    this.seal = tail ? (bytes, _) -> ExtentNode.seal(bytes, checksumSeed) : BlockSeal.NONE;
    String structure = "extent tree of inode " + inode.number();
    ExtentNode.verifyRoot(inode.blockArea(), superblock, structure);
    check.verifyPlaces(root, structure);
  }

  private record NodeCheck(
      Superblock superblock, long inode, int checksumSeed, @Nullable SystemZone zone)
      implements BlockCheck {
    @Override
    public void verify(MemorySegment bytes, long block) throws Ext4CorruptedException {
      ExtentNode.verifyBlock(bytes, superblock, structure(block), checksumSeed);
      verifyPlaces(new ExtentNode(bytes), structure(block));
    }

    /** Checks that no entry leads to metadata of the filesystem's. */
    void verifyPlaces(ExtentNode node, String structure) throws Ext4CorruptedException {
      if (zone == null) {
        return;
      }
      for (int i = 0; i < node.entries(); i++) {
        long first = node.isLeaf() ? node.start(i) : node.child(i);
        long count = node.isLeaf() ? node.length(i) : 1;
        if (zone.overlaps(first, count)) {
          throw new Ext4CorruptedException(
              structure,
              "entry %d leads to %d blocks from %d, which are the filesystem's own"
                  .formatted(i, count, first));
        }
      }
    }

    String structure(long block) {
      return "extent node of inode %d in block %d".formatted(inode, block);
    }
  }

  ExtentNode root() {
    return root;
  }

  /** What is done before a node leaves the cache. */
  BlockSeal seal() {
    return seal;
  }

  /**
   * The node below an entry of an index; the caller closes it.
   *
   * @param end one more than the last file block that the entry may be about
   */
  CachedBlock child(ExtentNode parent, int index, long end) throws Ext4Exception {
    CachedBlock block = cache.get(parent.child(index), check);
    try {
      checkPlace(new ExtentNode(block.bytes()), parent, index, end, block.number());
      return block;
    } catch (Ext4CorruptedException misplaced) {
      block.close();
      throw misplaced;
    }
  }

  private void checkPlace(ExtentNode child, ExtentNode parent, int index, long end, long block)
      throws Ext4CorruptedException {
    if (child.depth() != parent.depth() - 1) {
      throw new Ext4CorruptedException(
          check.structure(block),
          "depth %d under a node of depth %d".formatted(child.depth(), parent.depth()));
    }
    if (child.entries() == 0) {
      return;
    }
    long first = child.firstBlock(0);
    int last = child.entries() - 1;
    long childEnd = child.firstBlock(last) + (child.isLeaf() ? child.length(last) : 1);
    if (first < parent.firstBlock(index) || childEnd > end) {
      throw new Ext4CorruptedException(
          check.structure(block),
          "maps file blocks %d to %d, but its parent gives it %d to %d"
              .formatted(first, childEnd - 1, parent.firstBlock(index), end - 1));
    }
  }

  /** A node without entries in a new block, which is changed already; the caller closes it. */
  CachedBlock create(Handle handle, long number, int depth) throws Ext4Exception {
    CachedBlock block = cache.getNew(number, check);
    handle.change(block, seal);
    new ExtentNode(block.bytes()).format(depth, tail);
    return block;
  }

  /** The way from the root to the leaf that is about a file block; the caller closes it. */
  ExtentPath path(long fileBlock) throws Ext4Exception {
    return new ExtentPath(this, fileBlock);
  }

  /** Damage that shows only when the tree is changed. */
  Ext4CorruptedException corrupted(String what) {
    return new Ext4CorruptedException("extent tree of inode " + check.inode(), what);
  }
}
