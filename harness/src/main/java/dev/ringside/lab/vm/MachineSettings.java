package dev.ringside.lab.vm;

import dev.ringside.blk.BlkSettings;
import dev.ringside.driver.BatchPolicy;
import dev.ringside.driver.CompletionPolicy;
import dev.ringside.driver.DriverSettings;
import dev.ringside.driver.VhostUserTarget;
import dev.ringside.machine.CostModel;
import dev.ringside.storage.ServiceModel;
import dev.ringside.virtio.transport.Transport;
import org.jspecify.annotations.Nullable;

/**
 * How a machine is put together.
 *
 * @param memoryBytes of guest RAM
 * @param device how the device is built
 * @param driver how the driver uses it
 * @param costs what emulation would make too cheap
 * @param transport how the device is attached
 * @param backend where another program has the device, which is used in the place of one of this
 *     machine's; null for one of this machine's
 */
public record MachineSettings(
    long memoryBytes,
    BlkSettings device,
    DriverSettings driver,
    CostModel costs,
    Transport transport,
    @Nullable VhostUserTarget backend) {
  /** 64 MiB of RAM, a queue of 256, no workers, interrupts, no extra costs, over MMIO. */
  public static final MachineSettings DEFAULT =
      new MachineSettings(
          64L << 20,
          BlkSettings.DEFAULT,
          DriverSettings.DEFAULT,
          CostModel.ZERO,
          Transport.MMIO,
          null);

  public MachineSettings withMemoryBytes(long bytes) {
    return new MachineSettings(bytes, device, driver, costs, transport, backend);
  }

  public MachineSettings withDevice(BlkSettings settings) {
    return new MachineSettings(memoryBytes, settings, driver, costs, transport, backend);
  }

  public MachineSettings withDriver(DriverSettings settings) {
    return new MachineSettings(memoryBytes, device, settings, costs, transport, backend);
  }

  public MachineSettings withCosts(CostModel model) {
    return new MachineSettings(memoryBytes, device, driver, model, transport, backend);
  }

  public MachineSettings withTransport(Transport how) {
    return new MachineSettings(memoryBytes, device, driver, costs, how, backend);
  }

  /** With the device of a vhost-user backend. */
  public MachineSettings withBackend(VhostUserTarget target) {
    return new MachineSettings(memoryBytes, device, driver, costs, transport, target);
  }

  /** The size of the queue on both sides. */
  public MachineSettings withQueueSize(int size) {
    return withDevice(device.withQueueSize(size)).withDriver(driver.withQueueSize(size));
  }

  public MachineSettings withWorkers(int count) {
    return withDevice(device.withWorkers(count));
  }

  /** How long the disk works on a request; as {@link #DEFAULT} has it, no time at all. */
  public MachineSettings withService(ServiceModel model) {
    return withDevice(device.withService(device.service().withModel(model)));
  }

  public MachineSettings withBatchPolicy(BatchPolicy policy) {
    return withDriver(driver.withBatching(policy));
  }

  public MachineSettings withCompletionPolicy(CompletionPolicy policy) {
    return withDriver(driver.withCompletion(policy));
  }
}
