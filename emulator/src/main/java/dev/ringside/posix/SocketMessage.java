package dev.ringside.posix;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/**
 * The structures of sendmsg and recvmsg, with one buffer of bytes and room for as many descriptors
 * as the kernel lets pass at once.
 *
 * <pre>
 *   struct msghdr    0  void *name       8  u32 namelen     16  iovec *iov     24  u64 iovlen
 *                    32 void *control    40 u64 controllen  48  int flags      56
 *   struct iovec     0  void *base       8  u64 len         16
 *   struct cmsghdr   0  u64 len          8  int level       12  int type       16  data, in
 *                    steps of 8 bytes
 * </pre>
 */
final class SocketMessage {
  static final int SOCK_STREAM_CLOEXEC = 0x1 | 0x8_0000;

  /** The most descriptors of one message (SCM_MAX_FD). */
  static final int MAX_DESCRIPTORS = 253;

  private static final int SOL_SOCKET = 1;
  private static final int SCM_RIGHTS = 1;

  private static final int MSG_CTRUNC = 0x8;
  private static final int MSG_DONTWAIT = 0x40;
  private static final int MSG_NOSIGNAL = 0x4000;
  private static final int MSG_CMSG_CLOEXEC = 0x4000_0000;

  private static final long HEADER = 56;
  private static final long IOV = 16;
  private static final long IOV_COUNT = 24;
  private static final long CONTROL = 32;
  private static final long CONTROL_LENGTH = 40;
  private static final long FLAGS = 48;

  private static final long VECTOR = 16;
  private static final long VECTOR_LENGTH = 8;

  private static final long CONTROL_HEADER = 16;
  private static final long CONTROL_LEVEL = 8;
  private static final long CONTROL_TYPE = 12;
  private static final long CONTROL_ALIGNMENT = 8;
  private static final long CONTROL_BYTES = controlSpace(MAX_DESCRIPTORS);

  private final MemorySegment header;
  private final MemorySegment vector;
  private final MemorySegment control;

  SocketMessage() {
    MemorySegment all = Arena.ofAuto().allocate(HEADER + VECTOR + CONTROL_BYTES, Long.BYTES);
    header = all.asSlice(0, HEADER);
    vector = all.asSlice(HEADER, VECTOR);
    control = all.asSlice(HEADER + VECTOR, CONTROL_BYTES);
    header.set(ValueLayout.JAVA_LONG, IOV, vector.address());
    header.set(ValueLayout.JAVA_LONG, IOV_COUNT, 1);
  }

  private static long controlLength(int descriptors) {
    return CONTROL_HEADER + (long) Integer.BYTES * descriptors;
  }

  private static long controlSpace(int descriptors) {
    return aligned(controlLength(descriptors));
  }

  private static long aligned(long length) {
    return (length + CONTROL_ALIGNMENT - 1) & -CONTROL_ALIGNMENT;
  }

  /** Sends what it can without waiting: how many bytes, or {@code -errno}. */
  long send(Descriptor socket, MemorySegment bytes, List<Descriptor> descriptors) {
    setBytes(bytes);
    if (descriptors.isEmpty()) {
      setControl(0);
    } else {
      setControl(controlSpace(descriptors.size()));
      control.set(ValueLayout.JAVA_LONG, 0, controlLength(descriptors.size()));
      control.set(ValueLayout.JAVA_INT, CONTROL_LEVEL, SOL_SOCKET);
      control.set(ValueLayout.JAVA_INT, CONTROL_TYPE, SCM_RIGHTS);
      for (int i = 0; i < descriptors.size(); i++) {
        control.set(
            ValueLayout.JAVA_INT,
            CONTROL_HEADER + (long) Integer.BYTES * i,
            descriptors.get(i).number());
      }
    }
    return NativeCalls.sendmsg(socket.number(), header, MSG_DONTWAIT | MSG_NOSIGNAL);
  }

  /**
   * Receives what is there without waiting: how many bytes, 0 at the end, or {@code -errno}.
   *
   * @param received gets the descriptors that came along
   * @throws PosixException ETOOMANYREFS when not all descriptors could be received, because this
   *     process has too many open; those that could are in {@code received}
   */
  long receive(Descriptor socket, MemorySegment target, DescriptorBundle received)
      throws PosixException {
    setBytes(target);
    setControl(CONTROL_BYTES);
    header.set(ValueLayout.JAVA_INT, FLAGS, 0);
    long result = NativeCalls.recvmsg(socket.number(), header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (result >= 0) {
      collect(received);
      if ((header.get(ValueLayout.JAVA_INT, FLAGS) & MSG_CTRUNC) != 0) {
        throw new PosixException(
            "receiving all descriptors of a message (too many are open)", Errno.ETOOMANYREFS);
      }
    }
    return result;
  }

  private void collect(DescriptorBundle received) {
    long end = header.get(ValueLayout.JAVA_LONG, CONTROL_LENGTH);
    long at = 0;
    while (at + CONTROL_HEADER <= end) {
      long length = control.get(ValueLayout.JAVA_LONG, at);
      if (length < CONTROL_HEADER || length > end - at) {
        break;
      }
      if (control.get(ValueLayout.JAVA_INT, at + CONTROL_LEVEL) == SOL_SOCKET
          && control.get(ValueLayout.JAVA_INT, at + CONTROL_TYPE) == SCM_RIGHTS) {
        for (long i = at + CONTROL_HEADER; i + Integer.BYTES <= at + length; i += Integer.BYTES) {
          received.add(Descriptor.of(control.get(ValueLayout.JAVA_INT, i)));
        }
      }
      at += aligned(length);
    }
  }

  private void setBytes(MemorySegment bytes) {
    vector.set(ValueLayout.JAVA_LONG, 0, bytes.address());
    vector.set(ValueLayout.JAVA_LONG, VECTOR_LENGTH, bytes.byteSize());
  }

  private void setControl(long length) {
    header.set(ValueLayout.JAVA_LONG, CONTROL, length == 0 ? 0 : control.address());
    header.set(ValueLayout.JAVA_LONG, CONTROL_LENGTH, length);
  }
}
