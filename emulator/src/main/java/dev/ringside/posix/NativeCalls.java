package dev.ringside.posix;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import org.jspecify.annotations.Nullable;

/**
 * The functions of the C library, one Java method each: the result, or {@code -errno}. Lengths and
 * addresses are the callers' to get right; nothing here allocates once a thread has made its first
 * call.
 */
final class NativeCalls {
  private static final MethodHandle OPEN = variadic("open", 2, JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle CLOSE = call("close", JAVA_INT, JAVA_INT);
  private static final MethodHandle FSTAT = call("fstat", JAVA_INT, JAVA_INT, ADDRESS);
  private static final MethodHandle FSTATFS = call("fstatfs", JAVA_INT, JAVA_INT, ADDRESS);
  private static final MethodHandle FCHMOD = call("fchmod", JAVA_INT, JAVA_INT, JAVA_INT);
  private static final MethodHandle FCNTL =
      variadic("fcntl", 2, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
  private static final MethodHandle READ = call("read", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG);
  private static final MethodHandle WRITE = call("write", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG);
  private static final MethodHandle FTRUNCATE = call("ftruncate", JAVA_INT, JAVA_INT, JAVA_LONG);
  private static final MethodHandle FALLOCATE =
      call("fallocate", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG);
  private static final MethodHandle MEMFD_CREATE =
      call("memfd_create", JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle MMAP =
      call("mmap", JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG);
  private static final MethodHandle MUNMAP = call("munmap", JAVA_INT, JAVA_LONG, JAVA_LONG);
  private static final MethodHandle EVENTFD = call("eventfd", JAVA_INT, JAVA_INT, JAVA_INT);
  private static final MethodHandle PPOLL =
      call("ppoll", JAVA_INT, ADDRESS, JAVA_LONG, ADDRESS, ADDRESS);
  private static final MethodHandle SOCKET = call("socket", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
  private static final MethodHandle SOCKETPAIR =
      call("socketpair", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS);
  private static final MethodHandle BIND = call("bind", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle LISTEN = call("listen", JAVA_INT, JAVA_INT, JAVA_INT);
  private static final MethodHandle CONNECT =
      call("connect", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle ACCEPT =
      call("accept4", JAVA_INT, JAVA_INT, ADDRESS, ADDRESS, JAVA_INT);
  private static final MethodHandle GETSOCKOPT =
      call("getsockopt", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS);
  private static final MethodHandle SHUTDOWN = call("shutdown", JAVA_INT, JAVA_INT, JAVA_INT);
  private static final MethodHandle SENDMSG =
      call("sendmsg", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle RECVMSG =
      call("recvmsg", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT);

  private NativeCalls() {}

  private static MethodHandle call(String name, MemoryLayout result, MemoryLayout... arguments) {
    return link(name, result, arguments, Linker.Option.captureCallState("errno"));
  }

  private static MethodHandle variadic(
      String name, int fixedArguments, MemoryLayout result, MemoryLayout... arguments) {
    if (fixedArguments == arguments.length) {
      return call(name, result, arguments);
    }
    return link(
        name,
        result,
        arguments,
        Linker.Option.captureCallState("errno"),
        Linker.Option.firstVariadicArg(fixedArguments));
  }

  @SuppressWarnings("restricted") // the signatures above are those of the C library
  private static MethodHandle link(
      String name, MemoryLayout result, MemoryLayout[] arguments, Linker.Option... options) {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(
        linker.defaultLookup().findOrThrow(name),
        FunctionDescriptor.of(result, arguments),
        options);
  }

  static int open(MemorySegment path, int flags) {
    MemorySegment state = CallState.ofThread();
    try {
      return orErrno((int) OPEN.invokeExact(state, path, flags), state);
    } catch (Throwable failure) {
      throw unexpected(failure);
    }
  }

  static int close(int descriptor) {
    MemorySegment state = CallState.ofThread();
    try {
      return orErrno((int) CLOSE.invokeExact(state, descriptor), state);
    } catch (Throwable failure) {
      throw unexpected(failure);
    }
  }

  static int fstat(int descriptor, MemorySegment stat) {
    MemorySegment state = CallState.ofThread();
    try {
      return orErrno((int) FSTAT.invokeExact(state, descriptor, stat), state);
    } catch (Throwable failure) {
      throw unexpected(failure);
    }
  }

  static int fstatfs(int descriptor, MemorySegment found) {
    MemorySegment state = CallState.ofThread();
    try {
      return orErrno((int) FSTATFS.invokeExact(state, descriptor, found), state);
    } catch (Throwable failure) {
      throw unexpected(failure);
    }
  }

  static int fchmod(int descriptor, int mode) {
    MemorySegment state = CallState.ofThread();
    try {
      return orErrno((int) FCHMOD.invokeExact(state, descriptor, mode), state);
    } catch (Throwable failure) {
      throw unexpected(failure);
    }
  }

  static int fcntl(int descriptor, int command, int argument) {
    MemorySegment state = CallState.ofThread();
    try {
      return orErrno((int) FCNTL.invokeExact(state, descriptor, command, argument), state);
    } catch (Throwable failure) {
      throw unexpected(failure);
    }
  }

  static long read(int descriptor, MemorySegment target, long length) {
    MemorySegment state = CallState.ofThread();
    try {
      return orErrno((long) READ.invokeExact(state, descriptor, target, length), state);
    } catch (Throwable failure) {
      throw unexpected(failure);
    }
  }

  static long write(int descriptor, MemorySegment source, long length) {
    MemorySegment state = CallState.ofThread();
    try {
      return orErrno((long) WRITE.invokeExact(state, descriptor, source, length), state);
    } catch (Throwable failure) {
      throw unexpected(failure);
    }
  }

  static int ftruncate(int descriptor, long size) {
    MemorySegment state = CallState.ofThread();
    try {
      return orErrno((int) FTRUNCATE.invokeExact(state, descriptor, size), state);
    } catch (Throwable failure) {
      throw unexpected(failure);
    }
  }

  static int fallocate(int descriptor, int mode, long offset, long length) {
    MemorySegment state = CallState.ofThread();
    try {
      return orErrno((int) FALLOCATE.invokeExact(state, descriptor, mode, offset, length), state);
    } catch (Throwable failure) {
      throw unexpected(failure);
    }
  }

  static int memfdCreate(MemorySegment name, int flags) {
    MemorySegment state = CallState.ofThread();
    try {
      return orErrno((int) MEMFD_CREATE.invokeExact(state, name, flags), state);
    } catch (Throwable failure) {
      throw unexpected(failure);
    }
  }

  /** An address, or {@code -errno}: user space ends far below 2^63. */
  static long mmap(
      long address, long length, int protection, int flags, int descriptor, long offset) {
    MemorySegment state = CallState.ofThread();
    try {
      return orErrno(
          (long) MMAP.invokeExact(state, address, length, protection, flags, descriptor, offset),
          state);
    } catch (Throwable failure) {
      throw unexpected(failure);
    }
  }

  static int munmap(long address, long length) {
    MemorySegment state = CallState.ofThread();
    try {
      return orErrno((int) MUNMAP.invokeExact(state, address, length), state);
    } catch (Throwable failure) {
      throw unexpected(failure);
    }
  }

  static int eventfd(int count, int flags) {
    MemorySegment state = CallState.ofThread();
    try {
      return orErrno((int) EVENTFD.invokeExact(state, count, flags), state);
    } catch (Throwable failure) {
      throw unexpected(failure);
    }
  }

  /** Waits without an end when {@code timeout} is the null address. */
  static int ppoll(MemorySegment entries, long count, MemorySegment timeout) {
    MemorySegment state = CallState.ofThread();
    try {
      return orErrno(
          (int) PPOLL.invokeExact(state, entries, count, timeout, MemorySegment.NULL), state);
    } catch (Throwable failure) {
      throw unexpected(failure);
    }
  }

  static int socket(int domain, int type, int protocol) {
    MemorySegment state = CallState.ofThread();
    try {
      return orErrno((int) SOCKET.invokeExact(state, domain, type, protocol), state);
    } catch (Throwable failure) {
      throw unexpected(failure);
    }
  }

  static int socketpair(int domain, int type, int protocol, MemorySegment pair) {
    MemorySegment state = CallState.ofThread();
    try {
      return orErrno((int) SOCKETPAIR.invokeExact(state, domain, type, protocol, pair), state);
    } catch (Throwable failure) {
      throw unexpected(failure);
    }
  }

  static int bind(int descriptor, MemorySegment address, int length) {
    MemorySegment state = CallState.ofThread();
    try {
      return orErrno((int) BIND.invokeExact(state, descriptor, address, length), state);
    } catch (Throwable failure) {
      throw unexpected(failure);
    }
  }

  static int listen(int descriptor, int backlog) {
    MemorySegment state = CallState.ofThread();
    try {
      return orErrno((int) LISTEN.invokeExact(state, descriptor, backlog), state);
    } catch (Throwable failure) {
      throw unexpected(failure);
    }
  }

  static int connect(int descriptor, MemorySegment address, int length) {
    MemorySegment state = CallState.ofThread();
    try {
      return orErrno((int) CONNECT.invokeExact(state, descriptor, address, length), state);
    } catch (Throwable failure) {
      throw unexpected(failure);
    }
  }

  static int accept(int descriptor, int flags) {
    MemorySegment state = CallState.ofThread();
    try {
      return orErrno(
          (int)
              ACCEPT.invokeExact(state, descriptor, MemorySegment.NULL, MemorySegment.NULL, flags),
          state);
    } catch (Throwable failure) {
      throw unexpected(failure);
    }
  }

  static int getsockopt(
      int descriptor, int level, int option, MemorySegment value, MemorySegment length) {
    MemorySegment state = CallState.ofThread();
    try {
      return orErrno(
          (int) GETSOCKOPT.invokeExact(state, descriptor, level, option, value, length), state);
    } catch (Throwable failure) {
      throw unexpected(failure);
    }
  }

  static int shutdown(int descriptor, int how) {
    MemorySegment state = CallState.ofThread();
    try {
      return orErrno((int) SHUTDOWN.invokeExact(state, descriptor, how), state);
    } catch (Throwable failure) {
      throw unexpected(failure);
    }
  }

  static long sendmsg(int descriptor, MemorySegment message, int flags) {
    MemorySegment state = CallState.ofThread();
    try {
      return orErrno((long) SENDMSG.invokeExact(state, descriptor, message, flags), state);
    } catch (Throwable failure) {
      throw unexpected(failure);
    }
  }

  static long recvmsg(int descriptor, MemorySegment message, int flags) {
    MemorySegment state = CallState.ofThread();
    try {
      return orErrno((long) RECVMSG.invokeExact(state, descriptor, message, flags), state);
    } catch (Throwable failure) {
      throw unexpected(failure);
    }
  }

  private static int orErrno(int result, MemorySegment state) {
    return result == -1 ? -CallState.errno(state) : result;
  }

  private static long orErrno(long result, MemorySegment state) {
    return result == -1 ? -CallState.errno(state) : result;
  }

  private static RuntimeException unexpected(@Nullable Throwable failure) {
    return switch (failure) {
      case RuntimeException unchecked -> unchecked;
      case Error error -> throw error;
      case null, default -> new IllegalStateException(failure);
    };
  }
}
