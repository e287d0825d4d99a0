package dev.ringside.ext4.cache;

import dev.ringside.driver.BlockDevice;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.machine.FrameAllocator;
import dev.ringside.machine.GuestMemory;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Keeps metadata blocks in guest memory, the least recently used one going first.
 *
 * <p>A block is verified once, when it enters. The cache remembers as what: if somebody asks for it
 * as something else, because two structures of a damaged image claim the same block, it is verified
 * again for that.
 *
 * <p>A block that was changed stays until it has been written: by whoever changed it, a journal or
 * {@code NoJournal}. When all blocks are changed or held, {@link CacheRelief} is asked to write.
 *
 * <p>The cache takes a fixed amount of memory, whatever the size of the disk. It is used by one
 * task at a time.
 */
public final class MetadataCache implements AutoCloseable {
  /** Enough for every block that one operation holds at the same time. */
  public static final int MIN_BLOCKS = 32;

  /** The most blocks that come with one that is missing: 64 KiB of the usual size. */
  public static final int MOST_AHEAD = 16;

  private final DiskReader reader;
  private final FrameAllocator frames;
  private final int blockSize;
  private final int capacity;
  private final long memoryBytes;
  private final long memoryStart;
  private final @Nullable CachedBlock[] buckets;

  private final CachedBlock[] blocks;
  private final EvictionOrder order = new EvictionOrder();

  private @Nullable CacheRelief relief;
  private long hits;
  private long misses;

  /**
   * An empty cache.
   *
   * @param blockSize of the filesystem, in bytes
   * @param bytes how much guest memory to take; at least {@link #MIN_BLOCKS} blocks are taken
   */
  public MetadataCache(BlockDevice device, DiskReader reader, int blockSize, long bytes) {
    this.reader = reader;
    this.frames = device.frames();
    this.blockSize = blockSize;
    this.capacity = Math.clamp(bytes / blockSize, MIN_BLOCKS, Integer.MAX_VALUE / 2);
    this.memoryBytes = (long) capacity * blockSize;
    this.memoryStart = frames.allocate(memoryBytes);
    this.buckets = new @Nullable CachedBlock[Integer.highestOneBit(capacity) * 2];
    this.blocks = new CachedBlock[capacity];
    GuestMemory memory = device.memory();
    for (int i = 0; i < capacity; i++) {
      long address = memoryStart + (long) i * blockSize;
      blocks[i] = new CachedBlock(memory.slice(address, blockSize), address, order);
    }
  }

  /**
   * A block that passed a check. The caller closes it.
   *
   * @param block number on the filesystem
   * @throws Ext4Exception when it cannot be read, is not on the disk, or fails the check
   */
  public CachedBlock get(long block, BlockCheck check) throws Ext4Exception {
    CachedBlock cached = find(block);
    if (cached == null) {
      misses++;
      cached = load(block);
    } else {
      hits++;
    }
    if (!check.equals(cached.verifiedAs)) {
      if (cached.isDirty()) {
        cached.seal();
      }
      check.verify(cached.bytes, block);
      cached.verifiedAs = check;
    }
    return cached.hold();
  }

  /**
   * A block that passed a check, as {@link #get}; when it is missing, its neighbours come with it.
   * Nobody has asked for those yet, so their failure is nobody's: who asks reads again, and is
   * told.
   *
   * @param first of the blocks that come with it, if they are missing, too; unverified
   * @param count how many, no more than {@link #MOST_AHEAD}
   */
  public CachedBlock getAmong(long block, BlockCheck check, long first, int count)
      throws Ext4Exception {
    if (find(block) == null) {
      try {
        readAhead(LongStream.range(first, first + Math.min(count, MOST_AHEAD)).toArray());
      } catch (Ext4Exception notNow) {
        return get(block, check);
      }
    }
    return get(block, check);
  }

  /**
   * Brings in blocks that will be asked for, all in one batch. They are verified when they are.
   * Only half of the blocks that are neither changed nor held make room; those behind that are read
   * one by one, as ever.
   *
   * @param wanted numbers on the filesystem
   * @throws Ext4Exception when one cannot be read, or is not on the disk; none is there then
   */
  public void readAhead(long... wanted) throws Ext4Exception {
    List<CachedBlock> arriving = new ArrayList<>();
    long[] numbers = new long[Math.min(wanted.length, order.size() / 2)];
    try {
      try {
        for (long number : wanted) {
          int next = arriving.size();
          if (next < numbers.length && find(number) == null) {
            CachedBlock cached = takeOldest().hold();
            arriving.add(cached);
            numbers[next] = number;
            reader.add(Math.multiplyExact(number, blockSize), cached.address, blockSize);
          }
        }
      } finally {
        // Also when one could not be added: the device may be writing already.
        reader.finish();
      }
      for (int i = 0; i < arriving.size(); i++) {
        misses++;
        enter(arriving.get(i), numbers[i]);
      }
    } finally {
      arriving.forEach(CachedBlock::close);
    }
  }

