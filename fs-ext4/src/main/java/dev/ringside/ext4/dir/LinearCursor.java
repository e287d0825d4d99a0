package dev.ringside.ext4.dir;

import dev.ringside.ext4.cache.CachedBlock;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.DirectoryEntry;
import java.util.List;

/** Goes through a directory's blocks in their order. */
final class LinearCursor implements DirectoryCursor {
  private final DirectoryBlocks blocks;
  private long index;

  LinearCursor(DirectoryBlocks blocks) {
    this.blocks = blocks;
  }

  @Override
  public boolean next(List<DirectoryEntry> entries) throws Ext4Exception {
    if (index == blocks.count()) {
      return false;
    }
    try (CachedBlock leaf = blocks.leaf(index)) {
      blocks.names(leaf).addEntriesTo(entries);
    }
    index++;
    return true;
  }
}
