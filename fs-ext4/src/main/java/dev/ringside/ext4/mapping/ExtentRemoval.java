package dev.ringside.ext4.mapping;

import dev.ringside.ext4.alloc.BlockAllocator;
import dev.ringside.ext4.cache.CachedBlock;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.ExtentNode;
import dev.ringside.ext4.journal.Handle;
import dev.ringside.ext4.mapping.ExtentEditor.Extent;

/** Takes ranges out of a tree, one extent after the other, from the end of the range on. */
final class ExtentRemoval {
  private final ExtentNodes nodes;
  private final ExtentEditor editor;
  private final FileSpace space;

  ExtentRemoval(ExtentNodes nodes, ExtentEditor editor) {
    this.nodes = nodes;
    this.editor = editor;
    this.space = editor.space();
  }

  /** Makes a range a hole; as {@link FileMapping#remove}. */
  void remove(Handle handle, long first, long count) throws Ext4Exception {
    long end = Math.min(first + Math.max(0, count), ExtentNode.END_OF_FILE_BLOCKS);
    while (end > first) {
      handle.ensureCredits(stepCredits());
      end = removeLast(handle, first, end);
    }
    pullUp(handle);
  }

  private int stepCredits() {
    int depth = nodes.root().depth();
    return space.freeCredits(space.freeAtOnce())
        + 4 * (depth + 2)
        + 2 * depth
        + BlockAllocator.ALLOCATE_CREDITS;
  }

  /** Removes what the last extent has of a range; returns the end of what is left to do. */
  private long removeLast(Handle handle, long first, long end) throws Ext4Exception {
    Extent behind;
    try (ExtentPath path = nodes.path(end - 1)) {
      ExtentNode leaf = path.leaf();
      int index = path.position();
      if (index < 0) {
        return path.isFirst() ? first : Math.min(end - 1, path.start());
      }
      long start = leaf.firstBlock(index);
      int length = leaf.length(index);
      if (start + length <= first) {
        return first;
      }
      long to = Math.min(start + length, end);
      if (to == start + length && to < end) {
        // Nothing lies between the extent and the end of the range.
        end = to;
      }
      long from = Math.max(Math.max(start, first), to - space.freeAtOnce());
      long place = leaf.start(index);
      boolean unwritten = leaf.isUnwritten(index);
      Extent before = new Extent(start, (int) (from - start), place, unwritten);
      behind = new Extent(to, (int) (start + length - to), place + (to - start), unwritten);
      if (before.count() > 0 && behind.count() > 0) {
        space.require(handle, 0, editor.blocksFor(path, 1));
      }
      space.free(handle, place + (from - start), to - from);
      path.change(handle, path.depth(), space);
      if (before.count() > 0) {
        leaf.set(index, before.first(), before.value());
      } else if (behind.count() > 0) {
        leaf.set(index, behind.first(), behind.value());
        if (index == 0) {
          path.raiseKey(handle, path.depth(), space);
        }
        return from;
      } else {
        removeEntry(handle, path);
      }
      end = from;
    }
    if (behind.count() > 0) {
      editor.insert(handle, behind, false);
    }
    return end;
  }

  /** Takes the leaf's entry out of a path, and with it the nodes that become empty. */
  private void removeEntry(Handle handle, ExtentPath path) throws Ext4Exception {
    int level = path.depth();
    path.leaf().remove(path.position());
    while (level > 0 && path.node(level).entries() == 0) {
      long number = path.number(level);
      path.release(level);
      space.freeMetadata(handle, number);
      level--;
      path.change(handle, level, space);
      path.node(level).remove(path.position(level));
    }
    if (path.node(level).entries() == 0) {
      path.node(level).setDepth(0);
    } else if (path.position(level) == 0) {
      path.raiseKey(handle, level, space);
    }
  }

  /** Moves the only node below the root into the root, while it fits there. */
  private void pullUp(Handle handle) throws Ext4Exception {
    ExtentNode root = nodes.root();
    while (root.depth() > 0 && root.entries() == 1) {
      long number = root.child(0);
      try (CachedBlock block = nodes.child(root, 0, ExtentNode.END_OF_FILE_BLOCKS)) {
        ExtentNode child = new ExtentNode(block.bytes());
        if (child.entries() > root.max()) {
          return;
        }
        handle.change(block, nodes.seal());
        space.changed(handle);
        root.remove(0);
        root.setDepth(child.depth());
        child.moveTail(0, root);
      }
      space.freeMetadata(handle, number);
    }
  }
}
