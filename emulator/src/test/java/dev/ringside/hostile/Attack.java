package dev.ringside.hostile;

/**
 * One way to break a row's rule.
 *
 * @param name what is special about it
 * @param setup the device that it is tried on
 * @param body what the guest does, and what it expects
 */
record Attack(String name, Setup setup, Body body) {
  /** What a guest does. */
  @FunctionalInterface
  interface Body {
    void attack(RawGuest guest);
  }

  static Attack attack(String name, Body body) {
    return new Attack(name, Setup.DEFAULT, body);
  }

  static Attack attack(String name, Setup setup, Body body) {
    return new Attack(name, setup, body);
  }
}
