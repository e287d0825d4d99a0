package dev.ringside.lab.live;

/** What one side wrote into guest memory about the notifications it wants. */
public sealed interface Wish {
  /**
   * EVENT_IDX in a split ring: from which index on.
   *
   * @param index modulo 2^16
   */
  record FromIndex(int index) implements Wish {}

  /** Without EVENT_IDX: whether at all. */
  record Always(boolean wanted) implements Wish {}

  /**
   * An event suppression structure of a packed ring.
   *
   * @param flags 0 always, 1 never, 2 from a place on
   * @param offset of that place
   * @param wrap its wrap counter, 0 or 1
   */
  record Suppression(int flags, int offset, int wrap) implements Wish {}
}
