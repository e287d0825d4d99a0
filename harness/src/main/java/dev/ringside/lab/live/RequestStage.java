package dev.ringside.lab.live;

/** Where a request is on its way, in the order of the way. */
public enum RequestStage {
  /** Its chain is in the ring, and the device cannot see it yet. */
  SUBMITTED("submitted"),
  /** The device can see it, and has not taken it. */
  PUBLISHED("published"),
  /** The device has taken it; the storage has not begun. */
  POPPED("popped"),
  /** The storage works on it. */
  IN_SERVICE("in_service"),
  /** The storage is done; the driver cannot see it yet. */
  SERVED("served"),
  /** It is in the used ring, and the driver has not taken it. */
  USED("used");

  private final String label;

  RequestStage(String label) {
    this.label = label;
  }

  /** As messages call it: lower case, words joined by an underscore. */
  public String label() {
    return label;
  }
}
