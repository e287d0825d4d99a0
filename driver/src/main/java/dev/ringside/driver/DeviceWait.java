package dev.ringside.driver;

import dev.ringside.machine.Clock;
import dev.ringside.machine.Scheduler;
import java.util.function.BooleanSupplier;

/**
 * Waits for a device to follow what was written into its registers. A device of this process has
 * followed when the write returns; another may take its time, though not forever.
 */
final class DeviceWait {
  /** How long a device may take before the driver gives it up, in nanoseconds. */
  static final long PATIENCE_NS = 2_000_000_000L;

  private final Scheduler scheduler;

  DeviceWait(Scheduler scheduler) {
    this.scheduler = scheduler;
  }

  /**
   * Returns once the device has followed.
   *
   * @param what the device does, for the error
   * @throws BlockDeviceException when it does not
   */
  void until(BooleanSupplier followed, String what) {
    if (followed.getAsBoolean()) {
      return;
    }
    Clock clock = scheduler.clock();
    long deadline = clock.nanoTime() + PATIENCE_NS;
    for (int idleRounds = 1; !followed.getAsBoolean(); idleRounds++) {
      if (clock.nanoTime() - deadline >= 0) {
        throw new BlockDeviceException("the device does not " + what);
      }
      scheduler.pause(idleRounds, deadline);
    }
  }
}
