package dev.ringside.driver;

/** When the driver tells the device of what was submitted. */
public sealed interface BatchPolicy {
  /** After every request: one notification each. */
  record EveryRequest() implements BatchPolicy {}

  /**
   * After so many requests, and when the caller kicks.
   *
   * @param requests 1 or more
   */
  record Every(int requests) implements BatchPolicy {
    public Every {
      if (requests < 1) {
        throw new IllegalArgumentException("a batch of %d requests".formatted(requests));
      }
    }
  }

  /** Only when the caller kicks, after the last request of its list. */
  record OnLast() implements BatchPolicy {}

  /** See {@link EveryRequest}. */
  static BatchPolicy everyRequest() {
    return new EveryRequest();
  }

  /** See {@link Every}. */
  static BatchPolicy every(int requests) {
    return new Every(requests);
  }

  /** See {@link OnLast}. */
  static BatchPolicy onLast() {
    return new OnLast();
  }
}
