package dev.ringside.ext4;

/** How a mount is stopped without being unmounted, as if the machine had failed. */
public enum ShutdownMode {
  /** Everything is written first. */
  DEFAULT,
  /** What operations did is committed to the journal, but content is not written. */
  FLUSH_LOG,
  /** Nothing more is written. */
  NO_LOG_FLUSH
}
