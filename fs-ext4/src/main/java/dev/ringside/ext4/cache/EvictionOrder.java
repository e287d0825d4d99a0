package dev.ringside.ext4.cache;

import org.jspecify.annotations.Nullable;

/**
 * The blocks of a cache that may be evicted, in the order of use. Blocks that are held, changed or
 * remembered by somebody are not in it, so the next one to go is found at once.
 */
final class EvictionOrder {
  private @Nullable CachedBlock oldest;
  private @Nullable CachedBlock newest;
  private int size;

  /** The block that goes next, or null when none may. */
  @Nullable CachedBlock oldest() {
    return oldest;
  }

  /** How many blocks may be evicted. */
  int size() {
    return size;
  }

  /** Adds a block that was used just now. */
  void addNewest(CachedBlock block) {
    CachedBlock before = newest;
    block.older = before;
    block.newer = null;
    if (before == null) {
      oldest = block;
    } else {
      before.newer = block;
    }
    newest = block;
    added(block);
  }

  /** Adds a block that is to go next. */
  void addOldest(CachedBlock block) {
    CachedBlock behind = oldest;
    block.older = null;
    block.newer = behind;
    if (behind == null) {
      newest = block;
    } else {
      behind.older = block;
    }
    oldest = block;
    added(block);
  }

  private void added(CachedBlock block) {
    block.listed = true;
    size++;
  }

  void remove(CachedBlock block) {
    CachedBlock older = block.older;
    CachedBlock newer = block.newer;
    if (older == null) {
      oldest = newer;
    } else {
      older.newer = newer;
    }
    if (newer == null) {
      newest = older;
    } else {
      newer.older = older;
    }
    block.older = null;
    block.newer = null;
    block.listed = false;
    size--;
  }
}
