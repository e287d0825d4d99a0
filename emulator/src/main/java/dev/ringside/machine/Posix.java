package dev.ringside.machine;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/**
 * The system calls behind guest memory and {@link FileSpace}, which the JDK does not offer: memfd,
 * mappings that a file descriptor can share, and holes in files. Linux on a 64-bit machine.
 */
final class Posix {
  static final int NO_FILE_DESCRIPTOR = -1;

  private static final int PROT_READ_WRITE = 0x1 | 0x2;
  private static final int MAP_SHARED = 0x01;
  private static final int MAP_PRIVATE = 0x02;
  private static final int MAP_FIXED = 0x10;
  private static final int MAP_ANONYMOUS = 0x20;
  private static final int MAP_NORESERVE = 0x4000;
  private static final int AT_EMPTY_PATH = 0x1000;
  private static final int STATX_SIZE = 0x200;

  /** The {@code statx} structure is the same on every machine. */
  private static final long STATX_BYTES = 256;

  private static final long STATX_SIZE_OFFSET = 40;
  private static final long HUGETLBFS_MAGIC = 0x9584_58f6L;

  /** More than the {@code statfs} structure of any 64-bit Linux takes. */
  private static final long STATFS_BYTES = 256;

  private static final long STATFS_TYPE = 0;
  private static final long STATFS_BLOCK_SIZE = 8;
  private static final int MFD_CLOEXEC = 0x1;
  private static final int O_RDWR = 0x2;
  private static final int O_CLOEXEC = 0x8_0000;

  static final int FALLOC_FL_KEEP_SIZE = 0x1;
  static final int FALLOC_FL_PUNCH_HOLE = 0x2;
  static final int FALLOC_FL_ZERO_RANGE = 0x10;

  static final int EPERM = 1;
  static final int EACCES = 13;
  static final int ENOSYS = 38;
  static final int EOPNOTSUPP = 95;

  private static final StructLayout CALL_STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      CALL_STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

