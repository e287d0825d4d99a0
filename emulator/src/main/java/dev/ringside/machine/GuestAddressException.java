package dev.ringside.machine;

/** A guest range that is not all RAM was used where only RAM will do. */
public final class GuestAddressException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Builds the message from the range and the RAM it missed.
   *
   * @param address guest-physical, unsigned
   * @param length in bytes
   */
  public GuestAddressException(long address, long length, GuestMemory memory) {
    super(
        "guest range 0x%x + %d is not all RAM (RAM ends at 0x%x, low RAM at 0x%x)"
            .formatted(address, length, memory.end(), memory.lowEnd()));
  }
}
