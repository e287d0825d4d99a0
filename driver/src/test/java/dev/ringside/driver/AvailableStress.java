package dev.ringside.driver;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZI_Result;

/**
 * The driver writes data, descriptors and what publishes them, while the device looks (virtio 1.4,
 * sections 2.7.13.3 and 2.8.21.1): what it finds must be whole.
 */
public final class AvailableStress {
  private AvailableStress() {}

  /** A split ring: the available index. */
  @JCStressTest
  @Outcome(id = ".*, 0", expect = ACCEPTABLE, desc = "not there yet")
  @Outcome(id = ".*, 1", expect = ACCEPTABLE, desc = "there, and whole")
  @Outcome(expect = FORBIDDEN, desc = "there, and not whole")
  @State
  public static class Split {
    private final StressedRing ring = new StressedRing(StressedRing.SPLIT_FLAGS);

    /** One sample. */
    public Split() {}

    /** The driver. */
    @Actor
    public void driver(ZI_Result result) {
      result.r1 = ring.driverSubmits(1);
    }

    /** The device. */
    @Actor
    public void device(ZI_Result result) {
      result.r2 = ring.deviceTakes();
    }
  }

  /** A packed ring: the flags of the first descriptor. */
  @JCStressTest
  @Outcome(id = ".*, 0", expect = ACCEPTABLE, desc = "not there yet")
  @Outcome(id = ".*, 1", expect = ACCEPTABLE, desc = "there, and whole")
  @Outcome(expect = FORBIDDEN, desc = "there, and not whole")
  @State
  public static class Packed {
    private final StressedRing ring = new StressedRing(StressedRing.PACKED_FLAGS);

    /** One sample. */
    public Packed() {}

    /** The driver. */
    @Actor
    public void driver(ZI_Result result) {
      result.r1 = ring.driverSubmits(1);
    }

    /** The device. */
    @Actor
    public void device(ZI_Result result) {
      result.r2 = ring.deviceTakes();
    }
  }
}
