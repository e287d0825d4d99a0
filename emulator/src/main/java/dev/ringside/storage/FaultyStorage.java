package dev.ringside.storage;

import dev.ringside.fault.FaultOperation;
import dev.ringside.fault.FaultRule;
import dev.ringside.fault.Faults;
import dev.ringside.fault.SectorRange;
import dev.ringside.fault.StorageEffect;
import dev.ringside.machine.IoVector;
import dev.ringside.machine.RandomStreams;
import dev.ringside.machine.Scheduler;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;
import java.util.NavigableSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.random.RandomGenerator;

/**
 * A storage that misbehaves as a plan says. It stands outermost, in front of a write cache: what it
 * drops, the cache never sees.
 *
 * <pre>
 *   late  ->  fails?  ->  goes astray?  ->  dropped, torn, stale?  ->  rots  ->  drains early
 * </pre>
 */
public final class FaultyStorage implements Storage {
  private final Storage inner;
  private final Faults faults;
  private final Scheduler scheduler;
  private final SectorHistory history;

  /** Sectors that cannot be read. */
  private final NavigableSet<Long> unreadable = new ConcurrentSkipListSet<>();

  /**
   * Requests pass together; who changes a part of a sector, must read it first, and lets nobody in
   * between.
   */
  private final ReentrantReadWriteLock sectorParts = new ReentrantReadWriteLock();

