package dev.ringside.storage;

import dev.ringside.machine.IoVector;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A disk with a volatile write cache: what was written since the last flush can be lost in a {@link
 * #crash}, whole or in sectors, and in any order.
 *
 * <p>Writes go through to the storage below at once, so reads cost nothing. What is kept here is
 * what each write replaced; a crash puts it back:
 *
 * <pre>
 *   write, write, write      flush            write, write      crash
 *   | old  | old  | old  |   forgets them     | old  | old  |   puts back what did not survive
 * </pre>
 *
 * <p>Memory is bounded by the capacity. When it is used up, the cache empties itself, as a disk may
 * at any time: everything written so far becomes stable. A single request that is larger than the
 * cache is stable when it completes. Changes are made one at a time, under a lock; reads take none.
 */
public final class WriteCacheStorage implements Storage {
  /** Volatile writes at most, however small they are. */
  private static final int MAX_WRITES = 1 << 16;

  private static final int INITIAL_WRITES = 256;

  private final Storage inner;
  private final long capacity;
  private final Arena arena = Arena.ofShared();
  private final ReentrantLock lock = new ReentrantLock();

  /** What volatile writes replaced, one after the other. */
  private final MemorySegment replaced;

  private final IoVector slot;
  private long[] positions = new long[INITIAL_WRITES];
  private long[] offsets = new long[INITIAL_WRITES + 1];
  private int count;

  private WriteCacheStorage(Storage inner, long capacity) {
    this.inner = inner;
    this.capacity = capacity;
    this.replaced = arena.allocate(capacity);
    this.slot = new IoVector(replaced);
  }

  /**
   * Puts a cache in front of a storage, which is closed with it.
   *
   * @param capacity in bytes, at least a sector
   */
  public static WriteCacheStorage over(Storage inner, long capacity) {
    if (capacity < SECTOR_SIZE) {
      throw new IllegalArgumentException("a write cache of %d bytes".formatted(capacity));
    }
    return new WriteCacheStorage(inner, capacity);
  }

  /**
   * A write, discard or write of zeros that is not stable yet.
   *
   * @param position in bytes
   * @param length in bytes
   */
  public record VolatileWrite(long position, long length) {}

  /** What a crash could take back, the oldest first. */
  public List<VolatileWrite> volatileWrites() {
    lock.lock();
    try {
      List<VolatileWrite> writes = new ArrayList<>(count);
      for (int i = 0; i < count; i++) {
        writes.add(new VolatileWrite(positions[i], offsets[i + 1] - offsets[i]));
      }
      return writes;
    } finally {
      lock.unlock();
    }
  }

  /**
   * The power fails: the sectors of volatile writes that did not reach the medium have their former
   * content again, and everything is stable. The device in front must have been stopped, or it
   * writes on.
   */
  public void crash(PowerLoss loss) throws IOException {
    lock.lock();
    try {
      // From the last write to the first: the first write met that was kept decides for a sector,
      // and until then each one puts back what it replaced.
      Set<Long> settled = new HashSet<>();
      for (int write = count - 1; write >= 0; write--) {
        takeBack(write, loss, settled);
      }
      makeStable();
    } finally {
      lock.unlock();
    }
  }

  private void takeBack(int write, PowerLoss loss, Set<Long> settled) throws IOException {
    int sectors = Math.toIntExact((offsets[write + 1] - offsets[write]) / SECTOR_SIZE);
    int runStart = 0;
    for (int sector = 0; sector < sectors; sector++) {
      long number = positions[write] / SECTOR_SIZE + sector;
      boolean kept = loss.keeps(write, sector);
      if (kept || settled.contains(number)) {
        putBack(write, runStart, sector);
        runStart = sector + 1;
      }
      if (kept) {
        settled.add(number);
      }
    }
    putBack(write, runStart, sectors);
  }

  private void putBack(int write, int firstSector, int endSector) throws IOException {
    if (firstSector < endSector) {
      long skipped = (long) firstSector * SECTOR_SIZE;
      slot.clear();
      slot.add(offsets[write] + skipped, (long) (endSector - firstSector) * SECTOR_SIZE);
      inner.write(positions[write] + skipped, slot);
    }
  }

  @Override
  public long sectors() {
    return inner.sectors();
  }

  @Override
  public boolean readOnly() {
    return inner.readOnly();
  }

  @Override
  public boolean discards() {
    return inner.discards();
  }

  @Override
  public boolean secureErases() {
    return inner.secureErases();
  }

  @Override
  public void read(long position, IoVector target) throws IOException {
    inner.read(position, target);
  }

  @Override
  public void write(long position, IoVector source) throws IOException {
    lock.lock();
    try {
      boolean isVolatile = remember(position, source.bytes());
      inner.write(position, source);
      if (!isVolatile) {
        makeStable();
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void discard(long position, long length) throws IOException {
    lock.lock();
    try {
      boolean isVolatile = remember(position, length);
      inner.discard(position, length);
      if (!isVolatile) {
        makeStable();
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void writeZeroes(long position, long length, boolean unmap) throws IOException {
    lock.lock();
    try {
      boolean isVolatile = remember(position, length);
      inner.writeZeroes(position, length, unmap);
      if (!isVolatile) {
        makeStable();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Keeps what is about to be replaced; false when it is too much to keep. */
  private boolean remember(long position, long length) throws IOException {
    if (length > capacity) {
      return false;
    }
    if (offsets[count] + length > capacity || count == MAX_WRITES) {
      makeStable();
    }
    if (count == positions.length) {
      positions = Arrays.copyOf(positions, count * 2);
      offsets = Arrays.copyOf(offsets, count * 2 + 1);
    }
    slot.clear();
    slot.add(offsets[count], length);
    inner.read(position, slot);
    positions[count] = position;
    offsets[count + 1] = offsets[count] + length;
    count++;
    return true;
  }

  @Override
  public void flush() throws IOException {
    lock.lock();
    try {
      makeStable();
    } finally {
      lock.unlock();
    }
  }

  private void makeStable() throws IOException {
    inner.flush();
    count = 0;
  }

  /** Durable at once, and the cache keeps nothing of what was erased either. */
  @Override
  public void secureErase(long position, long length) throws IOException {
    lock.lock();
    try {
      makeStable();
      Zeros.fill(replaced, 0, capacity);
      inner.secureErase(position, length);
    } finally {
      lock.unlock();
    }
  }

  /** What was written before becomes stable. */
  @Override
  public void resize(long sectors) throws IOException {
    lock.lock();
    try {
      makeStable();
      inner.resize(sectors);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() throws IOException {
    arena.close();
    inner.close();
  }
}
