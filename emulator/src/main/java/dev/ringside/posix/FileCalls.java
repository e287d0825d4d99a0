package dev.ringside.posix;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Opening files, and the space they take, which the JDK's channels do not manage. */
public final class FileCalls {
  /** The file's size stays as it is. */
  public static final int FALLOC_FL_KEEP_SIZE = 0x1;

  /** The range becomes a hole. */
  public static final int FALLOC_FL_PUNCH_HOLE = 0x2;

  /** The range reads as zeros and keeps its space. */
  public static final int FALLOC_FL_ZERO_RANGE = 0x10;

  private static final int O_RDWR = 0x2;
  private static final int O_CLOEXEC = 0x8_0000;

  // struct statfs of Linux on every 64-bit machine, as far as it is read here.
  private static final long STATFS_BYTES = 256;
  private static final long STATFS_TYPE = 0;
  private static final long STATFS_BLOCK_SIZE = 8;
  private static final long HUGETLBFS_MAGIC = 0x9584_58f6L;

  private FileCalls() {}

  /** Opens an existing file for reading and writing. */
  public static Descriptor open(String path) throws PosixException {
    try (Arena scratch = Arena.ofConfined()) {
      int result = NativeCalls.open(scratch.allocateFrom(path), O_RDWR | O_CLOEXEC);
      return Descriptor.of(Descriptor.check("open", result));
    }
  }

  /**
   * Manipulates the space of a range.
   *
   * @param mode some of the flags above
   */
  public static void allocate(Descriptor file, int mode, long offset, long length)
      throws PosixException {
    int result;
    do {
      result = NativeCalls.fallocate(file.number(), mode, offset, length);
    } while (result == -Errno.EINTR);
    Descriptor.check("fallocate", result);
  }

  /** The page size of a file that lies in huge pages, in bytes; 0 for any other. */
  public static long hugePageSize(Descriptor file) throws PosixException {
    try (Arena scratch = Arena.ofConfined()) {
      MemorySegment found = scratch.allocate(STATFS_BYTES, Long.BYTES);
      Descriptor.check("fstatfs", NativeCalls.fstatfs(file.number(), found));
      return found.get(ValueLayout.JAVA_LONG, STATFS_TYPE) == HUGETLBFS_MAGIC
          ? found.get(ValueLayout.JAVA_LONG, STATFS_BLOCK_SIZE)
          : 0;
    }
  }

  /** Sets a file's size; what is added is a hole. */
  public static void truncate(Descriptor file, long size) throws PosixException {
    int result;
    do {
      result = NativeCalls.ftruncate(file.number(), size);
    } while (result == -Errno.EINTR);
    Descriptor.check("ftruncate", result);
  }
}
