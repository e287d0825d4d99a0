package dev.ringside.ext4.mapping;

import dev.ringside.ext4.alloc.BlockRun;
import dev.ringside.ext4.cache.CachedBlock;
import dev.ringside.ext4.error.Errno;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.ExtentNode;
import dev.ringside.ext4.journal.Handle;

/**
 * Puts extents into a tree, and changes their state.
 *
 * <p>A full leaf is split in steps, from the top of the tree down: the root moves into a block of
 * its own, or a node below one with room becomes two. After each step the tree is sound, and the
 * way down is looked for again. Room for all steps is made sure of before the first.
 */
final class ExtentEditor {
  /** The kernel's: file block 2^32 - 1 stands for none. */
  static final long END_OF_FILE_BLOCKS = ExtentNode.END_OF_FILE_BLOCKS - 1;

  private final ExtentNodes nodes;
  private final FileSpace space;

  ExtentEditor(ExtentNodes nodes, FileSpace space) {
    this.nodes = nodes;
    this.space = space;
  }

  FileSpace space() {
    return space;
  }

  private static int maxLength(boolean unwritten) {
    return unwritten ? ExtentNode.MAX_UNWRITTEN_LENGTH : ExtentNode.MAX_LENGTH;
  }

  /** Gives blocks to a hole; as {@link FileMapping#allocate}. */
  IoMap allocate(Handle handle, long first, long count, boolean unwritten) throws Ext4Exception {
    if (first >= END_OF_FILE_BLOCKS) {
      throw new Ext4Exception(Errno.EFBIG, "file block " + first);
    }
    long most;
    long goal;
    int metadata;
    try (ExtentPath path = nodes.path(first)) {
      ExtentNode leaf = path.leaf();
      int left = path.position();
      if (left >= 0 && leaf.firstBlock(left) + leaf.length(left) > first) {
        throw new IllegalArgumentException("file block " + first + " is no hole");
      }
      long end = left + 1 < leaf.entries() ? leaf.firstBlock(left + 1) : path.end();
      most = Math.min(Math.min(end, END_OF_FILE_BLOCKS) - first, maxLength(unwritten));
      goal = goalBeside(leaf, left, first);
      metadata = blocksFor(path, 1);
    }
    space.require(handle, 1, metadata);
    BlockRun run = space.allocate(handle, goal, Math.min(count, most), metadata);
    try {
      insert(handle, new Extent(first, (int) run.count(), run.first(), unwritten), true);
    } catch (Ext4Exception failure) {
      // A damaged group may have no room where its counts say so.
      space.free(handle, run.first(), run.count());
      throw failure;
    }
    return unwritten
        ? new IoMap.Unwritten(first, run.count(), run.first())
        : new IoMap.Mapped(first, run.count(), run.first());
  }

  /** As far from the neighbour on the disk as in the file, so that a hole between can be filled. */
  private long goalBeside(ExtentNode leaf, int left, long first) {
    if (left >= 0) {
      return leaf.start(left) + (first - leaf.firstBlock(left));
    }
    if (leaf.entries() > 0) {
      return Math.max(0, leaf.start(0) - (leaf.firstBlock(0) - first));
    }
    return space.goal();
  }

  /**
   * How many new nodes it takes to add entries, one or two, to the leaf of a path.
   *
   * @throws Ext4Exception with {@link Errno#EFBIG} when the tree cannot grow
   */
  int blocksFor(ExtentPath path, int entries) throws Ext4Exception {
    ExtentNode leaf = path.leaf();
    if (leaf.entries() + entries <= leaf.max()) {
      return 0;
    }
    int full = 1;
    for (int level = path.depth() - 1; level >= 0 && path.node(level).isFull(); level--) {
      full++;
    }
    if (full > ExtentNode.MAX_DEPTH) {
      throw new Ext4Exception(Errno.EFBIG, "extent tree", "it is as deep as can be");
    }
    return full;
  }

  /** An extent that is not in the tree. */
  record Extent(long first, int count, long start, boolean unwritten) {
    long value() {
      return ExtentNode.extentEntry(start, count, unwritten);
    }
  }

  /** Adds an extent to a hole; merges it with its neighbours if asked to. */
  void insert(Handle handle, Extent extent, boolean merge) throws Ext4Exception {
    while (!insertIfRoom(handle, extent, merge)) {
      makeRoom(handle, extent.first());
    }
  }

