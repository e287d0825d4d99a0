package dev.ringside.lab.study;

import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A rule of notification that is broken on purpose, to see a wake-up lost. Who asks for a
 * notification looks once more before it sleeps, since something may have come just before it asked
 * (virtio 1.4, section 2.7.13.4.1).
 */
public enum BrokenRule {
  /** None: both sides look. */
  NONE("none"),
  /** The device sleeps without another look: a kick that it had suppressed never comes. */
  DEVICE_SECOND_LOOK("device-second-look"),
  /** The driver sleeps without another look: an interrupt it had suppressed never comes. */
  DRIVER_SECOND_LOOK("driver-second-look");

  private final String label;

  BrokenRule(String label) {
    this.label = label;
  }

  /** As experiments have it. */
  public String label() {
    return label;
  }

  static BrokenRule of(String text) {
    return Stream.of(values())
        .filter(rule -> rule.label.equals(text))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "'%s' is none of %s"
                        .formatted(
                            text,
                            Stream.of(values())
                                .map(BrokenRule::label)
                                .collect(Collectors.joining(", ")))));
  }
}
