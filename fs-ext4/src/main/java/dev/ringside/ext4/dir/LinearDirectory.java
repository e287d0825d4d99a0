package dev.ringside.ext4.dir;

import dev.ringside.ext4.cache.CachedBlock;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.ByteString;
import dev.ringside.ext4.format.DirectoryEntry;
import org.jspecify.annotations.Nullable;

/** A directory without an index: every block holds names, in no order. */
final class LinearDirectory implements Directory {
  private final DirectoryBlocks blocks;

  LinearDirectory(DirectoryBlocks blocks) {
    this.blocks = blocks;
  }

  @Override
  public @Nullable DirectoryEntry lookup(ByteString name) throws Ext4Exception {
    for (long index = 0; index < blocks.count(); index++) {
      try (CachedBlock leaf = blocks.leaf(index)) {
        DirectoryEntry entry = blocks.names(leaf).find(name);
        if (entry != null) {
          return entry;
        }
      }
    }
    return null;
  }

  @Override
  public DirectoryCursor cursor() {
    return new LinearCursor(blocks);
  }
}
