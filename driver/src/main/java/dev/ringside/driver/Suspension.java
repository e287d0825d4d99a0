package dev.ringside.driver;

import dev.ringside.machine.Scheduler;
import dev.ringside.virtio.spec.DeviceStatus;

/**
 * How a driver suspends its device and lets it go on (virtio 1.4, section 3.4): it writes the
 * status, and waits until the device has followed.
 */
final class Suspension {
  private final DeviceRegisters registers;
  private final DeviceWait wait;

  Suspension(DeviceRegisters registers, Scheduler scheduler) {
    this.registers = registers;
    this.wait = new DeviceWait(scheduler);
  }

  /**
   * Suspends a live device.
   *
   * @throws BlockDeviceException when it needs a reset instead
   */
  void begin() {
    change(DeviceStatus.SUSPEND, DeviceStatus.DRIVER_OK);
  }

  /**
   * Lets a suspended device go on.
   *
   * @throws BlockDeviceException when it needs a reset instead
   */
  void end() {
    change(DeviceStatus.DRIVER_OK, DeviceStatus.SUSPEND);
  }

  private void change(int wanted, int gone) {
    registers.setStatus(registers.status() | wanted);
    wait.until(() -> hasFollowed(wanted, gone), "suspend or resume");
  }

  private boolean hasFollowed(int wanted, int gone) {
    int status = registers.status();
    if ((status & DeviceStatus.NEEDS_RESET) != 0) {
      throw new BlockDeviceException("the device needs a reset: it cannot suspend or resume");
    }
    return (status & (wanted | gone)) == wanted;
  }
}
