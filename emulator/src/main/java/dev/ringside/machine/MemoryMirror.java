package dev.ringside.machine;

/**
 * Where a guest's memory cannot be mapped: parts of {@link GuestMemory} that are copies in this
 * process, and are brought up to date from the guest, and the guest from them, by messages. What is
 * mapped needs neither: there both methods have nothing to do and say that all is well.
 *
 * <p>Places are offsets into {@link GuestMemory#segment()}, so that whoever holds one needs no
 * address that may have gone meanwhile. A range may lie in several regions, of either kind.
 */
public interface MemoryMirror {
  /** Whether any of a range is a copy. */
  boolean isCopy(long offset, long length);

  /**
   * Brings what the guest wrote into the copy. Fetches come in the order in which they are asked
   * for, and each sees what the guest wrote before it.
   *
   * @return false when the guest's side did not give all of it
   */
  boolean fetch(long offset, long length);

  /**
   * Brings the copy to the guest, which has it when this returns.
   *
   * @return false when the guest's side did not take all of it
   */
  boolean store(long offset, long length);
}
