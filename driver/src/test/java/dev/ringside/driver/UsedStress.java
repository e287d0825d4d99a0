package dev.ringside.driver;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZI_Result;

/**
 * The device writes data, the used element and what publishes it, while the driver looks (virtio
 * 1.4, sections 2.7.8.2 and 2.8.22): what it finds must be whole.
 */
public final class UsedStress {
  private UsedStress() {}

  /** A split ring: the used index. */
  @JCStressTest
  @Outcome(id = ".*, 0", expect = ACCEPTABLE, desc = "not there yet")
  @Outcome(id = ".*, 1", expect = ACCEPTABLE, desc = "there, and whole")
  @Outcome(expect = FORBIDDEN, desc = "there, and not whole")
  @State
  public static class Split {
    private final StressedRing ring =
        new StressedRing(StressedRing.SPLIT_FLAGS).withRequestInDevice();

    /** One sample. */
    public Split() {}

    /** The device. */
    @Actor
    public void device(ZI_Result result) {
      result.r1 = ring.deviceCompletes();
    }

    /** The driver. */
    @Actor
    public void driver(ZI_Result result) {
      result.r2 = ring.driverReaps();
    }
  }

  /** A packed ring: the flags of the used descriptor. */
  @JCStressTest
  @Outcome(id = ".*, 0", expect = ACCEPTABLE, desc = "not there yet")
  @Outcome(id = ".*, 1", expect = ACCEPTABLE, desc = "there, and whole")
  @Outcome(expect = FORBIDDEN, desc = "there, and not whole")
  @State
  public static class Packed {
    private final StressedRing ring =
        new StressedRing(StressedRing.PACKED_FLAGS).withRequestInDevice();

    /** One sample. */
    public Packed() {}

    /** The device. */
    @Actor
    public void device(ZI_Result result) {
      result.r1 = ring.deviceCompletes();
    }

    /** The driver. */
    @Actor
    public void driver(ZI_Result result) {
      result.r2 = ring.driverReaps();
    }
  }
}
