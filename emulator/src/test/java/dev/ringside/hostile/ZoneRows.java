package dev.ringside.hostile;

import java.util.List;

/** The rows of zoned devices. */
final class ZoneRows {
  private ZoneRows() {}

  static List<Attack> attacks(BlkRequestRow row) {
    return List.of();
  }
}
