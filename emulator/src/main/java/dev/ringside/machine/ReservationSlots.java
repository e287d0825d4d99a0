package dev.ringside.machine;

/**
 * Which part of the guest's address space each slot of a reservation stands for. The address space
 * is cut into windows of {@link #WINDOW} bytes, and a window that holds memory owns one slot:
 *
 * <pre>
 *   guest         | window 0 | window 1 |   ...   | window 0x7f |      one TiB each
 *                      |          |                      |
 *   reservation   |  slot 0  |  slot 1  |   ...   |   slot 15   |
 * </pre>
 *
 * <p>Inside a window a guest address always has the same place, as on a bus: what was adjacent
 * stays adjacent, and an offset that somebody still holds after its region went never means another
 * address of the guest.
 */
final class ReservationSlots {
  private static final int WINDOW_SHIFT = 40;
  static final long WINDOW = 1L << WINDOW_SHIFT;
  static final int SLOTS = 16;

  /** The window of each slot that is in use. */
  private final long[] windows = new long[SLOTS];

  /** How many regions reach into each slot. */
  private final int[] regions = new int[SLOTS];

  /**
   * Places a region, which takes slots of its own windows, side by side.
   *
   * @return its offset in the reservation, or -1 when there is no room
   */
  long place(long address, long size) {
    long window = address >>> WINDOW_SHIFT;
    int count = windowsOf(address, size);
    // A window's own slot first: then neighbours are side by side, whatever comes in between.
    int own = (int) (window % SLOTS);
    for (int i = 0; i < SLOTS; i++) {
      int slot = (own + i) % SLOTS;
      if (fits(slot, window, count)) {
        for (int j = 0; j < count; j++) {
          windows[slot + j] = window + j;
          regions[slot + j]++;
        }
        return slot * WINDOW + (address & (WINDOW - 1));
      }
    }
    return -1;
  }

  /** Takes a region away that {@link #place} has placed here. */
  void remove(long address, long size, long offset) {
    int slot = (int) (offset >>> WINDOW_SHIFT);
    for (int j = 0; j < windowsOf(address, size); j++) {
      regions[slot + j]--;
    }
  }

  private static int windowsOf(long address, long size) {
    return (int) (((address & (WINDOW - 1)) + size + WINDOW - 1) >>> WINDOW_SHIFT);
  }

  private boolean fits(int slot, long window, int count) {
    if (slot + count > SLOTS) {
      return false;
    }
    for (int j = 0; j < count; j++) {
      int holder = slotOf(window + j);
      if (holder >= 0 ? holder != slot + j : regions[slot + j] > 0) {
        return false;
      }
    }
    return true;
  }

  private int slotOf(long window) {
    for (int slot = 0; slot < SLOTS; slot++) {
      if (regions[slot] > 0 && windows[slot] == window) {
        return slot;
      }
    }
    return -1;
  }
}
