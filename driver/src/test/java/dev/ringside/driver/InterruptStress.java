package dev.ringside.driver;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/**
 * The device gives a request back and looks whether the driver wants an interrupt, while the driver
 * asks for one and looks whether something is done (virtio 1.4, sections 2.7.7 and 2.8.10). One of
 * them must see the other, or the driver sleeps for ever.
 */
public final class InterruptStress {
  private InterruptStress() {}

  /** A split ring, flags. */
  @JCStressTest
  @Outcome(id = "false, false", expect = FORBIDDEN, desc = "the interrupt is lost")
  @Outcome(expect = ACCEPTABLE, desc = "a side saw the other")
  @State
  public static class SplitFlags {
    private final StressedRing ring =
        new StressedRing(StressedRing.SPLIT_FLAGS).withRequestInDevice();

    /** One sample. */
    public SplitFlags() {}

    /** The device. */
    @Actor
    public void device(ZZ_Result result) {
      result.r1 = ring.deviceCompletes();
    }

    /** The driver. */
    @Actor
    public void driver(ZZ_Result result) {
      result.r2 = ring.driverAsksForInterrupts();
    }
  }

  /** A split ring with EVENT_IDX. */
  @JCStressTest
  @Outcome(id = "false, false", expect = FORBIDDEN, desc = "the interrupt is lost")
  @Outcome(expect = ACCEPTABLE, desc = "a side saw the other")
  @State
  public static class SplitEvents {
    private final StressedRing ring =
        new StressedRing(StressedRing.SPLIT_EVENTS).withRequestInDevice();

    /** One sample. */
    public SplitEvents() {}

    /** The device. */
    @Actor
    public void device(ZZ_Result result) {
      result.r1 = ring.deviceCompletes();
    }

    /** The driver. */
    @Actor
    public void driver(ZZ_Result result) {
      result.r2 = ring.driverAsksForInterrupts();
    }
  }

  /** A packed ring, flags. */
  @JCStressTest
  @Outcome(id = "false, false", expect = FORBIDDEN, desc = "the interrupt is lost")
  @Outcome(expect = ACCEPTABLE, desc = "a side saw the other")
  @State
  public static class PackedFlags {
    private final StressedRing ring =
        new StressedRing(StressedRing.PACKED_FLAGS).withRequestInDevice();

    /** One sample. */
    public PackedFlags() {}

    /** The device. */
    @Actor
    public void device(ZZ_Result result) {
      result.r1 = ring.deviceCompletes();
    }

    /** The driver. */
    @Actor
    public void driver(ZZ_Result result) {
      result.r2 = ring.driverAsksForInterrupts();
    }
  }

  /** A packed ring with EVENT_IDX. */
  @JCStressTest
  @Outcome(id = "false, false", expect = FORBIDDEN, desc = "the interrupt is lost")
  @Outcome(expect = ACCEPTABLE, desc = "a side saw the other")
  @State
  public static class PackedEvents {
    private final StressedRing ring =
        new StressedRing(StressedRing.PACKED_EVENTS).withRequestInDevice();

    /** One sample. */
    public PackedEvents() {}

    /** The device. */
    @Actor
    public void device(ZZ_Result result) {
      result.r1 = ring.deviceCompletes();
    }

    /** The driver. */
    @Actor
    public void driver(ZZ_Result result) {
      result.r2 = ring.driverAsksForInterrupts();
    }
  }
}
