package dev.ringside.posix;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Memory mappings as segments that live as long as an arena. With a shared arena, closing waits for
 * accesses under way and makes later ones fail with an {@link IllegalStateException}; nothing is
 * ever read from an address that is mapped no more.
 *
 * <p>Mapping a file that somebody else can make smaller is dangerous: an access behind its end is a
 * SIGBUS, which the JVM turns into an {@link InternalError}. See {@link MemoryFile#SEAL_SHRINK}.
 */
public final class Mapping {
  static final int PROT_READ_WRITE = 0x1 | 0x2;
  static final int MAP_SHARED = 0x01;
  static final int MAP_PRIVATE = 0x02;
  static final int MAP_FIXED = 0x10;
  static final int MAP_ANONYMOUS = 0x20;
  static final int MAP_NORESERVE = 0x4000;
  static final int NO_DESCRIPTOR = -1;

  private Mapping() {}

  /**
   * Maps a range of a file, for reading and writing.
   *
   * @param offset in the file, a multiple of the page size
   * @param size in bytes, positive
   */
  public static MemorySegment shared(Descriptor file, long offset, long size, Arena arena)
      throws PosixException {
    return map(size, MAP_SHARED, file.number(), offset, arena);
  }

  /** Maps zeroed memory of this process, of which only what is touched takes space. */
  public static MemorySegment anonymous(long size, Arena arena) throws PosixException {
    return map(size, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, NO_DESCRIPTOR, 0, arena);
  }

  @SuppressWarnings("restricted") // the segment has the size that was just mapped
  private static MemorySegment map(long size, int flags, int descriptor, long offset, Arena arena)
      throws PosixException {
    long address =
        Descriptor.check(
            "mmap of " + size + " bytes",
            NativeCalls.mmap(0, size, PROT_READ_WRITE, flags, descriptor, offset));
    return MemorySegment.ofAddress(address)
        .reinterpret(size, arena, mapped -> NativeCalls.munmap(mapped.address(), size));
  }
}