  /**
   * A block whose content on the disk is of no interest: it is all zeros here, and nothing is read.
   * The caller changes it, and closes it.
   *
   * @param check what it will be; it is not verified as that
   * @throws Ext4Exception when room for it cannot be made
   */
  public CachedBlock getNew(long block, BlockCheck check) throws Ext4Exception {
    CachedBlock cached = find(block);
    if (cached == null) {
      cached = takeOldest();
      enter(cached, block);
    }
    BlockAttachment attachment = cached.attachment();
    if (attachment != null) {
      attachment.awaitWrites();
    }
    cached.bytes.fill((byte) 0);
    cached.verifiedAs = check;
    return cached.hold();
  }

  /** A block that is in the cache, or null; the caller closes it. It may have passed no check. */
  public @Nullable CachedBlock peek(long block) {
    CachedBlock cached = find(block);
    return cached == null ? null : cached.hold();
  }

  /** Drops a block that nobody holds: its content is of no interest any more. */
  public void drop(long block) {
    CachedBlock cached = find(block);
    if (cached == null) {
      return;
    }
    if (cached.holders > 0 || cached.attachment() != null) {
      throw new IllegalStateException("block " + block + " is in use");
    }
    cached.markClean();
    leave(cached);
    order.remove(cached);
    order.addOldest(cached);
  }

  /** Calls for every block that was changed, in no particular order. */
  public void forEachDirty(Consumer<CachedBlock> action) {
    for (CachedBlock block : blocks) {
      if (block.isDirty()) {
        action.accept(block);
      }
    }
  }

  /** Says who makes room when all blocks are changed. */
  public void relieveWith(CacheRelief source) {
    relief = source;
  }

  private @Nullable CachedBlock find(long block) {
    CachedBlock cached = buckets[bucketOf(block)];
    while (cached != null && cached.number != block) {
      cached = cached.sameBucket;
    }
    return cached;
  }

  private CachedBlock load(long block) throws Ext4Exception {
    CachedBlock cached = takeOldest();
    // A number of no block until the content has arrived, so that a failed read leaves nothing.
    reader.read(Math.multiplyExact(block, blockSize), cached.address, blockSize);
    enter(cached, block);
    return cached;
  }

  private void enter(CachedBlock cached, long block) {
    cached.number = block;
    int bucket = bucketOf(block);
    cached.sameBucket = buckets[bucket];
    buckets[bucket] = cached;
  }

  private void leave(CachedBlock cached) {
    if (cached.number != CachedBlock.NO_BLOCK) {
      removeFromBucket(cached);
      cached.number = CachedBlock.NO_BLOCK;
      cached.verifiedAs = null;
    }
  }

  private CachedBlock takeOldest() throws Ext4Exception {
    CachedBlock candidate = order.oldest();
    if (candidate == null && relief != null) {
      relief.relieve();
      candidate = order.oldest();
    }
    if (candidate == null) {
      throw new IllegalStateException("all " + capacity + " blocks of the cache are in use");
    }
    leave(candidate);
    return candidate;
  }

  private void removeFromBucket(CachedBlock block) {
    int bucket = bucketOf(block.number);
    CachedBlock before = buckets[bucket];
    if (before == block) {
      buckets[bucket] = block.sameBucket;
    } else {
      while (before != null && before.sameBucket != block) {
        before = before.sameBucket;
      }
      if (before != null) {
        before.sameBucket = block.sameBucket;
      }
    }
    block.sameBucket = null;
  }

  private int bucketOf(long block) {
    // Metadata often repeats at a distance that is a power of two: the group.
    long mixed = block * 0x9e37_79b9_7f4a_7c15L;
    return (int) (mixed >>> 32) & (buckets.length - 1);
  }

  /** How many blocks fit. */
  public int capacity() {
    return capacity;
  }

  /** How many blocks may be evicted at the moment. */
  public int evictable() {
    return order.size();
  }

  /** How often a block was there. */
  public long hits() {
    return hits;
  }

  /** How often a block had to be read. */
  public long misses() {
    return misses;
  }

  /** Gives the memory back. Nobody may hold a block. */
  @Override
  public void close() {
    frames.free(memoryStart, memoryBytes);
  }
}
