package dev.ringside.ext4.mapping;

import dev.ringside.ext4.alloc.BlockAllocator;
import dev.ringside.ext4.cache.CachedBlock;
import dev.ringside.ext4.cache.MetadataCache;
import dev.ringside.ext4.error.Ext4CorruptedException;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.ExtentNode;
import dev.ringside.ext4.format.Inode;
import dev.ringside.ext4.format.Superblock;
import dev.ringside.ext4.journal.Handle;
import org.jspecify.annotations.Nullable;

/** The mapping of ext4: a tree of extents, sorted by file block. */
public final class ExtentTree implements FileMapping {
  private final ExtentNodes nodes;
  private final @Nullable ExtentEditor editor;

  /** A tree that is only read. */
  ExtentTree(Inode inode, Superblock superblock, MetadataCache cache)
      throws Ext4CorruptedException {
    this.nodes = new ExtentNodes(inode, superblock, cache, null);
    this.editor = null;
  }

  /** A tree that is written, too. */
  ExtentTree(MappedFile file, Superblock superblock, MetadataCache cache, BlockAllocator allocator)
      throws Ext4CorruptedException {
    this.nodes = new ExtentNodes(file.inode(), superblock, cache, allocator.zone());
    FileSpace space = new FileSpace(file, superblock, allocator, Long.MAX_VALUE);
    this.editor = new ExtentEditor(nodes, space);
  }

  @Override
  public int depth() {
    return nodes.root().depth();
  }

  @Override
  public IoMap map(long fileBlock) throws Ext4Exception {
    return descend(nodes.root(), fileBlock, ExtentNode.END_OF_FILE_BLOCKS);
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
    if (node.isLeaf()) {
      return mapInLeaf(node, index, fileBlock, next);
    }
    try (CachedBlock child = nodes.child(node, index, next)) {
      return descend(new ExtentNode(child.bytes()), fileBlock, next);
    }
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

  private ExtentEditor editor() {
    if (editor == null) {
      throw new IllegalStateException("this mapping is only for reading");
    }
    return editor;
  }

  @Override
  public int changeCredits() {
    // Each level may get a new node, with its bitmap and descriptor; the others are the content's.
    return 4 * (depth() + 2) + BlockAllocator.ALLOCATE_CREDITS + 1;
  }

  @Override
  public IoMap allocate(Handle handle, long first, long count, boolean unwritten)
      throws Ext4Exception {
    return editor().allocate(handle, first, count, unwritten);
  }

  @Override
  public void markWritten(Handle handle, long first, long count) throws Ext4Exception {
    editor().setState(handle, first, count, false, changeCredits());
  }

  @Override
  public void markUnwritten(Handle handle, long first, long count) throws Ext4Exception {
    editor().setState(handle, first, count, true, changeCredits());
  }

  @Override
  public void remove(Handle handle, long first, long count) throws Ext4Exception {
    new ExtentRemoval(nodes, editor()).remove(handle, first, count);
  }

  @Override
  public void shift(Handle handle, long from, long distance) throws Ext4Exception {
    new ExtentShift(nodes, editor()).shift(handle, from, distance);
  }
}
