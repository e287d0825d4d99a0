package dev.ringside.driver;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.ringside.machine.CostModel;
import dev.ringside.machine.RealScheduler;
import dev.ringside.machine.WiredInterruptLine;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZI_Result;

/**
 * The interrupt handshake (virtio 1.4, section 4.2.3.4): the device notes a reason and raises the
 * line, while the driver lowers a line that is raised already and then takes the reasons. A reason
 * that is left must have the line raised, or nobody comes for it.
 */
@JCStressTest
@Outcome(id = "false, 1", expect = FORBIDDEN, desc = "a reason without a raised line")
@Outcome(expect = ACCEPTABLE, desc = "the reason was taken, or the line is raised for it")
@State
public class SignalStress {
  private final AtomicInteger reasons = new AtomicInteger();
  private final WiredInterruptLine line =
      new WiredInterruptLine(new RealScheduler(), CostModel.ZERO);

  /** One sample, with the line raised. */
  public SignalStress() {
    line.raise();
  }

  /** The device. */
  @Actor
  public void device() {
    reasons.set(1);
    line.raise();
  }

  /** The driver. */
  @Actor
  public void driver() {
    if (line.consume()) {
      reasons.set(0);
    }
  }

  /** What is left. */
  @Arbiter
  public void left(ZI_Result result) {
    result.r1 = line.consume();
    result.r2 = reasons.get();
  }
}
