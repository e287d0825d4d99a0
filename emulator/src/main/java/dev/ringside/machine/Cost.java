package dev.ringside.machine;

import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** The costs of a request's route that emulation in one process removes, in the route's order. */
public enum Cost {
  /** The driver's, for each request of a batch: building its chain. Nanoseconds. */
  SUBMIT("building a request's chain"),
  /** The driver's, for a notification: the VM exit and the way back. Nanoseconds. */
  KICK("a notification of the device"),
  /**
   * The driver's, for publishing without a notification: a store that the device sees. Nanoseconds.
   */
  PUBLISH("publishing without a notification"),
  /** The device's, from a wake-up to its first look, an eventfd and a thread. Nanoseconds. */
  WAKE("the device's wake-up"),
  /** The device's, for each look at the ring that finds nothing while it polls. Nanoseconds. */
  POLL("a look of the device's in vain"),
  /** The device's, for each chain that it takes. Nanoseconds. */
  CHAIN("taking a chain"),
  /** The device's, for each descriptor that it fetches. Nanoseconds. */
  DESCRIPTOR("fetching a descriptor"),
  /** Of whoever carries a read or write out, for each byte of its data. Picoseconds. */
  COPY("a byte of data"),
  /** The device's, for publishing used entries, however many. Nanoseconds. */
  USED("publishing used entries"),
  /** The device's, for an interrupt that it raises: the injection. Nanoseconds. */
  INTERRUPT("an interrupt"),
  /** The driver's, from an interrupt to its first look at the ring. Nanoseconds. */
  HANDLER("the driver's wake-up"),
  /** The driver's, for each request that it reaps. Nanoseconds. */
  COMPLETE("reaping a request");

  private final String what;

  Cost(String what) {
    this.what = what;
  }

  /** What costs it, as a part of a sentence. */
  public String what() {
    return what;
  }

  /** The cost's name in a {@link CostModel#parse} text. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The cost of that name. */
  static Optional<Cost> of(String key) {
    return Stream.of(values()).filter(cost -> cost.key().equals(key)).findFirst();
  }
}
