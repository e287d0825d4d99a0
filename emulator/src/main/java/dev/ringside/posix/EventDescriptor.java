package dev.ringside.posix;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * An eventfd: a counter that one process adds to and another one takes. A kick or an interrupt
 * between processes.
 *
 * <p>Any thread signals; one thread at a time waits and takes. None of it allocates. It never waits
 * where it should not, though the O_NONBLOCK flag belongs to both sides and either may change it: a
 * read is made only when there is something to read, and a counter that the other side has driven
 * to its end, which would make a write wait, is as good as signalled.
 */
public final class EventDescriptor implements AutoCloseable {
  private static final int EFD_CLOEXEC = 0x8_0000;
  private static final int EFD_NONBLOCK = 0x800;

  private static final MemorySegment ONE = Arena.global().allocate(Long.BYTES, Long.BYTES);

  static {
    ONE.set(ValueLayout.JAVA_LONG, 0, 1L);
  }

  private final Descriptor descriptor;
  private final Poller poller = new Poller(1);
  private final MemorySegment count = Arena.ofAuto().allocate(Long.BYTES, Long.BYTES);

  private EventDescriptor(Descriptor descriptor) {
    this.descriptor = descriptor;
    poller.add(descriptor, Poller.READABLE);
  }

  /** A new one, not signalled. */
  public static EventDescriptor create() throws PosixException {
    int result = NativeCalls.eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return new EventDescriptor(Descriptor.of(Descriptor.check("eventfd", result)));
  }

  /**
   * One that another process made; it is closed with this.
   *
   * @throws PosixException when the descriptor cannot be made non-blocking
   */
  public static EventDescriptor adopt(Descriptor descriptor) throws PosixException {
    descriptor.setNonBlocking(true);
    return new EventDescriptor(descriptor);
  }

  /** Whether this is an eventfd indeed, and not another kind of descriptor. */
  public boolean isEventDescriptor() {
    try {
      Path link = Path.of("/proc/self/fd/" + descriptor.number());
      return Files.readSymbolicLink(link).toString().equals("anon_inode:[eventfd]");
    } catch (IOException unreadable) {
      return false;
    }
  }

  /** To pass on, and to poll together with others. */
  public Descriptor descriptor() {
    return descriptor;
  }

  /**
   * Adds one to the counter.
   *
   * @throws PosixException when this is no eventfd
   */
  public void signal() throws PosixException {
    long result;
    do {
      result = NativeCalls.write(descriptor.number(), ONE, Long.BYTES);
    } while (result == -Errno.EINTR);
    // EAGAIN: the counter is at its end, so whoever waits is awake.
    if (result != -Errno.EAGAIN) {
      Descriptor.check("write to an eventfd", result);
    }
  }

  /**
   * Takes all of the counter, without waiting.
   *
   * @return what it had, unsigned; 0 when it was not signalled
   */
  public long take() throws PosixException {
    return poller.await(0) == 0 ? 0 : read();
  }

  /**
   * Takes all of the counter of an eventfd that a {@link Poller} has just found readable. Should
   * somebody else have been faster, the read waits if the other side wants reads to wait.
   */
  public long read() throws PosixException {
    long result;
    do {
      result = NativeCalls.read(descriptor.number(), count, Long.BYTES);
    } while (result == -Errno.EINTR);
    if (result == -Errno.EAGAIN) {
      return 0;
    }
    Descriptor.check("read of an eventfd", result);
    if (result != Long.BYTES) {
      throw new PosixException("read of what is no eventfd", Errno.EINVAL);
    }
    return count.get(ValueLayout.JAVA_LONG, 0);
  }

  /**
   * Waits until it is signalled, and takes all of the counter.
   *
   * @param nanoseconds at most; {@link Poller#FOREVER} for no end, 0 or less to look only
   * @return what it had, unsigned; 0 when the time was up
   */
  public long await(long nanoseconds) throws PosixException {
    while (poller.await(nanoseconds) > 0) {
      long taken = read();
      if (taken != 0 || nanoseconds != Poller.FOREVER) {
        return taken;
      }
    }
    return 0;
  }

  @Override
  public void close() {
    descriptor.close();
  }
}
