package dev.ringside.lab.replay;

/** Why an issued event was not replayed. */
public enum SkipReason {
  ZERO_LENGTH("zero_length", "reads, writes or discards of no bytes"),
  PARTIAL_SECTOR("partial_sector", "lengths that are no multiple of 512 bytes"),
  PASSTHROUGH("passthrough", "passthrough commands"),
  NO_OPERATION("no_operation", "driver-private requests, and operations other than these"),
  NO_FLUSH("no_flush", "flushes, which the device does not have"),
  NO_DISCARD("no_discard", "discards, which the device does not have");

  private final String key;
  private final String description;

  SkipReason(String key, String description) {
    this.key = key;
    this.description = description;
  }

  /** The name in JSON. */
  public String key() {
    return key;
  }

  /** What was skipped, in the plural, to stand behind a count. */
  public String description() {
    return description;
  }
}
