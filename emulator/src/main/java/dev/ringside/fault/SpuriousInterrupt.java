package dev.ringside.fault;

import java.util.Set;

/** The driver is interrupted with nothing to see: on a kick, or once more after an interrupt. */
public record SpuriousInterrupt() implements KickEffect, InterruptEffect {
  @Override
  public Set<FaultOperation> operations() {
    return Set.of(FaultOperation.KICK, FaultOperation.INTERRUPT);
  }

  @Override
  public String toString() {
    return "spurious-interrupt";
  }
}
