package dev.ringside.posix;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * The address of a unix socket.
 *
 * <pre>
 *   struct sockaddr_un   0  u16 sun_family    2  char sun_path[108], zero-terminated
 * </pre>
 */
final class SocketAddress {
  static final int BYTES = 110;

  private static final int AF_UNIX = 1;
  private static final int PATH = 2;
  private static final int MAX_PATH_BYTES = 107;

  private SocketAddress() {}

  /**
   * A path as an address.
   *
   * @throws PosixException EINVAL when the path has more than 107 bytes, which no socket can have
   */
  static MemorySegment of(Path path, SegmentAllocator scratch) throws PosixException {
    byte[] bytes = path.toString().getBytes(StandardCharsets.UTF_8);
    if (bytes.length == 0 || bytes.length > MAX_PATH_BYTES) {
      throw new PosixException(
          "using %s as a socket, whose path has 1 to %d bytes, not %d,"
              .formatted(path, MAX_PATH_BYTES, bytes.length),
          Errno.EINVAL);
    }
    MemorySegment address = scratch.allocate(BYTES, Short.BYTES);
    address.set(ValueLayout.JAVA_SHORT, 0, (short) AF_UNIX);
    MemorySegment.copy(bytes, 0, address, ValueLayout.JAVA_BYTE, PATH, bytes.length);
    return address;
  }

  /** A socket without an address, which children do not inherit. */
  static Descriptor socket() throws PosixException {
    return Descriptor.of(
        Descriptor.check(
            "socket", NativeCalls.socket(AF_UNIX, SocketMessage.SOCK_STREAM_CLOEXEC, 0)));
  }

  /** Two sockets that are connected to each other. */
  static Descriptor[] pair(MemorySegment scratch) throws PosixException {
    Descriptor.check(
        "socketpair",
        NativeCalls.socketpair(AF_UNIX, SocketMessage.SOCK_STREAM_CLOEXEC, 0, scratch));
    return new Descriptor[] {
      Descriptor.of(scratch.get(ValueLayout.JAVA_INT, 0)),
      Descriptor.of(scratch.get(ValueLayout.JAVA_INT, Integer.BYTES))
    };
  }
}