  private static final MethodHandle MEMFD_CREATE =
      capturing(
          "memfd_create",
          FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
  private static final MethodHandle FTRUNCATE =
      capturing(
          "ftruncate",
          FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG));
  private static final MethodHandle MMAP =
      capturing(
          "mmap",
          FunctionDescriptor.of(
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_LONG));
  private static final MethodHandle MUNMAP =
      capturing(
          "munmap",
          FunctionDescriptor.of(
              ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));
  private static final MethodHandle CLOSE =
      capturing("close", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));

  private static final MethodHandle STATX =
      capturing(
          "statx",
          FunctionDescriptor.of(
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.ADDRESS,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.ADDRESS));
  private static final MethodHandle FSTATFS =
      capturing(
          "fstatfs",
          FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.ADDRESS));

  private static final MethodHandle OPEN =
      capturing(
          "open",
          FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
  private static final MethodHandle FALLOCATE =
      capturing(
          "fallocate",
          FunctionDescriptor.of(
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_LONG));

  private Posix() {}

  @SuppressWarnings("restricted") // the signatures above are those of the C library
  private static MethodHandle capturing(String name, FunctionDescriptor descriptor) {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(
        linker.defaultLookup().findOrThrow(name),
        descriptor,
        Linker.Option.captureCallState("errno"));
  }

  /** An anonymous file of {@code size} bytes; its descriptor is the caller's to close. */
  static int memfdCreate(String name, long size) {
    try (Arena scratch = Arena.ofConfined()) {
      MemorySegment state = scratch.allocate(CALL_STATE);
      int fileDescriptor =
          (int) MEMFD_CREATE.invokeExact(state, scratch.allocateFrom(name), MFD_CLOEXEC);
      check("memfd_create", fileDescriptor, state);
      int truncated = (int) FTRUNCATE.invokeExact(state, fileDescriptor, size);
      check("ftruncate", truncated, state);
      return fileDescriptor;
    } catch (Throwable failure) {
      throw rethrow(failure);
    }
  }

  /** Maps a file descriptor's first {@code size} bytes; closing the arena unmaps them. */
  static MemorySegment mapShared(int fileDescriptor, long size, Arena arena) {
    return map(size, MAP_SHARED, fileDescriptor, arena);
  }

  /** Maps zeroed private memory; closing the arena unmaps it. */
  static MemorySegment mapAnonymous(long size, Arena arena) {
    return map(size, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, NO_FILE_DESCRIPTOR, arena);
  }

  @SuppressWarnings("restricted") // the segment has the size that was just mapped
  private static MemorySegment map(long size, int flags, int fileDescriptor, Arena arena) {
    try (Arena scratch = Arena.ofConfined()) {
      MemorySegment state = scratch.allocate(CALL_STATE);
      long address =
          (long) MMAP.invokeExact(state, 0L, size, PROT_READ_WRITE, flags, fileDescriptor, 0L);
      check("mmap of " + size + " bytes", address, state);
      return MemorySegment.ofAddress(address)
          .reinterpret(size, arena, mapped -> unmap(mapped.address(), size));
    } catch (Throwable failure) {
      throw rethrow(failure);
    }
  }

  /**
   * Maps a part of a file over a part of a mapping, in one step for whoever uses it.
   *
   * @param shared whether what is written goes to the file, or stays in this process
   * @return 0, or errno
   */
  static int mapOver(MemorySegment part, boolean shared, int fileDescriptor, long offset) {
    return mapFixed(
        part, shared ? MAP_SHARED : MAP_PRIVATE | MAP_NORESERVE, fileDescriptor, offset);
  }

  /** Puts zeroed private memory in the place of what is there, in one step for whoever uses it. */
  static void clear(MemorySegment part) {
    int failure =
        mapFixed(part, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, NO_FILE_DESCRIPTOR, 0);
    if (failure != 0) {
      throw new IllegalStateException("mmap failed with errno " + failure);
    }
  }

  private static int mapFixed(MemorySegment part, int flags, int fileDescriptor, long offset) {
    try (Arena scratch = Arena.ofConfined()) {
      MemorySegment state = scratch.allocate(CALL_STATE);
      long address =
          (long)
              MMAP.invokeExact(
                  state,
                  part.address(),
                  part.byteSize(),
                  PROT_READ_WRITE,
                  flags | MAP_FIXED,
                  fileDescriptor,
                  offset);
      return address == -1 ? (int) ERRNO.get(state, 0L) : 0;
    } catch (Throwable failure) {
      throw rethrow(failure);
    }
  }

  /** The page size when a file lies in huge pages, 0 when it does not or nobody knows. */
  static long hugePageSize(int fileDescriptor) {
    try (Arena scratch = Arena.ofConfined()) {
      MemorySegment state = scratch.allocate(CALL_STATE);
      MemorySegment found = scratch.allocate(STATFS_BYTES, Long.BYTES);
      int result = (int) FSTATFS.invokeExact(state, fileDescriptor, found);
      boolean huge =
          result == 0 && found.get(ValueLayout.JAVA_LONG, STATFS_TYPE) == HUGETLBFS_MAGIC;
      return huge ? found.get(ValueLayout.JAVA_LONG, STATFS_BLOCK_SIZE) : 0;
    } catch (Throwable failure) {
      throw rethrow(failure);
    }
  }

  /** The size of an open file in bytes, or -errno. */
  static long fileSize(int fileDescriptor) {
    try (Arena scratch = Arena.ofConfined()) {
      MemorySegment state = scratch.allocate(CALL_STATE);
      MemorySegment found = scratch.allocate(STATX_BYTES, Long.BYTES);
      int result =
          (int)
              STATX.invokeExact(
                  state,
                  fileDescriptor,
                  scratch.allocateFrom(""),
                  AT_EMPTY_PATH,
                  STATX_SIZE,
                  found);
      return result == -1
          ? -(int) ERRNO.get(state, 0L)
          : found.get(ValueLayout.JAVA_LONG, STATX_SIZE_OFFSET);
    } catch (Throwable failure) {
      throw rethrow(failure);
    }
  }

  private static void unmap(long address, long size) {
    try (Arena scratch = Arena.ofConfined()) {
      MemorySegment state = scratch.allocate(CALL_STATE);
      int result = (int) MUNMAP.invokeExact(state, address, size);
      check("munmap", result, state);
    } catch (Throwable failure) {
      throw rethrow(failure);
    }
  }

  /** Opens an existing file for reading and writing: a file descriptor, or -errno. */
  static int open(String path) {
    try (Arena scratch = Arena.ofConfined()) {
      MemorySegment state = scratch.allocate(CALL_STATE);
      int result = (int) OPEN.invokeExact(state, scratch.allocateFrom(path), O_RDWR | O_CLOEXEC);
      return orErrno(result, state);
    } catch (Throwable failure) {
      throw rethrow(failure);
    }
  }

  /** Manipulates the space of a range: 0, or -errno. */
  static int fallocate(int fileDescriptor, int mode, long offset, long length) {
    try (Arena scratch = Arena.ofConfined()) {
      MemorySegment state = scratch.allocate(CALL_STATE);
      int result = (int) FALLOCATE.invokeExact(state, fileDescriptor, mode, offset, length);
      return orErrno(result, state);
    } catch (Throwable failure) {
      throw rethrow(failure);
    }
  }

  /** Sets a file's size: 0, or -errno. */
  static int truncate(int fileDescriptor, long size) {
    try (Arena scratch = Arena.ofConfined()) {
      MemorySegment state = scratch.allocate(CALL_STATE);
      int result = (int) FTRUNCATE.invokeExact(state, fileDescriptor, size);
      return orErrno(result, state);
    } catch (Throwable failure) {
      throw rethrow(failure);
    }
  }

  private static int orErrno(int result, MemorySegment state) {
    return result == -1 ? -(int) ERRNO.get(state, 0L) : result;
  }

  static void close(int fileDescriptor) {
    try (Arena scratch = Arena.ofConfined()) {
      MemorySegment state = scratch.allocate(CALL_STATE);
      int result = (int) CLOSE.invokeExact(state, fileDescriptor);
      check("close", result, state);
    } catch (Throwable failure) {
      throw rethrow(failure);
    }
  }

  private static void check(String call, long result, MemorySegment state) {
    if (result == -1) {
      throw new IllegalStateException(call + " failed with errno " + (int) ERRNO.get(state, 0L));
    }
  }

  private static RuntimeException rethrow(Throwable failure) {
    return switch (failure) {
      case RuntimeException unchecked -> unchecked;
      case Error error -> throw error;
      default -> new IllegalStateException(failure);
    };
  }
}
