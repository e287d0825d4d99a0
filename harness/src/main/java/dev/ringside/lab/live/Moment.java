package dev.ringside.lab.live;

import dev.ringside.machine.EventType;
import java.util.Arrays;
import java.util.Optional;

/** A kind of event that one looks for. */
public enum Moment {
  /** The driver notifies the device. */
  KICK("kick", EventType.KICK),
  /** The device interrupts the driver. */
  INTERRUPT("interrupt", EventType.INTERRUPT),
  /** The driver ends a request. */
  COMPLETION("completion", EventType.REAP),
  /** The driver leaves a notification out. */
  SUPPRESSED_KICK("suppressed-kick", EventType.SUPPRESS_KICK),
  /** The device leaves an interrupt out. */
  SUPPRESSED_INTERRUPT("suppressed-interrupt", EventType.SUPPRESS_INTERRUPT);

  private final String label;
  private final EventType type;

  Moment(String label, EventType type) {
    this.label = label;
    this.type = type;
  }

  /** As messages call it. */
  public String label() {
    return label;
  }

  EventType type() {
    return type;
  }

  /** The moment of that name. */
  public static Optional<Moment> named(String label) {
    return Arrays.stream(values()).filter(moment -> moment.label.equals(label)).findFirst();
  }
}
