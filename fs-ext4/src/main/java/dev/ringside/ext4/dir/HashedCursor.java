package dev.ringside.ext4.dir;

import dev.ringside.ext4.cache.CachedBlock;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.DirectoryEntry;
import dev.ringside.ext4.format.HashTreeNode;
import java.util.List;

/** Goes through a hashed directory's leaves in the order of their hashes. */
final class HashedCursor implements DirectoryCursor {
  private enum State {
    AT_DOTS,
    AT_LEAF,
    AT_END
  }

  private final DirectoryBlocks blocks;
  private final HashTreeWalk walk;
  private State state = State.AT_DOTS;

  HashedCursor(DirectoryBlocks blocks) {
    this.blocks = blocks;
    this.walk = new HashTreeWalk(blocks);
  }

  @Override
  public boolean next(List<DirectoryEntry> entries) throws Ext4Exception {
    return switch (state) {
      case AT_DOTS -> {
        try (CachedBlock root = blocks.root()) {
          HashTreeNode.root(root.bytes()).addDotsTo(entries);
        }
        walk.seekFirst();
        state = State.AT_LEAF;
        yield true;
      }
      case AT_LEAF -> {
        try (CachedBlock leaf = blocks.leaf(walk.leaf())) {
          blocks.names(leaf).addEntriesTo(entries);
        }
        state = walk.advance() ? State.AT_LEAF : State.AT_END;
        yield true;
      }
      case AT_END -> false;
    };
  }
}
