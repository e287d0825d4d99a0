package dev.ringside.driver;

import dev.ringside.machine.SimulatedScheduler;

/**
 * Looks for a virtio block device behind the socket of a vhost-user backend: another program's
 * device, which maps the guest's memory.
 *
 * <p>When the backend dies, the driver looks for it as long as {@link VhostUserTarget#reconnectNs}
 * says. One that noted what was in flight in memory that the frontend keeps (INFLIGHT_SHMFD) goes
 * on where the last one was stopped, and nobody but {@link VhostUserLink} notices. Any other is a
 * device that was reset: {@link ErrorHandling} and {@link RecoveryPolicy} say what becomes of the
 * requests in flight.
 */
public final class VhostUserFrontend {
  private VhostUserFrontend() {}

  /**
   * Connects, and brings the device up.
   *
   * @param guest on the machine's own clock, whose memory is a {@linkplain
   *     dev.ringside.machine.GuestMemory#memfd file} that can be shared
   * @throws BlockDeviceException when there is no backend, or it has no block device, or that does
   *     not work with this driver
   */
  public static VirtioBlkDriver probe(
      VhostUserTarget target, Guest guest, DriverSettings settings) {
    return probe(target, guest, settings, new VhostUserLink());
  }

  /**
   * As the other.
   *
   * @param link is told of connections that are lost and found
   */
  public static VirtioBlkDriver probe(
      VhostUserTarget target, Guest guest, DriverSettings settings, VhostUserLink link) {
    if (guest.scheduler() instanceof SimulatedScheduler) {
      throw new BlockDeviceException(
          "the device behind %s lives in real time, and cannot be used in simulated time"
              .formatted(target.socket()));
    }
    VhostUserRegisters registers = new VhostUserRegisters(target, guest, settings, link);
    boolean up = false;
    try {
      VirtioBlkDriver driver = Initialization.start(registers, guest, settings);
      up = true;
      return driver;
    } finally {
      if (!up) {
        registers.close();
      }
    }
  }
}
