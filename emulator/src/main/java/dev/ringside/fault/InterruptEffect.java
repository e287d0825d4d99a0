package dev.ringside.fault;

import java.util.Set;

/** What goes wrong when the device interrupts the driver for used chains. */
public sealed interface InterruptEffect extends FaultEffect
    permits InterruptEffect.LostInterrupt, SpuriousInterrupt {
  /** The driver does not hear of it. */
  record LostInterrupt() implements InterruptEffect {
    @Override
    public Set<FaultOperation> operations() {
      return Set.of(FaultOperation.INTERRUPT);
    }

    @Override
    public String toString() {
      return "lost-interrupt";
    }
  }
}