  private boolean insertIfRoom(Handle handle, Extent extent, boolean merge) throws Ext4Exception {
    try (ExtentPath path = nodes.path(extent.first())) {
      ExtentNode leaf = path.leaf();
      int left = path.position();
      if (merge && mergeInto(handle, path, extent)) {
        return true;
      }
      if (leaf.isFull()) {
        return false;
      }
      path.change(handle, path.depth(), space);
      leaf.insert(left + 1, extent.first(), extent.value());
      if (left < 0) {
        path.raiseKey(handle, path.depth(), space);
      }
      return true;
    }
  }

  private boolean mergeInto(Handle handle, ExtentPath path, Extent extent) throws Ext4Exception {
    ExtentNode leaf = path.leaf();
    int left = path.position();
    int right = left + 1;
    int most = maxLength(extent.unwritten());
    if (left >= 0
        && leaf.isUnwritten(left) == extent.unwritten()
        && leaf.firstBlock(left) + leaf.length(left) == extent.first()
        && leaf.start(left) + leaf.length(left) == extent.start()
        && leaf.length(left) + extent.count() <= most) {
      path.change(handle, path.depth(), space);
      setLength(leaf, left, leaf.length(left) + extent.count());
      mergeWithNext(leaf, left);
      return true;
    }
    if (right < leaf.entries()
        && leaf.isUnwritten(right) == extent.unwritten()
        && leaf.firstBlock(right) == extent.first() + extent.count()
        && leaf.start(right) == extent.start() + extent.count()
        && leaf.length(right) + extent.count() <= most) {
      path.change(handle, path.depth(), space);
      long value =
          ExtentNode.extentEntry(
              extent.start(), leaf.length(right) + extent.count(), extent.unwritten());
      leaf.set(right, extent.first(), value);
      if (right == 0) {
        path.raiseKey(handle, path.depth(), space);
      }
      return true;
    }
    return false;
  }

  private static void setLength(ExtentNode leaf, int index, int length) {
    long value = ExtentNode.extentEntry(leaf.start(index), length, leaf.isUnwritten(index));
    leaf.set(index, leaf.firstBlock(index), value);
  }

  /** Makes an entry of a changed leaf and the next one the same extent, if they can be. */
  static boolean mergeWithNext(ExtentNode leaf, int index) {
    int next = index + 1;
    if (index < 0
        || next >= leaf.entries()
        || leaf.isUnwritten(index) != leaf.isUnwritten(next)
        || leaf.firstBlock(index) + leaf.length(index) != leaf.firstBlock(next)
        || leaf.start(index) + leaf.length(index) != leaf.start(next)
        || leaf.length(index) + leaf.length(next) > maxLength(leaf.isUnwritten(index))) {
      return false;
    }
    setLength(leaf, index, leaf.length(index) + leaf.length(next));
    leaf.remove(next);
    return true;
  }

  /** One step towards room in the leaf that is about a file block. */
  private void makeRoom(Handle handle, long fileBlock) throws Ext4Exception {
    try (ExtentPath path = nodes.path(fileBlock)) {
      int level = path.depth();
      while (level > 0 && path.node(level - 1).isFull()) {
        level--;
      }
      if (level == 0) {
        grow(handle);
      } else {
        split(handle, path, level, fileBlock);
      }
    }
  }

  /** Moves the root's entries into a block, and makes the root its parent. */
  private void grow(Handle handle) throws Ext4Exception {
    ExtentNode root = nodes.root();
    int depth = root.depth();
    long number = space.allocateMetadata(handle, space.goal());
    try (CachedBlock block = nodes.create(handle, number, depth)) {
      ExtentNode child = new ExtentNode(block.bytes());
      long key = root.firstBlock(0);
      root.moveTail(0, child);
      root.setDepth(depth + 1);
      root.insert(0, key, ExtentNode.childEntry(number));
    }
    space.changed(handle);
  }

  /** Makes two nodes of one whose parent has room. */
  private void split(Handle handle, ExtentPath path, int level, long fileBlock)
      throws Ext4Exception {
    ExtentNode node = path.node(level);
    int from = splitPoint(path, level);
    long number = space.allocateMetadata(handle, path.number(level));
    try (CachedBlock block = nodes.create(handle, number, node.depth())) {
      ExtentNode right = new ExtentNode(block.bytes());
      path.change(handle, level, space);
      node.moveTail(from, right);
      long key = right.entries() > 0 ? right.firstBlock(0) : fileBlock;
      path.change(handle, level - 1, space);
      path.node(level - 1).insert(path.position(level - 1) + 1, key, ExtentNode.childEntry(number));
    }
  }

