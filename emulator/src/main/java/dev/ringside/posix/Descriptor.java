package dev.ringside.posix;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A file descriptor of this process, owned by whoever holds this object. Closing it twice is
 * closing it once, from any thread, so that a number that the kernel has given away again is never
 * closed by accident. Who closes it sees to it that no other thread is in a call with it.
 */
public final class Descriptor implements AutoCloseable {
  private static final int CLOSED = -1;

  // struct stat of Linux, alike on x86-64 and aarch64 in what is read here.
  private static final long STAT_BYTES = 256;
  private static final long STAT_SIZE = 48;

  private static final int F_DUPFD_CLOEXEC = 1030;
  private static final int F_GETFL = 3;
  private static final int F_SETFL = 4;
  private static final int F_SETFD = 2;
  private static final int FD_CLOEXEC = 1;
  private static final int O_NONBLOCK = 0x800;

  private static final VarHandle NUMBER;

  static {
    try {
      NUMBER = MethodHandles.lookup().findVarHandle(Descriptor.class, "number", int.class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  private volatile int number;

  private Descriptor(int number) {
    this.number = number;
  }

  /** Takes a descriptor that the kernel has just handed out. */
  static Descriptor of(int number) {
    return new Descriptor(number);
  }

  /**
   * Takes the ownership of a descriptor that this process was started with. Its own children do not
   * inherit it any more.
   *
   * @throws PosixException EBADF when it is not open
   */
  public static Descriptor adopt(int number) throws PosixException {
    check("adopting descriptor " + number, NativeCalls.fcntl(number, F_SETFD, FD_CLOEXEC));
    return new Descriptor(number);
  }

  /**
   * The number, for as long as this is open.
   *
   * @throws IllegalStateException when it is closed
   */
  public int number() {
    int now = number;
    if (now == CLOSED) {
      throw new IllegalStateException("the descriptor is closed");
    }
    return now;
  }

  public boolean isOpen() {
    return number != CLOSED;
  }

  /** Another descriptor of the same open file description. */
  public Descriptor duplicate() throws PosixException {
    return new Descriptor(check("dup", NativeCalls.fcntl(number(), F_DUPFD_CLOEXEC, 0)));
  }

  /** Size of the file behind it, in bytes; 0 for what has none, such as a socket. */
  public long size() throws PosixException {
    try (Arena scratch = Arena.ofConfined()) {
      MemorySegment stat = scratch.allocate(STAT_BYTES, Long.BYTES);
      check("fstat", NativeCalls.fstat(number(), stat));
      return stat.get(ValueLayout.JAVA_LONG, STAT_SIZE);
    }
  }

  /**
   * Makes reads and writes return instead of waiting. The flag belongs to the open file
   * description: whoever has another descriptor of it shares it, and may change it.
   */
  public void setNonBlocking(boolean nonBlocking) throws PosixException {
    int flags = check("fcntl(F_GETFL)", NativeCalls.fcntl(number(), F_GETFL, 0));
    int wanted = nonBlocking ? flags | O_NONBLOCK : flags & ~O_NONBLOCK;
    if (wanted != flags) {
      check("fcntl(F_SETFL)", NativeCalls.fcntl(number(), F_SETFL, wanted));
    }
  }

  static int check(String call, int result) throws PosixException {
    if (result < 0) {
      throw new PosixException(call, -result);
    }
    return result;
  }

  static long check(String call, long result) throws PosixException {
    if (result < 0) {
      throw new PosixException(call, (int) -result);
    }
    return result;
  }

  /** Closes it. What a file reports only now, such as EIO, has been lost long ago: not an error. */
  @Override
  public void close() {
    int last = (int) NUMBER.getAndSet(this, CLOSED);
    if (last != CLOSED) {
      // Linux has released the number whatever the result says, EINTR included.
      NativeCalls.close(last);
    }
  }

  @Override
  public String toString() {
    int now = number;
    return now == CLOSED ? "closed descriptor" : "descriptor " + now;
  }
}
