package dev.ringside.posix;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A unix stream socket that waits for connections. */
public final class UnixListener implements AutoCloseable {
  private static final int OWNER_ONLY = 0600;
  private static final int BACKLOG = 16;
  private static final int FILE_TYPE = 0170000;
  private static final int SOCKET_TYPE = 0140000;
  private static final int SOCK_CLOEXEC = 0x8_0000;
  private static final int SOL_SOCKET = 1;
  private static final int SO_ACCEPTCONN = 30;

  private final Descriptor descriptor;
  private final Poller readable = new Poller(1);

  /** The socket file, which goes with this listener; null for an inherited descriptor. */
  private final @Nullable Path path;

  /** Which file it is; null like {@link #path}. */
  private final @Nullable Object file;

  private UnixListener(Descriptor descriptor, @Nullable Path path, @Nullable Object file) {
    this.descriptor = descriptor;
    this.path = path;
    this.file = file;
    readable.add(descriptor, Poller.READABLE);
  }

  /**
   * Listens on a new socket file that only its owner may use. A socket that nobody listens on any
   * more is replaced; anything else is left alone.
   *
   * @throws PosixException EADDRINUSE when somebody listens there, or a file of another kind has
   *     the name
   */
  public static UnixListener listen(Path path) throws IOException {
    removeStale(path);
    Descriptor socket = SocketAddress.socket();
    try (Arena scratch = Arena.ofConfined()) {
      // On Linux the socket file gets the mode that the socket has when it is bound: there is no
      // moment at which others could connect.
      Descriptor.check("fchmod", NativeCalls.fchmod(socket.number(), OWNER_ONLY));
      socket.setNonBlocking(true);
      Descriptor.check(
          "bind to " + path,
          NativeCalls.bind(socket.number(), SocketAddress.of(path, scratch), SocketAddress.BYTES));
      Object file = identity(path);
      Descriptor.check("listen on " + path, NativeCalls.listen(socket.number(), BACKLOG));
      return new UnixListener(socket, path, file);
    } catch (IOException | RuntimeException failure) {
      socket.close();
      throw failure;
    }
  }

  /**
   * Listens on a descriptor that this process was started with.
   *
   * @throws PosixException EINVAL when it is no listening socket, EBADF when it is not open
   */
  public static UnixListener adopt(int number) throws PosixException {
    try (Arena scratch = Arena.ofConfined()) {
      MemorySegment value = scratch.allocate(ValueLayout.JAVA_INT);
      MemorySegment length = scratch.allocateFrom(ValueLayout.JAVA_INT, Integer.BYTES);
      String what = "listening on descriptor " + number;
      Descriptor.check(
          what, NativeCalls.getsockopt(number, SOL_SOCKET, SO_ACCEPTCONN, value, length));
      if (value.get(ValueLayout.JAVA_INT, 0) == 0) {
        throw new PosixException(what, Errno.EINVAL);
      }
    }
    Descriptor socket = Descriptor.adopt(number);
    socket.setNonBlocking(true);
    return new UnixListener(socket, null, null);
  }

  private static void removeStale(Path path) throws IOException {
    if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    int mode = (Integer) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
    if ((mode & FILE_TYPE) != SOCKET_TYPE) {
      throw new PosixException(
          "listening on %s, which is a file that is no socket,".formatted(path), Errno.EADDRINUSE);
    }
    if (isAnswered(path)) {
      throw new PosixException(
          "listening on %s, where somebody listens already,".formatted(path), Errno.EADDRINUSE);
    }
    Files.deleteIfExists(path);
  }

  private static boolean isAnswered(Path path) throws PosixException {
    try {
      UnixSocket.connect(path).close();
      return true;
    } catch (PosixException failure) {
      if (failure.errno() == Errno.ECONNREFUSED) {
        return false;
      }
      throw failure;
    }
  }

  private static Object identity(Path path) throws IOException {
    return Files.getAttribute(path, "unix:ino", LinkOption.NOFOLLOW_LINKS);
  }

  /** To poll together with others: readable when a connection waits. */
  public Descriptor descriptor() {
    return descriptor;
  }

  /**
   * Waits for a connection.
   *
   * @param nanoseconds at most; {@link Poller#FOREVER} for no end, 0 or less to look only
   * @return null when the time was up
   */
  public @Nullable UnixSocket accept(long nanoseconds) throws PosixException {
    while (readable.await(nanoseconds) > 0) {
      int result = NativeCalls.accept(descriptor.number(), SOCK_CLOEXEC);
      if (result >= 0) {
        return UnixSocket.of(Descriptor.of(result));
      }
      // EAGAIN: who wanted to connect has changed its mind.
      if (result != -Errno.EAGAIN && result != -Errno.EINTR && result != -Errno.ECONNABORTED) {
        throw new PosixException("accept", -result);
      }
    }
    return null;
  }

  /** Listens no more, and removes the socket file if it is still the one that was made. */
  @Override
  public void close() throws IOException {
    descriptor.close();
    if (path != null
        && file != null
        && Files.exists(path, LinkOption.NOFOLLOW_LINKS)
        && file.equals(identity(path))) {
      Files.deleteIfExists(path);
    }
  }
}
