package dev.ringside.fault;

import java.util.Set;

/** What goes wrong when the driver notifies the device. */
public sealed interface KickEffect extends FaultEffect
    permits KickEffect.LostKick, KickEffect.DelayedKick, SpuriousInterrupt {
  /** The device does not hear of it. */
  record LostKick() implements KickEffect {
    @Override
    public Set<FaultOperation> operations() {
      return Set.of(FaultOperation.KICK);
    }

    @Override
    public String toString() {
      return "lost-kick";
    }
  }

  /**
   * The device hears of it later; the driver goes on meanwhile.
   *
   * @param nanoseconds by how much, positive
   */
  record DelayedKick(long nanoseconds) implements KickEffect {
    public DelayedKick {
      FaultTime.requirePositive(nanoseconds);
    }

    @Override
    public Set<FaultOperation> operations() {
      return Set.of(FaultOperation.KICK);
    }

    @Override
    public String toString() {
      return "delayed-kick " + FaultTime.text(nanoseconds);
    }
  }
}
