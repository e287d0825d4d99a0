package dev.ringside.posix;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;

/**
 * A connected unix stream socket that carries descriptors beside the bytes (SCM_RIGHTS).
 *
 * <p>One thread sends and one receives at a time; they may be two. Every wait has a deadline, so
 * that a peer which stops in the middle of a message is an error and not a hang. {@link #shutdown}
 * from any thread ends the waits of both.
 */
public final class UnixSocket implements AutoCloseable {
  private static final int SHUT_RDWR = 2;
  private static final long PAIR_BYTES = 2L * Integer.BYTES;

  private final Descriptor descriptor;
  private final SocketMessage outgoing = new SocketMessage();
  private final SocketMessage incoming = new SocketMessage();
  private final Poller writable = new Poller(1);
  private final Poller readable = new Poller(1);

  private UnixSocket(Descriptor descriptor) {
    this.descriptor = descriptor;
    writable.add(descriptor, Poller.WRITABLE);
    readable.add(descriptor, Poller.READABLE);
  }

  /** Takes a connected socket that another process made; it is closed with this. */
  public static UnixSocket adopt(Descriptor connected) {
    return new UnixSocket(connected);
  }

  /**
   * Connects to a socket that somebody listens on.
   *
   * @throws PosixException ENOENT when there is no such file, ECONNREFUSED when nobody listens
   */
  public static UnixSocket connect(Path path) throws PosixException {
    Descriptor socket = SocketAddress.socket();
    try (Arena scratch = Arena.ofConfined()) {
      MemorySegment address = SocketAddress.of(path, scratch);
      int result;
      do {
        result = NativeCalls.connect(socket.number(), address, SocketAddress.BYTES);
      } while (result == -Errno.EINTR);
      Descriptor.check("connect to " + path, result);
      return new UnixSocket(socket);
    } catch (PosixException | RuntimeException failure) {
      socket.close();
      throw failure;
    }
  }

  /** Both ends of a connection. */
  public record Pair(UnixSocket first, UnixSocket second) {}

  /** Two sockets that are connected to each other. */
  public static Pair pair() throws PosixException {
    try (Arena scratch = Arena.ofConfined()) {
      Descriptor[] both = SocketAddress.pair(scratch.allocate(PAIR_BYTES, Integer.BYTES));
      return new Pair(new UnixSocket(both[0]), new UnixSocket(both[1]));
    }
  }

  /** To poll together with others. */
  public Descriptor descriptor() {
    return descriptor;
  }

  /**
   * Sends all of the bytes.
   *
   * @param bytes native memory, at least one byte
   * @param descriptors that go along with the first byte, at most 253; they stay the caller's
   * @param nanoseconds how long the peer may take to make room; {@link Poller#FOREVER} for no end
   * @throws PosixException EPIPE or ECONNRESET when the peer is gone, ETIMEDOUT when it takes too
   *     long; some of the bytes may have been sent then
   */
  public void send(MemorySegment bytes, List<Descriptor> descriptors, long nanoseconds)
      throws PosixException {
    if (bytes.byteSize() == 0 || descriptors.size() > SocketMessage.MAX_DESCRIPTORS) {
      throw new IllegalArgumentException(
          "a message of %d bytes with %d descriptors"
              .formatted(bytes.byteSize(), descriptors.size()));
    }
    long start = System.nanoTime();
    List<Descriptor> along = descriptors;
    long sent = 0;
    while (sent < bytes.byteSize()) {
      long result = outgoing.send(descriptor, bytes.asSlice(sent), along);
      if (result == -Errno.EAGAIN) {
        await(writable, start, nanoseconds, "sending to a socket");
      } else if (result != -Errno.EINTR) {
        sent += Descriptor.check("sendmsg", result);
        along = List.of();
      }
    }
  }

  /**
   * Receives exactly as many bytes as the target has.
   *
   * @param target native memory, at least one byte
   * @param received gets the descriptors that come along; they are the caller's, also when this
   *     fails
   * @param nanoseconds how long the peer may take; {@link Poller#FOREVER} for no end
   * @return false when the peer has closed the connection before the first byte
   * @throws PosixException ECONNRESET when the peer closes it after that, or died; ETIMEDOUT when
   *     it takes too long; ETOOMANYREFS when descriptors were lost
   */
  public boolean receive(MemorySegment target, DescriptorBundle received, long nanoseconds)
      throws PosixException {
    long start = System.nanoTime();
    long got = 0;
    while (got < target.byteSize()) {
      long result = incoming.receive(descriptor, target.asSlice(got), received);
      if (result == -Errno.EAGAIN) {
        await(readable, start, nanoseconds, "receiving from a socket");
      } else if (result == 0) {
        if (got == 0) {
          return false;
        }
        throw new PosixException(
            "receiving %d bytes, of which %d came,".formatted(target.byteSize(), got),
            Errno.ECONNRESET);
      } else if (result != -Errno.EINTR) {
        got += Descriptor.check("recvmsg", result);
      }
    }
    return true;
  }

  /**
   * Waits until there is something to receive, or the end of the connection.
   *
   * @param nanoseconds at most; {@link Poller#FOREVER} for no end
   * @return false when the time was up
   */
  public boolean awaitReadable(long nanoseconds) throws PosixException {
    return readable.await(nanoseconds) > 0;
  }

  private static void await(Poller poller, long start, long nanoseconds, String what)
      throws PosixException {
    long left =
        nanoseconds == Poller.FOREVER ? Poller.FOREVER : nanoseconds - (System.nanoTime() - start);
    if (left <= 0 || poller.await(left) == 0) {
      throw new PosixException(what, Errno.ETIMEDOUT);
    }
  }

  /** Ends the connection in both directions: whoever waits for it is told. */
  public void shutdown() {
    if (descriptor.isOpen()) {
      // ENOTCONN: the peer was faster.
      NativeCalls.shutdown(descriptor.number(), SHUT_RDWR);
    }
  }

  @Override
  public void close() {
    descriptor.close();
  }
}
