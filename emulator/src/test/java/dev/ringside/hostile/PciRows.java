package dev.ringside.hostile;

import java.util.List;

/** The rows that only PCI has. */
final class PciRows {
  private PciRows() {}

  static List<Attack> attacks(LifecycleRow row) {
    return List.of();
  }
}
