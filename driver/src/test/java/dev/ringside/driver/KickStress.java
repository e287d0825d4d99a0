package dev.ringside.driver;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/**
 * The driver publishes and looks whether the device wants a kick, while the device asks for kicks
 * and looks whether something is there (virtio 1.4, sections 2.7.10 and 2.8.21.3.1). One of them
 * must see the other, or the request is never taken.
 */
public final class KickStress {
  private KickStress() {}

  /** A split ring, flags. */
  @JCStressTest
  @Outcome(id = "false, false", expect = FORBIDDEN, desc = "the kick is lost")
  @Outcome(expect = ACCEPTABLE, desc = "a side saw the other")
  @State
  public static class SplitFlags {
    private final StressedRing ring = new StressedRing(StressedRing.SPLIT_FLAGS);

    /** One sample. */
    public SplitFlags() {}

    /** The driver. */
    @Actor
    public void driver(ZZ_Result result) {
      result.r1 = ring.driverSubmits(1);
    }

    /** The device. */
    @Actor
    public void device(ZZ_Result result) {
      result.r2 = ring.deviceAsksForKicks();
    }
  }

  /** A split ring with EVENT_IDX. */
  @JCStressTest
  @Outcome(id = "false, false", expect = FORBIDDEN, desc = "the kick is lost")
  @Outcome(expect = ACCEPTABLE, desc = "a side saw the other")
  @State
  public static class SplitEvents {
    private final StressedRing ring = new StressedRing(StressedRing.SPLIT_EVENTS);

    /** One sample. */
    public SplitEvents() {}

    /** The driver. */
    @Actor
    public void driver(ZZ_Result result) {
      result.r1 = ring.driverSubmits(1);
    }

    /** The device. */
    @Actor
    public void device(ZZ_Result result) {
      result.r2 = ring.deviceAsksForKicks();
    }
  }

  /** A packed ring, flags. */
  @JCStressTest
  @Outcome(id = "false, false", expect = FORBIDDEN, desc = "the kick is lost")
  @Outcome(expect = ACCEPTABLE, desc = "a side saw the other")
  @State
  public static class PackedFlags {
    private final StressedRing ring = new StressedRing(StressedRing.PACKED_FLAGS);

    /** One sample. */
    public PackedFlags() {}

    /** The driver. */
    @Actor
    public void driver(ZZ_Result result) {
      result.r1 = ring.driverSubmits(1);
    }

    /** The device. */
    @Actor
    public void device(ZZ_Result result) {
      result.r2 = ring.deviceAsksForKicks();
    }
  }

  /** A packed ring with EVENT_IDX. */
  @JCStressTest
  @Outcome(id = "false, false", expect = FORBIDDEN, desc = "the kick is lost")
  @Outcome(expect = ACCEPTABLE, desc = "a side saw the other")
  @State
  public static class PackedEvents {
    private final StressedRing ring = new StressedRing(StressedRing.PACKED_EVENTS);

    /** One sample. */
    public PackedEvents() {}

    /** The driver. */
    @Actor
    public void driver(ZZ_Result result) {
      result.r1 = ring.driverSubmits(1);
    }

    /** The device. */
    @Actor
    public void device(ZZ_Result result) {
      result.r2 = ring.deviceAsksForKicks();
    }
  }
}
