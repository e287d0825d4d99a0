package dev.ringside.hostile;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A virtqueue that a guest writes by hand. The device gets what it is told to get, no more. */
sealed interface GuestRing permits SplitGuestRing, PackedGuestRing {
  /**
   * A buffer of a chain.
   *
   * @param address guest-physical, anything
   * @param length 32 bits
   */
  record Buffer(long address, long length, boolean writable) {}

  /**
   * What the device gave back.
   *
   * @param id the head descriptor, or the buffer id
   * @param length bytes written, unsigned
   */
  record Used(int id, long length) {}

  int size();

  /** Writes size and addresses into the device's registers. */
  void program(RawTransport transport, int queue);

  /** Lays a chain and makes it available. */
  void offer(List<Buffer> chain);

  /**
   * Makes one descriptor available that refers to an indirect table.
   *
   * @param length of the table in bytes; right when it is 16 for each entry
   * @param extraFlags added to INDIRECT
   */
  void offerIndirect(long table, long length, int extraFlags);

  /** Writes the entries of an indirect table as this layout has them, with extra flags on each. */
  void table(long table, List<Buffer> entries, int extraFlags);

  /** Asks for an interrupt with the next chain that the device gives back. */
  void armInterrupt();

  /** Takes the next chain that the device gave back, or null when there is none. */
  @Nullable Used take();
}
