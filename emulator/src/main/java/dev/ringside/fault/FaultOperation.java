package dev.ringside.fault;

import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** What a fault can happen to: the requests of a block device, and the two notifications. */
public enum FaultOperation {
  READ,
  WRITE,
  FLUSH,
  DISCARD,
  WRITE_ZEROES,
  SECURE_ERASE,
  /** The serial, the zones and every other request. */
  OTHER,
  /** The driver notifies the device of available chains. */
  KICK,
  /** The device interrupts the driver for used chains. */
  INTERRUPT;

  /** The word that stands for it in a plan, such as {@code write-zeroes}. */
  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The operation of a word. */
  static Optional<FaultOperation> of(String word) {
    return Stream.of(values()).filter(operation -> operation.word().equals(word)).findFirst();
  }
}