  /**
   * Lets a plan act on a storage, which is closed with it.
   *
   * @throws IllegalArgumentException when a rule would change a storage that is read-only
   */
  public FaultyStorage(Storage inner, Faults faults, Scheduler scheduler) {
    if (inner.readOnly()) {
      for (FaultRule rule : faults.plan().rules()) {
        if (rule.effect() instanceof StorageEffect.BitRot) {
          throw new IllegalArgumentException("the disk is read-only, and would change: " + rule);
        }
      }
    }
    this.inner = inner;
    this.faults = faults;
    this.scheduler = scheduler;
    this.history = new SectorHistory(faults.plan(), inner.sectors());
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
  public void read(long position, IoVector target) throws IOException {
    if (target.bytes() == 0) {
      inner.read(position, target);
      return;
    }
    FaultCourse course = begin(FaultOperation.READ, position, target.bytes());
    spoil(course);
    long actual = actualPosition(course, position, target.bytes());
    failIfUnreadable(SectorHistory.range(actual, target.bytes()));
    shared(() -> inner.read(actual, target));
    if (course.stale) {
      history.overlay(actual, target);
    }
    end(course);
  }

  @Override
  public void write(long position, IoVector source) throws IOException {
    if (source.bytes() == 0) {
      inner.write(position, source);
      return;
    }
    FaultCourse course = begin(FaultOperation.WRITE, position, source.bytes());
    long actual = actualPosition(course, position, source.bytes());
    long stored = course.dropped ? 0 : Math.min(course.tornAt, source.bytes());
    if (stored == source.bytes()) {
      shared(() -> change(actual, stored, () -> inner.write(actual, source)));
    } else if (stored > 0) {
      exclusive(() -> change(actual, roundUp(stored), () -> writeFirst(actual, source, stored)));
    }
    spoil(course);
    end(course);
    if (course.tornAt < source.bytes() && course.tearReported) {
      throw new IOException("injected: a write torn after %d bytes".formatted(stored));
    }
  }

  /** Stores a part of the data; the rest of its last sector stays as it was. */
  private void writeFirst(long position, IoVector source, long length) throws IOException {
    long whole = length - length % SECTOR_SIZE;
    if (whole > 0) {
      IoVector sectors = copyOf(source);
      sectors.dropLast(source.bytes() - whole);
      inner.write(position, sectors);
    }
    if (whole < length) {
      IoVector last = vectorOf(new byte[SECTOR_SIZE]);
      inner.read(position + whole, last);
      IoVector rest = copyOf(source);
      rest.dropFirst(whole);
      rest.copyTo(last.memory().asSlice(0, length - whole));
      inner.write(position + whole, last);
    }
  }

  private static IoVector copyOf(IoVector vector) {
    IoVector copy = new IoVector(vector.memory());
    for (int piece = 0; piece < vector.count(); piece++) {
      copy.add(vector.offset(piece), vector.length(piece));
    }
    return copy;
  }

  private static long roundUp(long length) {
    return Math.ceilDiv(length, SECTOR_SIZE) * SECTOR_SIZE;
  }

  private static IoVector vectorOf(byte[] data) {
    IoVector vector = new IoVector(MemorySegment.ofArray(data));
    vector.add(0, data.length);
    return vector;
  }

  @Override
  public void flush() throws IOException {
    FaultCourse course = FaultCourse.of(faults.onStorage(FaultOperation.FLUSH, null));
    delayOrFail(course, "flush");
    if (!course.flushLost) {
      inner.flush();
    }
  }

  @Override
  public void discard(long position, long length) throws IOException {
    erase(FaultOperation.DISCARD, position, length, () -> inner.discard(position, length));
  }

  @Override
  public void writeZeroes(long position, long length, boolean unmap) throws IOException {
    erase(
        FaultOperation.WRITE_ZEROES,
        position,
        length,
        () -> inner.writeZeroes(position, length, unmap));
  }

  @Override
  public void secureErase(long position, long length) throws IOException {
    erase(FaultOperation.SECURE_ERASE, position, length, () -> inner.secureErase(position, length));
  }

  @Override
  public boolean secureErases() {
    return inner.secureErases();
  }

  @Override
  public void resize(long sectors) throws IOException {
    inner.resize(sectors);
  }

  /** Every request that changes sectors without carrying data. */
  private void erase(FaultOperation operation, long position, long length, Action action)
      throws IOException {
    if (length == 0) {
      action.run();
      return;
    }
    FaultCourse course = begin(operation, position, length);
    if (!course.dropped) {
      shared(() -> change(position, length, action));
    }
    end(course);
  }

  @Override
  public void close() throws IOException {
    inner.close();
  }

  private FaultCourse begin(FaultOperation operation, long position, long length)
      throws IOException {
    SectorRange touched = SectorHistory.range(position, length);
    FaultCourse course = FaultCourse.of(faults.onStorage(operation, touched));
    delayOrFail(course, operation.word() + " of sectors " + touched);
    return course;
  }

  private void delayOrFail(FaultCourse course, String what) throws IOException {
    if (course.delayNs > 0) {
      scheduler.sleep(course.delayNs);
    }
    if (course.fails) {
      throw new IOException("injected: " + what);
    }
  }

  private void end(FaultCourse course) throws IOException {
    if (course.flushedEarly) {
      inner.flush();
    }
  }

  /** Where the request goes; as a whole on the disk in any case. */
  private long actualPosition(FaultCourse course, long position, long length) {
    if (course.shift == 0) {
      return position;
    }
    long places = inner.sectors() - length / SECTOR_SIZE + 1;
    long sector = position / SECTOR_SIZE + course.shift % places;
    return Math.floorMod(sector, places) * SECTOR_SIZE;
  }

  private void failIfUnreadable(SectorRange range) throws IOException {
    Long bad = unreadable.isEmpty() ? null : unreadable.ceiling(range.first());
    if (bad != null && bad <= range.last()) {
      throw new IOException("injected: sector %d cannot be read".formatted(bad));
    }
  }

  /** Changes sectors as a whole: what was wrong with them is over. */
  private void change(long position, long length, Action action) throws IOException {
    history.remember(inner, position, length);
    action.run();
    if (!unreadable.isEmpty()) {
      SectorRange range = SectorHistory.range(position, length);
      unreadable.subSet(range.first(), true, range.last(), true).clear();
    }
  }

  /** What becomes of sectors where they are stored. */
  private void spoil(FaultCourse course) throws IOException {
    for (SectorRange range : course.latent) {
      for (long sector = range.first(); sector <= range.last(); sector++) {
        unreadable.add(sector);
      }
    }
    for (FaultCourse.Rot rot : course.rot) {
      exclusive(() -> flipBits(rot));
    }
  }

  private void flipBits(FaultCourse.Rot rot) throws IOException {
    RandomGenerator random = new RandomStreams(rot.seed()).stream("bit rot");
    SectorRange range = rot.sectors();
    long sector = random.nextLong(range.first(), range.last() + 1);
    byte[] content = new byte[SECTOR_SIZE];
    inner.read(sector * SECTOR_SIZE, vectorOf(content));
    BitSet flipped = new BitSet();
    while (flipped.cardinality() < rot.bits()) {
      flipped.set(random.nextInt(SECTOR_SIZE * Byte.SIZE));
    }
    flipped.stream().forEach(bit -> content[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE));
    inner.write(sector * SECTOR_SIZE, vectorOf(content));
  }

  private void shared(Action action) throws IOException {
    locked(sectorParts.readLock(), action);
  }

  private void exclusive(Action action) throws IOException {
    locked(sectorParts.writeLock(), action);
  }

  private static void locked(Lock lock, Action action) throws IOException {
    lock.lock();
    try {
      action.run();
    } finally {
      lock.unlock();
    }
  }

  @FunctionalInterface
  private interface Action {
    void run() throws IOException;
  }
}