  /**
   * The first entry that goes to the new node. A file that grows at its end leaves full nodes
   * behind.
   */
  private int splitPoint(ExtentPath path, int level) throws Ext4Exception {
    ExtentNode node = path.node(level);
    boolean atEnd = path.position(level) == node.entries() - 1;
    if (atEnd && node.isLeaf()) {
      return node.entries();
    }
    int from = atEnd ? node.entries() - 1 : node.entries() / 2;
    if (from == 0) {
      throw nodes.corrupted("a node has room for one entry only");
    }
    return from;
  }

  /**
   * Makes a range unwritten, or not; what is a hole stays one.
   *
   * @param credits that one extent takes
   */
  void setState(Handle handle, long first, long count, boolean unwritten, int credits)
      throws Ext4Exception {
    long end = Math.min(first + count, ExtentNode.END_OF_FILE_BLOCKS);
    long next = first;
    while (next < end) {
      handle.ensureCredits(credits);
      next = setStateOfFirst(handle, next, end, unwritten);
    }
  }

  /** Changes the state of what one extent has of a range; returns where to go on. */
  private long setStateOfFirst(Handle handle, long first, long end, boolean unwritten)
      throws Ext4Exception {
    Extent before;
    Extent behind;
    Extent changed;
    try (ExtentPath path = nodes.path(first)) {
      ExtentNode leaf = path.leaf();
      int index = path.position();
      long next = index + 1 < leaf.entries() ? leaf.firstBlock(index + 1) : path.end();
      if (index < 0 || leaf.firstBlock(index) + leaf.length(index) <= first) {
        return next;
      }
      long start = leaf.firstBlock(index);
      long extentEnd = start + leaf.length(index);
      if (leaf.isUnwritten(index) == unwritten) {
        return extentEnd;
      }
      long to = Math.min(Math.min(extentEnd, end), first + maxLength(unwritten));
      long place = leaf.start(index);
      before = new Extent(start, (int) (first - start), place, !unwritten);
      changed = new Extent(first, (int) (to - first), place + (first - start), unwritten);
      behind = new Extent(to, (int) (extentEnd - to), place + (to - start), !unwritten);
      if (changeInLeaf(handle, path, before, changed, behind)) {
        return to;
      }
      int added = (before.count() > 0 ? 1 : 0) + (behind.count() > 0 ? 1 : 0);
      space.require(handle, 0, blocksFor(path, added));
      path.change(handle, path.depth(), space);
      Extent kept = before.count() > 0 ? before : changed;
      leaf.set(index, kept.first(), kept.value());
    }
    if (behind.count() > 0) {
      insert(handle, behind, false);
    }
    if (before.count() > 0) {
      insert(handle, changed, true);
    }
    return behind.first();
  }

  /** Does what needs no further entry: the extent is changed as a whole, or goes to a neighbour. */
  private boolean changeInLeaf(
      Handle handle, ExtentPath path, Extent before, Extent changed, Extent behind)
      throws Ext4Exception {
    ExtentNode leaf = path.leaf();
    int index = path.position();
    if (before.count() == 0 && behind.count() == 0) {
      path.change(handle, path.depth(), space);
      leaf.set(index, changed.first(), changed.value());
      mergeWithNext(leaf, index);
      mergeWithNext(leaf, index - 1);
      return true;
    }
    int most = maxLength(changed.unwritten());
    if (before.count() == 0
        && index > 0
        && leaf.isUnwritten(index - 1) == changed.unwritten()
        && leaf.firstBlock(index - 1) + leaf.length(index - 1) == changed.first()
        && leaf.start(index - 1) + leaf.length(index - 1) == changed.start()
        && leaf.length(index - 1) + changed.count() <= most) {
      path.change(handle, path.depth(), space);
      setLength(leaf, index - 1, leaf.length(index - 1) + changed.count());
      leaf.set(index, behind.first(), behind.value());
      return true;
    }
    int next = index + 1;
    if (behind.count() == 0
        && next < leaf.entries()
        && leaf.isUnwritten(next) == changed.unwritten()
        && leaf.firstBlock(next) == behind.first()
        && leaf.start(next) == behind.start()
        && leaf.length(next) + changed.count() <= most) {
      path.change(handle, path.depth(), space);
      int length = leaf.length(next) + changed.count();
      leaf.set(
          next,
          changed.first(),
          ExtentNode.extentEntry(changed.start(), length, changed.unwritten()));
      leaf.set(index, before.first(), before.value());
      return true;
    }
    return false;
  }
}
