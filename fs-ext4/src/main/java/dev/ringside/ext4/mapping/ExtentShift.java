package dev.ringside.ext4.mapping;

import dev.ringside.ext4.error.Errno;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.ExtentNode;
import dev.ringside.ext4.journal.Handle;
import dev.ringside.ext4.mapping.ExtentEditor.Extent;

/**
 * Moves extents along the file without moving blocks. Leaf by leaf, the one that moves into the
 * hole first, so that the tree is sorted at any time.
 */
final class ExtentShift {
  private final ExtentNodes nodes;
  private final ExtentEditor editor;
  private final FileSpace space;

  ExtentShift(ExtentNodes nodes, ExtentEditor editor) {
    this.nodes = nodes;
    this.editor = editor;
    this.space = editor.space();
  }

  /** Moves all from a file block on; as {@link FileMapping#shift}. */
  void shift(Handle handle, long from, long distance) throws Ext4Exception {
    if (distance > 0) {
      checkEnd(distance);
    }
    splitAt(handle, from);
    if (distance < 0) {
      moveToStart(handle, from, distance);
    } else if (distance > 0) {
      moveToEnd(handle, from, distance);
    }
  }

  private void checkEnd(long distance) throws Ext4Exception {
    try (ExtentPath path = nodes.path(ExtentNode.END_OF_FILE_BLOCKS - 1)) {
      ExtentNode leaf = path.leaf();
      int last = leaf.entries() - 1;
      if (last >= 0
          && leaf.firstBlock(last) + leaf.length(last) + distance
              >= ExtentNode.END_OF_FILE_BLOCKS) {
        throw new Ext4Exception(Errno.EFBIG, "extent tree");
      }
    }
  }

  /** Makes two extents of the one that has a file block in its middle. */
  private void splitAt(Handle handle, long at) throws Ext4Exception {
    Extent behind;
    try (ExtentPath path = nodes.path(at)) {
      ExtentNode leaf = path.leaf();
      int index = path.position();
      if (index < 0) {
        return;
      }
      long first = leaf.firstBlock(index);
      int count = (int) Math.min(leaf.length(index), at - first);
      int rest = leaf.length(index) - count;
      if (count == 0 || rest == 0) {
        return;
      }
      boolean unwritten = leaf.isUnwritten(index);
      space.require(handle, 0, editor.blocksFor(path, 1));
      behind = new Extent(at, rest, leaf.start(index) + count, unwritten);
      path.change(handle, path.depth(), space);
      leaf.set(index, first, ExtentNode.extentEntry(leaf.start(index), count, unwritten));
    }
    editor.insert(handle, behind, false);
  }

  private void moveToStart(Handle handle, long from, long distance) throws Ext4Exception {
    long next = from;
    while (next < ExtentNode.END_OF_FILE_BLOCKS) {
      handle.ensureCredits(nodes.root().depth() + 2);
      try (ExtentPath path = nodes.path(next)) {
        moveLeaf(handle, path, next, distance);
        next = path.end();
      }
    }
    mergeAt(handle, from + distance);
  }

  private void moveToEnd(Handle handle, long from, long distance) throws Ext4Exception {
    long end = ExtentNode.END_OF_FILE_BLOCKS;
    boolean more = true;
    while (more) {
      handle.ensureCredits(nodes.root().depth() + 2);
      try (ExtentPath path = nodes.path(end - 1)) {
        end = path.start();
        more = !path.isFirst() && end > from;
        moveLeaf(handle, path, from, distance);
      }
    }
  }

  /** Moves the entries of one leaf that start at a file block or behind it. */
  private void moveLeaf(Handle handle, ExtentPath path, long from, long distance)
      throws Ext4Exception {
    ExtentNode leaf = path.leaf();
    int first = leaf.lastNotAfter(from - 1) + 1;
    if (first == leaf.entries()) {
      return;
    }
    path.change(handle, path.depth(), space);
    for (int i = first; i < leaf.entries(); i++) {
      leaf.setFirstBlock(i, leaf.firstBlock(i) + distance);
    }
    if (first == 0) {
      path.raiseKey(handle, path.depth(), space);
    }
  }

  /** Makes one extent of the two that meet at a file block, if they can be. */
  private void mergeAt(Handle handle, long at) throws Ext4Exception {
    try (ExtentPath path = nodes.path(at)) {
      if (path.position() > 0) {
        path.change(handle, path.depth(), space);
        ExtentEditor.mergeWithNext(path.leaf(), path.position() - 1);
      }
    }
  }
}
