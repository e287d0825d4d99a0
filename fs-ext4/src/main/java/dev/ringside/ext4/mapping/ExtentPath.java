package dev.ringside.ext4.mapping;

import dev.ringside.ext4.cache.CachedBlock;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.ExtentNode;
import dev.ringside.ext4.journal.Handle;
import org.jspecify.annotations.Nullable;

/**
 * The nodes from the root of an extent tree, level 0, to the leaf that is about a file block, and
 * which entry of each is on the way. Holds their blocks. Whoever changes more than entries of these
 * nodes needs a new path.
 */
final class ExtentPath implements AutoCloseable {
  private static final int LEVELS = ExtentNode.MAX_DEPTH + 1;

  private final ExtentNodes nodes;
  private final ExtentNode[] node = new ExtentNode[LEVELS];
  private final @Nullable CachedBlock[] block = new @Nullable CachedBlock[LEVELS];
  private final int[] position = new int[LEVELS];
  private final int depth;
  private long end = ExtentNode.END_OF_FILE_BLOCKS;

  ExtentPath(ExtentNodes nodes, long fileBlock) throws Ext4Exception {
    this.nodes = nodes;
    this.depth = nodes.root().depth();
    node[0] = nodes.root();
    try {
      for (int level = 0; level < depth; level++) {
        step(level, fileBlock);
      }
    } catch (Ext4Exception failure) {
      close();
      throw failure;
    }
    position[depth] = node[depth].lastNotAfter(fileBlock);
  }

  private void step(int level, long fileBlock) throws Ext4Exception {
    ExtentNode parent = node[level];
    // What comes before everything belongs to the first leaf.
    int index = Math.max(0, parent.lastNotAfter(fileBlock));
    position[level] = index;
    if (index + 1 < parent.entries()) {
      end = parent.firstBlock(index + 1);
    }
    CachedBlock child = nodes.child(parent, index, end);
    block[level + 1] = child;
    node[level + 1] = new ExtentNode(child.bytes());
  }

  /** The level of the leaf. */
  int depth() {
    return depth;
  }

  ExtentNode node(int level) {
    return node[level];
  }

  ExtentNode leaf() {
    return node[depth];
  }

  /** The entry on the way; in the leaf the last one that does not start behind, or -1. */
  int position(int level) {
    return position[level];
  }

  /** As {@link #position(int)}, of the leaf. */
  int position() {
    return position[depth];
  }

  /** One more than the last file block that the leaf may be about. */
  long end() {
    return end;
  }

  /** The first file block that the leaf is about, as its parent says; 0 for a root. */
  long start() {
    return depth == 0 ? 0 : node[depth - 1].firstBlock(position[depth - 1]);
  }

  /** Whether there is no leaf before this one. */
  boolean isFirst() {
    for (int level = 0; level < depth; level++) {
      if (position[level] > 0) {
        return false;
      }
    }
    return true;
  }

  /** Number of the block of a node below the root. */
  long number(int level) {
    return held(level).number();
  }

  private CachedBlock held(int level) {
    CachedBlock held = block[level];
    if (held == null) {
      throw new IllegalStateException("level " + level + " is not held");
    }
    return held;
  }

  /** Announces a change to a node. */
  void change(Handle handle, int level, FileSpace space) throws Ext4Exception {
    if (level == 0) {
      space.changed(handle);
    } else {
      handle.change(held(level), nodes.seal());
    }
  }

  /** Makes the entries that lead to a node say what its first entry says now. */
  void raiseKey(Handle handle, int level, FileSpace space) throws Ext4Exception {
    long key = node[level].firstBlock(0);
    for (int above = level - 1; above >= 0; above--) {
      change(handle, above, space);
      node[above].setFirstBlock(position[above], key);
      if (position[above] > 0) {
        return;
      }
    }
  }

  /** Lets a node go before the others. */
  void release(int level) {
    held(level).close();
    block[level] = null;
  }

  @Override
  public void close() {
    for (CachedBlock held : block) {
      if (held != null) {
        held.close();
      }
    }
  }
}
