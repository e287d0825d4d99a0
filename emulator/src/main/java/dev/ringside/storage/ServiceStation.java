package dev.ringside.storage;

import dev.ringside.machine.RandomStreams;
import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The units of a storage that take time, and the one line in front of them: each request goes to
 * the unit that is free first, in the order in which they arrive. Since nobody overtakes, begin and
 * end of a request are known as soon as it arrives; who asks lets the time pass.
 *
 * <p>Any task may call; in simulated time the order of the calls, and so every draw, follows from
 * the seed.
 */
public final class ServiceStation {
  private final ServiceTime times;
  private final ReentrantLock lock = new ReentrantLock();

  /** When each unit will be free: a heap, the earliest first. */
  private final long[] freeAt;

  /**
   * A station that is idle.
   *
   * @param units how many work at once, 1 or more
   * @param streams where times are drawn from, the stream "service"
   * @param capacity of the storage, in bytes
   */
  public ServiceStation(ServiceModel model, int units, RandomStreams streams, long capacity) {
    this.times = ServiceTime.of(model, streams.stream("service"), capacity);
    this.freeAt = new long[units];
    Arrays.fill(freeAt, Long.MIN_VALUE);
  }

  /** How many requests are worked on at once. */
  public int units() {
    return freeAt.length;
  }

  /**
   * A request arrives.
   *
   * @param visit gets the times
   * @param now in nanoseconds, not before the arrival before
   * @param position in bytes
   * @param bytes of data
   * @param stable whether a flush follows in the same visit
   */
  public void arrive(
      Visit visit,
      long now,
      StorageOperation operation,
      long position,
      long bytes,
      boolean stable) {
    lock.lock();
    try {
      long begin = Math.max(now, freeAt[0]);
      long end = begin + times.next(begin, operation, position, bytes);
      if (stable) {
        end += times.next(end, StorageOperation.FLUSH, 0, 0);
      }
      occupy(end);
      visit.begin = begin;
      visit.end = end;
    } finally {
      lock.unlock();
    }
  }

  /** The unit that was free first is taken until then. */
  private void occupy(long until) {
    int at = 0;
    while (true) {
      int child = 2 * at + 1;
      if (child >= freeAt.length) {
        break;
      }
      if (child + 1 < freeAt.length && freeAt[child + 1] < freeAt[child]) {
        child++;
      }
      if (freeAt[child] >= until) {
        break;
      }
      freeAt[at] = freeAt[child];
      at = child;
    }
    freeAt[at] = until;
  }

  /** When a request is worked on; used again and again. */
  public static final class Visit {
    private long begin;
    private long end;

    /** Visits no unit: it begins and ends at that time. */
    public void passThrough(long now) {
      begin = now;
      end = now;
    }

    /** When a unit begins with it, in nanoseconds. */
    public long begin() {
      return begin;
    }

    /** When the unit is done with it, in nanoseconds. */
    public long end() {
      return end;
    }
  }
}
