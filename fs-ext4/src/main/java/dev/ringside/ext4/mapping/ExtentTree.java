package dev.ringside.ext4.mapping;

import dev.ringside.ext4.cache.BlockCheck;
import dev.ringside.ext4.cache.CachedBlock;
import dev.ringside.ext4.cache.MetadataCache;
import dev.ringside.ext4.error.Ext4CorruptedException;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.ExtentNode;
import dev.ringside.ext4.format.Inode;
import dev.ringside.ext4.format.Superblock;
import java.lang.foreign.MemorySegment;

/**
 * The mapping of ext4: a tree of extents, sorted by file block.
 *
 * <p>Each step down checks the node against its parent: it is one level lower, so no cycle is
 * followed, and it keeps to the range of file blocks that the parent gives it.
 */
public final class ExtentTree implements FileMapping {
  private final ExtentNode root;
  private final MetadataCache cache;
  private final NodeCheck check;

  ExtentTree(Inode inode, Superblock superblock, MetadataCache cache)
      throws Ext4CorruptedException {
    MemorySegment area = inode.blockArea();
    ExtentNode.verifyRoot(area, superblock, "extent tree of inode " + inode.number());
    this.root = new ExtentNode(area);
    this.cache = cache;
    this.check = new NodeCheck(superblock, inode.number(), inode.checksumSeed());
  }

  private record NodeCheck(Superblock superblock, long inode, int checksumSeed)
      implements BlockCheck {
    @Override
    public void verify(MemorySegment bytes, long block) throws Ext4CorruptedException {
      ExtentNode.verifyBlock(bytes, superblock, structure(block), checksumSeed);
    }

    String structure(long block) {
      return "extent node of inode %d in block %d".formatted(inode, block);
    }
  }

  @Override
  public int depth() {
    return root.depth();
  }

  @Override
  public IoMap map(long fileBlock) throws Ext4Exception {
    return descend(root, fileBlock, ExtentNode.END_OF_FILE_BLOCKS);
  }

  /**
   * Looks a block up in a node and below.
   *
   * @param end one more than the last file block that the node may be about
   */
  private IoMap descend(ExtentNode node, long fileBlock, long end) throws Ext4Exception {
    int index = node.lastNotAfter(fileBlock);
    long next = index + 1 < node.entries() ? node.firstBlock(index + 1) : end;
    if (index < 0) {
      return new IoMap.Hole(fileBlock, next - fileBlock);
    }
    return node.isLeaf()
        ? mapInLeaf(node, index, fileBlock, next)
        : descendInto(node, index, fileBlock, next);
  }

  private static IoMap mapInLeaf(ExtentNode leaf, int index, long fileBlock, long next) {
    long offset = fileBlock - leaf.firstBlock(index);
    long count = leaf.length(index) - offset;
    if (count <= 0) {
      return new IoMap.Hole(fileBlock, next - fileBlock);
    }
    long block = leaf.start(index) + offset;
    return leaf.isUnwritten(index)
        ? new IoMap.Unwritten(fileBlock, count, block)
        : new IoMap.Mapped(fileBlock, count, block);
  }

  private IoMap descendInto(ExtentNode parent, int index, long fileBlock, long end)
      throws Ext4Exception {
    try (CachedBlock block = cache.get(parent.child(index), check)) {
      ExtentNode child = new ExtentNode(block.bytes());
      checkPlace(child, parent, index, end, block.number());
      return descend(child, fileBlock, end);
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
}
