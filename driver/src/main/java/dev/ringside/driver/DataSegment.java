package dev.ringside.driver;

/**
 * A piece of guest memory that a call reads from or writes to.
 *
 * @param address guest-physical
 * @param length in bytes, positive; of any size, whatever the device's limits
 */
public record DataSegment(long address, long length) {
  public DataSegment {
    if (length <= 0) {
      throw new IllegalArgumentException("a segment of %d bytes".formatted(length));
    }
  }
}
