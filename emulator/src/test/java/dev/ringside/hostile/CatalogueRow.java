package dev.ringside.hostile;

/**
 * A row of the catalogue of broken inputs: what a guest does wrong, and what the device owes.
 * Wherever a row says "needs reset", the device stops, sets DEVICE_NEEDS_RESET and sends a
 * configuration change notification (virtio 1.4, section 2.1.2).
 */
sealed interface CatalogueRow permits SplitRingRow, PackedRingRow, LifecycleRow, BlkRequestRow {
  /** What the row says. */
  Facts facts();

  /**
   * A row's text.
   *
   * @param number its place in the catalogue
   * @param input what the guest does
   * @param section of virtio 1.4
   * @param response what the device owes
   * @param scope where it applies
   */
  record Facts(String number, String input, String section, String response, Scope scope) {
    @Override
    public String toString() {
      return "%s %s -> %s (%s)".formatted(number, input, response, section);
    }
  }
}
