package dev.ringside.fault;

import java.util.Set;

/** What goes wrong with a request that the device has taken from the ring. */
public sealed interface RequestEffect extends FaultEffect {
  /** The request is never processed, and does not end before the device is reset. */
  record Stuck() implements RequestEffect {
    @Override
    public Set<FaultOperation> operations() {
      return RequestOperations.ALL;
    }

    @Override
    public String toString() {
      return "stuck";
    }
  }
}
