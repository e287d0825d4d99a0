package dev.ringside.lab.replay;

import dev.ringside.driver.DriverStats;
import dev.ringside.fault.FaultCount;
import java.util.List;

/**
 * What a fault plan did to a replay.
 *
 * @param rules how often each came into question and fired, in the order of the plan
 * @param lostInterrupts completions that the driver found only because it looked by itself
 * @param recoveries how often the driver reset the device and brought it up again
 */
public record FaultReport(List<FaultCount> rules, long lostInterrupts, long recoveries) {
  public FaultReport {
    rules = List.copyOf(rules);
  }

  static FaultReport of(List<FaultCount> rules, DriverStats driver) {
    return new FaultReport(rules, driver.lostInterrupts(), driver.recoveries());
  }
}
