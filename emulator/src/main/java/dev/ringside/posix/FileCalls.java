package dev.ringside.posix;

import java.lang.foreign.Arena;

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

  /** Sets a file's size; what is added is a hole. */
  public static void truncate(Descriptor file, long size) throws PosixException {
    int result;
    do {
      result = NativeCalls.ftruncate(file.number(), size);
    } while (result == -Errno.EINTR);
    Descriptor.check("ftruncate", result);
  }
}
