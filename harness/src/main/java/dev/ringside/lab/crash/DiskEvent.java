package dev.ringside.lab.crash;

/** What reached the disk, or happened above it, in order. */
sealed interface DiskEvent {
  /** Sectors were written: volatile until the next flush. */
  record Write(long position, Content content) implements DiskEvent {}

  /** Everything before is durable. */
  record Flush() implements DiskEvent {}

  /** A step of the scenario begins. */
  record Begin(int step) implements DiskEvent {}

  /**
   * A step has returned.
   *
   * @param durable whether it promised that everything before it lasts
   */
  record End(int step, boolean durable) implements DiskEvent {}

  /** Bytes that nobody changes. */
  final class Content {
    private final byte[] bytes;

    Content(byte[] bytes) {
      this.bytes = bytes;
    }

    byte[] bytes() {
      return bytes;
    }

    int length() {
      return bytes.length;
    }
  }
}
