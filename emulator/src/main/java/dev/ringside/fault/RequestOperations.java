package dev.ringside.fault;

import static dev.ringside.fault.FaultOperation.INTERRUPT;
import static dev.ringside.fault.FaultOperation.KICK;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/** Everything that comes through a ring, as opposed to a notification. */
final class RequestOperations {
  static final Set<FaultOperation> ALL =
      Collections.unmodifiableSet(EnumSet.complementOf(EnumSet.of(KICK, INTERRUPT)));

  private RequestOperations() {}
}
