package dev.ringside.ext4.mapping;

import dev.ringside.ext4.alloc.BlockAllocator;
import dev.ringside.ext4.alloc.BlockRun;
import dev.ringside.ext4.cache.BlockSeal;
import dev.ringside.ext4.cache.CachedBlock;
import dev.ringside.ext4.error.Errno;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.IndirectLayout;
import dev.ringside.ext4.journal.Handle;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** Puts blocks into a block map, and takes them out. */
final class IndirectEditor {
  private final IndirectNodes nodes;
  private final FileSpace space;

  IndirectEditor(IndirectNodes nodes, FileSpace space) {
    this.nodes = nodes;
    this.space = space;
  }

  /**
   * Where a file block has its place.
   *
   * @param level how many blocks of numbers lie on the way
   * @param first file block that the way leads to at least
   */
  private record Place(int level, long first) {
    int rootEntry() {
      return IndirectLayout.DIRECT + level - 1;
    }
  }

  private Place placeOf(long fileBlock) {
    if (fileBlock < IndirectLayout.DIRECT) {
      return new Place(0, 0);
    }
    long first = IndirectLayout.DIRECT;
    int level = 1;
    while (fileBlock >= first + nodes.blocksBelow(level)) {
      first += nodes.blocksBelow(level);
      level++;
    }
    return new Place(level, first);
  }

  /** Gives blocks to a hole; as {@link FileMapping#allocate}. */
  IoMap allocate(Handle handle, long first, long count) throws Ext4Exception {
    if (first >= nodes.end()) {
      throw new Ext4Exception(Errno.EFBIG, "file block " + first);
    }
    Place place = placeOf(first);
    int missing = missingLevels(place, first);
    space.require(handle, 1 + missing, 0);
    Numbers last = openLast(handle, place, first);
    try (last) {
      int hole = holeLength(last, count);
      BlockRun run = space.allocate(handle, goal(last), hole, 0);
      last.change(handle);
      for (int i = 0; i < run.count(); i++) {
        IndirectLayout.setPointer(last.bytes(), last.index() + i, run.first() + i);
      }
      return new IoMap.Mapped(first, run.count(), run.first());
    }
  }

  /** How many blocks of numbers on the way to a file block are holes. */
  private int missingLevels(Place place, long fileBlock) throws Ext4Exception {
    if (place.level() == 0) {
      return 0;
    }
    long block = IndirectLayout.pointer(nodes.root(), place.rootEntry());
    long offset = fileBlock - place.first();
    for (int level = place.level(); level >= 1; level--) {
      if (block == 0) {
        return level;
      }
      if (level > 1) {
        long below = nodes.blocksBelow(level - 1);
        try (CachedBlock pointers = nodes.get(block)) {
          block = IndirectLayout.pointer(pointers.bytes(), offset / below);
        }
        offset %= below;
      }
    }
    return 0;
  }

  /** Numbers of content blocks, and the one that stands for a file block. */
  private final class Numbers implements AutoCloseable {
    private final @Nullable CachedBlock block;
    private final int index;

    Numbers(@Nullable CachedBlock block, int index) {
      this.block = block;
      this.index = index;
    }

    MemorySegment bytes() {
      return block == null ? nodes.root() : block.bytes();
    }

    int index() {
      return index;
    }

    int end() {
      return block == null ? IndirectLayout.DIRECT : nodes.pointersPerBlock();
    }

    void change(Handle handle) throws Ext4Exception {
      if (block == null) {
        space.changed(handle);
      } else {
        handle.change(block, BlockSeal.NONE);
      }
    }

    @Override
    public void close() {
      if (block != null) {
        block.close();
      }
    }
  }

  /** Goes down to the last block of numbers, and makes those that are missing. */
  private Numbers openLast(Handle handle, Place place, long fileBlock) throws Ext4Exception {
    if (place.level() == 0) {
      return new Numbers(null, (int) fileBlock);
    }
    long offset = fileBlock - place.first();
    Numbers numbers = new Numbers(null, place.rootEntry());
    for (int level = place.level(); level >= 1; level--) {
      long below = nodes.blocksBelow(level - 1);
      int index = (int) (offset / below);
      offset %= below;
      try (Numbers above = numbers) {
        numbers = new Numbers(openBelow(handle, above), index);
      }
    }
    return numbers;
  }

