package dev.ringside.lab.crash;

import java.util.List;
import java.util.Locale;

/** What follows the steps of a scenario. */
enum Ending {
  /** Everything is made durable; then the power fails at the latest. */
  SYNC,
  /** The filesystem is unmounted. */
  UNMOUNT,
  /** It is shut down, and writes everything first. */
  SHUTDOWN,
  /** It is shut down when the journal has everything. */
  SHUTDOWN_FLUSH_LOG,
  /** It is shut down at once: nothing since the last promise has to be there. */
  SHUTDOWN_AT_ONCE;

  /** Those that every operation is followed by, one time each. */
  static final List<Ending> USUAL = List.of(SYNC, UNMOUNT);

  String commandName() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
