package dev.ringside.ext4.dir;

import dev.ringside.ext4.cache.CachedBlock;
import dev.ringside.ext4.error.Ext4CorruptedException;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.HashTreeNode;
import dev.ringside.ext4.format.InodeFlag;
import dev.ringside.ext4.journal.Handle;
import org.jspecify.annotations.Nullable;

/**
 * The blocks of a directory one after the other, each with its names, for a directory without an
 * index and for one whose index is of no use: what was a node of it has no names.
 */
final class UnindexedBlocks {
  private final DirectoryBlocks blocks;
  private @Nullable IndexSurvey survey;

  UnindexedBlocks(DirectoryBlocks blocks) {
    this.blocks = blocks;
  }

  /** A block as {@link DirectoryBlocks#names} takes it, or null for a damaged node. */
  @Nullable CachedBlock get(long index) throws Ext4Exception {
    if (!blocks.inode().has(InodeFlag.INDEX)) {
      return blocks.leaf(index);
    }
    try {
      return blocks.withoutIndex(index);
    } catch (Ext4CorruptedException damage) {
      if (survey().isNode(index)) {
        return null;
      }
      throw damage;
    }
  }

  private IndexSurvey survey() throws Ext4Exception {
    if (survey == null) {
      survey = IndexSurvey.of(blocks);
    }
    return survey;
  }

  /**
   * Takes a damaged index away: its blocks become blocks of names that have none, and the inode
   * says that there is no index.
   *
   * @throws Ext4CorruptedException when a block of names is damaged, too; nothing has changed then
   */
  void dropIndex(Handle handle) throws Ext4Exception {
    int nodes = 0;
    for (long index = 1; index < blocks.count(); index++) {
      nodes += isNode(index) ? 1 : 0;
    }
    try (CachedBlock root = blocks.withoutIndex(0)) {
      handle.ensureCredits(nodes + 2);
      for (long index = 1; index < blocks.count(); index++) {
        if (isNode(index)) {
          clear(handle, index);
        }
      }
      blocks.changeLeaf(handle, root);
      HashTreeNode.unformatRoot(root.bytes(), blocks.superblock());
    }
    blocks.inode().set(InodeFlag.INDEX, false);
    blocks.inodeChanged(handle);
    survey = null;
  }

  private boolean isNode(long index) throws Ext4Exception {
    try (CachedBlock block = get(index)) {
      return block == null || HashTreeNode.isHidden(block.bytes());
    }
  }

  private void clear(Handle handle, long index) throws Ext4Exception {
    try (CachedBlock block = blocks.anything(index)) {
      blocks.changeLeaf(handle, block);
      blocks.names(block).clear();
    }
  }
}