  private CachedBlock openBelow(Handle handle, Numbers above) throws Ext4Exception {
    long existing = IndirectLayout.pointer(above.bytes(), above.index());
    if (existing != 0) {
      return nodes.get(existing);
    }
    long number = space.allocateMetadata(handle, goal(above));
    CachedBlock block = nodes.create(handle, number);
    above.change(handle);
    IndirectLayout.setPointer(above.bytes(), above.index(), number);
    return block;
  }

  /** Behind the nearest block before it; else behind the block of numbers itself. */
  private long goal(Numbers numbers) {
    for (int i = numbers.index() - 1; i >= 0; i--) {
      long before = IndirectLayout.pointer(numbers.bytes(), i);
      if (before != 0) {
        return before + 1;
      }
    }
    return numbers.block == null ? space.goal() : numbers.block.number() + 1;
  }

  private static int holeLength(Numbers numbers, long wanted) {
    int end = (int) Math.min(numbers.end(), numbers.index() + wanted);
    int next = numbers.index();
    while (next < end && IndirectLayout.pointer(numbers.bytes(), next) == 0) {
      next++;
    }
    if (next == numbers.index()) {
      throw new IllegalArgumentException("a file block is no hole");
    }
    return next - numbers.index();
  }

  /** Makes a range a hole; as {@link FileMapping#remove}. */
  void remove(Handle handle, long first, long count) throws Ext4Exception {
    long end = Math.min(first + Math.max(0, count), nodes.end());
    for (int level = IndirectLayout.LEVELS; level >= 1; level--) {
      long levelStart = levelStart(level);
      long from = Math.max(first, levelStart);
      long to = Math.min(end, levelStart + nodes.blocksBelow(level));
      if (from < to) {
        try (Numbers root = new Numbers(null, IndirectLayout.DIRECT + level - 1)) {
          removeBelow(handle, root, level, from - levelStart, to - levelStart);
        }
      }
    }
    if (first < Math.min(end, IndirectLayout.DIRECT)) {
      try (Numbers root = new Numbers(null, 0)) {
        removeContent(handle, root, first, Math.min(end, IndirectLayout.DIRECT));
      }
    }
  }

  private long levelStart(int level) {
    long start = IndirectLayout.DIRECT;
    for (int before = 1; before < level; before++) {
      start += nodes.blocksBelow(before);
    }
    return start;
  }

  /** Removes a part of what lies below an entry, and its block of numbers if that becomes empty. */
  private void removeBelow(Handle handle, Numbers above, int level, long from, long to)
      throws Ext4Exception {
    long number = IndirectLayout.pointer(above.bytes(), above.index());
    if (number == 0) {
      return;
    }
    boolean empty;
    try (CachedBlock block = nodes.get(number)) {
      if (level == 1) {
        try (Numbers content = new Numbers(block.hold(), 0)) {
          removeContent(handle, content, from, to);
        }
      } else {
        removeFromIndex(handle, block, level, from, to);
      }
      empty = IndirectLayout.isEmpty(block.bytes());
    }
    if (empty) {
      handle.ensureCredits(credits());
      above.change(handle);
      IndirectLayout.setPointer(above.bytes(), above.index(), 0);
      space.freeMetadata(handle, number);
    }
  }

  private void removeFromIndex(Handle handle, CachedBlock block, int level, long from, long to)
      throws Ext4Exception {
    long below = nodes.blocksBelow(level - 1);
    for (long index = (to - 1) / below; index >= from / below; index--) {
      long start = index * below;
      try (Numbers entry = new Numbers(block.hold(), (int) index)) {
        removeBelow(
            handle,
            entry,
            level - 1,
            Math.max(from, start) - start,
            Math.min(to, start + below) - start);
      }
    }
  }

  /** Frees the content blocks of some entries, a run of neighbours at a time. */
  private void removeContent(Handle handle, Numbers numbers, long from, long to)
      throws Ext4Exception {
    long end = to;
    while (end > from) {
      long block = IndirectLayout.pointer(numbers.bytes(), end - 1);
      long start = end - 1;
      if (block != 0) {
        while (start > from
            && end - start < space.freeAtOnce()
            && IndirectLayout.pointer(numbers.bytes(), start - 1) == block - (end - start)) {
          start--;
        }
        handle.ensureCredits(credits());
        space.free(handle, block - (end - 1 - start), end - start);
        numbers.change(handle);
        for (long index = start; index < end; index++) {
          IndirectLayout.setPointer(numbers.bytes(), index, 0);
        }
      }
      end = start;
    }
  }

  private int credits() {
    return space.freeCredits(Math.min(nodes.pointersPerBlock(), space.freeAtOnce()))
        + BlockAllocator.ALLOCATE_CREDITS
        + 2;
  }
}
