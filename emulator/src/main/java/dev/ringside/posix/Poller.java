package dev.ringside.posix;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Waits for several descriptors at once (ppoll). One thread uses a poller; a wait allocates
 * nothing.
 *
 * <pre>
 *   struct pollfd   0  int fd    4  short events    6  short revents
 * </pre>
 */
public final class Poller {
  /** There is something to read, or a connection to accept. */
  public static final int READABLE = 0x001;

  /** A write would not wait. */
  public static final int WRITABLE = 0x004;

  /** Something is wrong with the descriptor; always looked for. */
  public static final int ERROR = 0x008;

  /** The other side has hung up; always looked for. */
  public static final int HANG_UP = 0x010;

  /** The descriptor is closed; always looked for. */
  public static final int INVALID = 0x020;

  /** No end of a wait. */
  public static final long FOREVER = Long.MAX_VALUE;

  private static final long ENTRY = 8;
  private static final long EVENTS = 4;
  private static final long REPORTED = 6;
  private static final int IGNORED = -1;
  private static final long NANOSECONDS = 1_000_000_000L;

  private final int capacity;
  private final MemorySegment entries;
  private final MemorySegment timeout;
  private int count;

  /**
   * A poller without descriptors.
   *
   * @param capacity how many it can have
   */
  public Poller(int capacity) {
    this.capacity = capacity;
    MemorySegment all = Arena.ofAuto().allocate(2L * Long.BYTES + ENTRY * capacity, Long.BYTES);
    this.timeout = all.asSlice(0, 2L * Long.BYTES);
    this.entries = all.asSlice(2L * Long.BYTES);
  }

  /**
   * Looks at another descriptor from now on.
   *
   * @param events {@link #READABLE}, {@link #WRITABLE} or both
   * @return where it stands, for {@link #reported}
   */
  public int add(Descriptor descriptor, int events) {
    if (count == capacity) {
      throw new IllegalStateException("a poller for %d descriptors is full".formatted(capacity));
    }
    set(count, descriptor, events);
    return count++;
  }

  /** Looks at another descriptor in the place of an earlier one. */
  public void set(int place, Descriptor descriptor, int events) {
    entries.set(ValueLayout.JAVA_INT, ENTRY * place, descriptor.number());
    entries.set(ValueLayout.JAVA_SHORT, ENTRY * place + EVENTS, (short) events);
    entries.set(ValueLayout.JAVA_SHORT, ENTRY * place + REPORTED, (short) 0);
  }

  /** Does not look at this place any more, until it is set again. */
  public void ignore(int place) {
    entries.set(ValueLayout.JAVA_INT, ENTRY * place, IGNORED);
    entries.set(ValueLayout.JAVA_SHORT, ENTRY * place + REPORTED, (short) 0);
  }

  /** Forgets all descriptors. */
  public void clear() {
    count = 0;
  }

  /**
   * Waits until something has happened on at least one of the descriptors.
   *
   * @param nanoseconds at most; {@link #FOREVER} for no end, 0 or less to look only
   * @return how many have something to report; 0 when the time was up
   */
  public int await(long nanoseconds) throws PosixException {
    if (nanoseconds == FOREVER) {
      return untilInterrupted(MemorySegment.NULL);
    }
    if (nanoseconds <= 0) {
      setTimeout(0);
      return untilInterrupted(timeout);
    }
    long start = System.nanoTime();
    long left = nanoseconds;
    while (true) {
      setTimeout(left);
      int result = NativeCalls.ppoll(entries, count, timeout);
      if (result != -Errno.EINTR) {
        return Descriptor.check("poll", result);
      }
      left = Math.max(0, nanoseconds - (System.nanoTime() - start));
    }
  }

  private int untilInterrupted(MemorySegment end) throws PosixException {
    int result;
    do {
      result = NativeCalls.ppoll(entries, count, end);
    } while (result == -Errno.EINTR);
    return Descriptor.check("poll", result);
  }

  private void setTimeout(long nanoseconds) {
    timeout.set(ValueLayout.JAVA_LONG, 0, nanoseconds / NANOSECONDS);
    timeout.set(ValueLayout.JAVA_LONG, Long.BYTES, nanoseconds % NANOSECONDS);
  }

  /** What the last wait found at a place: some of the constants above, or 0. */
  public int reported(int place) {
    return entries.get(ValueLayout.JAVA_SHORT, ENTRY * place + REPORTED) & 0xffff;
  }

  /** Whether the last wait found anything at all at a place. */
  public boolean isReported(int place) {
    return reported(place) != 0;
  }
}
