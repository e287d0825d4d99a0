package dev.ringside.driver;

import dev.ringside.machine.Scheduler;
import java.util.function.BooleanSupplier;

/**
 * Waits for a device to follow what was written into its registers. A device of this process has
 * followed when the write returns; another may take its time, though not forever.
 */
final class DeviceWait {
  /** After how many idle rounds the driver gives the device up. */
  private static final int ROUNDS = 1 << 20;

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
    for (int idleRounds = 1; !followed.getAsBoolean(); idleRounds++) {
      if (idleRounds > ROUNDS) {
        throw new BlockDeviceException("the device does not " + what);
      }
      scheduler.pause(idleRounds);
    }
  }
}
