package dev.ringside.driver.testing;

import dev.ringside.machine.IoVector;
import dev.ringside.machine.Signal;
import dev.ringside.storage.MemoryStorage;
import dev.ringside.storage.Storage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

/**
 * A storage in memory that remembers every call, fails those that the test chooses, and lets the
 * reads that begin at one sector wait.
 */
public final class RecordingStorage implements Storage {
  private static final long NOWHERE = -1;

  private final Storage inner;
  private final ReentrantLock lock = new ReentrantLock();
  private final List<Call> calls = new ArrayList<>();
  private final Signal reached = new Signal();
  private final Signal opened = new Signal();
  private volatile Predicate<Call> failing = call -> false;
  private volatile long gate = NOWHERE;

  /**
   * One call.
   *
   * @param kind read, write, flush or discard
   */
  public record Call(String kind, long sector, long sectors) {
    public static Call read(long sector, long sectors) {
      return new Call("read", sector, sectors);
    }

    public static Call write(long sector, long sectors) {
      return new Call("write", sector, sectors);
    }

    /** Whether it has to do with a sector. */
    public boolean covers(long one) {
      return one >= sector && one < sector + sectors;
    }
  }

  /** A blank storage. */
  public RecordingStorage(long sectors) {
    inner = MemoryStorage.ofSectors(sectors);
  }

  /** What was called so far, in the order of the beginnings; calls that failed are among them. */
  public List<Call> calls() {
    lock.lock();
    try {
      return List.copyOf(calls);
    } finally {
      lock.unlock();
    }
  }

  /** These calls fail from now on. */
  public void fail(Predicate<Call> which) {
    failing = which;
  }

  /** The next read that begins at this sector waits for {@link #open}. */
  public void closeAt(long sector) {
    gate = sector;
  }

  /** Returns when a read waits. */
  public void awaitReader() {
    reached.await();
  }

  /** Lets the read go on. */
  public void open() {
    opened.raise();
  }

  private void begin(Call call) throws IOException {
    lock.lock();
    try {
      calls.add(call);
    } finally {
      lock.unlock();
    }
    if (failing.test(call)) {
      throw new IOException("refused by the test: " + call);
    }
  }

  @Override
  public long sectors() {
    return inner.sectors();
  }

  @Override
  public boolean readOnly() {
    return false;
  }

  @Override
  public boolean discards() {
    return inner.discards();
  }

  @Override
  public void read(long position, IoVector target) throws IOException {
    begin(Call.read(position / SECTOR_SIZE, target.bytes() / SECTOR_SIZE));
    if (position / SECTOR_SIZE == gate) {
      gate = NOWHERE;
      reached.raise();
      opened.await();
    }
    inner.read(position, target);
  }

  @Override
  public void write(long position, IoVector source) throws IOException {
    begin(Call.write(position / SECTOR_SIZE, source.bytes() / SECTOR_SIZE));
    inner.write(position, source);
  }

  @Override
  public void flush() throws IOException {
    begin(new Call("flush", 0, 0));
    inner.flush();
  }

  @Override
  public void discard(long position, long length) throws IOException {
    begin(new Call("discard", position / SECTOR_SIZE, length / SECTOR_SIZE));
    inner.discard(position, length);
  }

  @Override
  public void close() throws IOException {
    inner.close();
  }
}
