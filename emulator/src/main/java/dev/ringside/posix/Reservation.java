package dev.ringside.posix;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A range of addresses into which files are mapped, and from which they are unmapped again, while
 * one segment covers it all. It is how memory that comes in regions is one piece.
 *
 * <p>Where no file is mapped, there is private memory full of zeros that takes no space until it is
 * touched: a thread that comes too late with an access to what was unmapped harms nobody, and the
 * process least of all. What is RAM and what is not is for the owner to know.
 */
public final class Reservation {
  private static final long PAGE = 4096;

  private final MemorySegment segment;

  private Reservation(MemorySegment segment) {
    this.segment = segment;
  }

  /**
   * Reserves addresses for as long as the arena lives.
   *
   * @param size in bytes, a positive multiple of 4096
   */
  public static Reservation of(long size, Arena arena) throws PosixException {
    return new Reservation(Mapping.anonymous(size, arena));
  }

  /** All of it. */
  public MemorySegment segment() {
    return segment;
  }

  /**
   * Maps a range of a file, in the place of whatever was there.
   *
   * @param at where in {@link #segment()}, a multiple of 4096
   * @param length in bytes, a positive multiple of 4096
   * @param offset in the file, a multiple of 4096
   */
  public void map(long at, long length, Descriptor file, long offset) throws PosixException {
    place(at, length, Mapping.MAP_SHARED, file.number(), offset);
  }

  /**
   * As {@link #map}, but what is written stays in this process; a file that is open for reading
   * only will do.
   */
  public void mapPrivate(long at, long length, Descriptor file, long offset) throws PosixException {
    place(at, length, Mapping.MAP_PRIVATE | Mapping.MAP_NORESERVE, file.number(), offset);
  }

  /** Puts private zeros in the place of whatever was there. */
  public void unmap(long at, long length) throws PosixException {
    int flags = Mapping.MAP_PRIVATE | Mapping.MAP_ANONYMOUS | Mapping.MAP_NORESERVE;
    place(at, length, flags, Mapping.NO_DESCRIPTOR, 0);
  }

  private void place(long at, long length, int flags, int descriptor, long offset)
      throws PosixException {
    if (at % PAGE != 0 || length <= 0 || length % PAGE != 0 || offset % PAGE != 0) {
      throw new IllegalArgumentException(
          "mapping %d bytes at 0x%x from offset 0x%x: not whole pages"
              .formatted(length, at, offset));
    }
    // The slice checks that nothing outside of the reservation is replaced.
    long address = segment.asSlice(at, length).address();
    Descriptor.check(
        "mmap of " + length + " bytes",
        NativeCalls.mmap(
            address,
            length,
            Mapping.PROT_READ_WRITE,
            flags | Mapping.MAP_FIXED,
            descriptor,
            offset));
  }
}
