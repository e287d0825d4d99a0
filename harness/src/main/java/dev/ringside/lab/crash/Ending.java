package dev.ringside.lab.crash;

import java.util.Locale;

/** What follows the steps of a scenario. */
enum Ending {
  /** Everything is made durable; then the power fails at the latest. */
  SYNC,
  /** The filesystem is unmounted. */
  UNMOUNT;

  String commandName() {
    return name().toLowerCase(Locale.ROOT);
  }
}
