package dev.ringside.lab.vm;

import dev.ringside.blk.VirtioBlkDevice;
import dev.ringside.driver.Guest;
import dev.ringside.driver.MmioProbe;
import dev.ringside.driver.PciProbe;
import dev.ringside.driver.VhostUserFrontend;
import dev.ringside.driver.VhostUserTarget;
import dev.ringside.driver.VirtioBlkDriver;
import dev.ringside.fault.Faults;
import dev.ringside.fault.NotificationFaults;
import dev.ringside.machine.Bus;
import dev.ringside.machine.EventLog;
import dev.ringside.machine.FrameAllocator;
import dev.ringside.machine.GuestMemory;
import dev.ringside.machine.InterruptLine;
import dev.ringside.machine.MessageInterrupts;
import dev.ringside.machine.Scheduler;
import dev.ringside.machine.WiredInterruptLine;
import dev.ringside.machine.pci.PciAddressMap;
import dev.ringside.storage.FaultyStorage;
import dev.ringside.storage.Storage;
import dev.ringside.virtio.queue.DeviceQueue;
import dev.ringside.virtio.queue.PackedDeviceQueue;
import dev.ringside.virtio.queue.PackedRingDump;
import dev.ringside.virtio.queue.QueueConfig;
import dev.ringside.virtio.queue.SplitDeviceQueue;
import dev.ringside.virtio.queue.SplitRingDump;
import dev.ringside.virtio.transport.DeviceSlot;
import dev.ringside.virtio.transport.VirtioFunction;
import org.jspecify.annotations.Nullable;

/**
 * A machine with one disk: guest memory, a bus, a virtio-blk device over a storage behind the
 * chosen transport, and the driver that was probed on it.
 */
public final class VirtualMachine implements AutoCloseable {
  private final GuestMemory memory;

  /** Null when the device is another program's. */
  private final @Nullable VirtioFunction function;

  private final VirtioBlkDriver disk;

  private VirtualMachine(
      GuestMemory memory, @Nullable VirtioFunction function, VirtioBlkDriver disk) {
    this.memory = memory;
    this.function = function;
    this.disk = disk;
  }

  /**
   * Puts a machine together and brings its disk up.
   *
   * @param storage the disk's sectors; the caller closes it, after the machine. Nobody asks it
   *     anything when the settings have a backend
   */
  public static VirtualMachine start(
      MachineSettings settings, Storage storage, Scheduler scheduler, EventLog events) {
    return start(settings, storage, scheduler, events, null);
  }

  /**
   * As the other, with a disk that goes wrong.
   *
   * @param faults what goes wrong; null when nothing does
   */
  public static VirtualMachine start(
      MachineSettings settings,
      Storage storage,
      Scheduler scheduler,
      EventLog events,
      @Nullable Faults faults) {
    VhostUserTarget backend = settings.backend();
    if (backend != null) {
      return startBefore(backend, settings, scheduler, events, faults);
    }
    GuestMemory memory = GuestMemory.anonymous(settings.memoryBytes());
    try {
      InterruptLine line = new WiredInterruptLine(scheduler, settings.costs());
      VirtioBlkDevice device =
          new VirtioBlkDevice(
              faulty(storage, scheduler, faults),
              scheduler,
              events,
              settings.device(),
              settings.costs(),
              faults);
      Bus bus = new Bus();
      MessageInterrupts messages = new MessageInterrupts(scheduler, settings.costs());
      VirtioFunction function =
          new DeviceSlot(memory, bus, line, messages, scheduler, settings.costs())
              .plug(device, settings.transport());
      if (faults != null) {
        function.inject(new NotificationFaults(faults, scheduler));
      }
      Guest guest =
          new Guest(memory, new FrameAllocator(memory), line, scheduler, events, settings.costs());
      VirtioBlkDriver disk =
          switch (settings.transport()) {
            case MMIO, MMIO_LEGACY ->
                MmioProbe.probe(bus, DeviceSlot.MMIO_BASE, guest, settings.driver());
            case PCI, PCI_INTX ->
                PciProbe.probe(bus, PciAddressMap.DEFAULT, messages, guest, settings.driver());
          };
      return new VirtualMachine(memory, function, disk);
    } catch (RuntimeException failure) {
      memory.close();
      throw failure;
    }
  }

  /** A machine whose device is behind a socket; the storage is the backend's own. */
  private static VirtualMachine startBefore(
      VhostUserTarget backend,
      MachineSettings settings,
      Scheduler scheduler,
      EventLog events,
      @Nullable Faults faults) {
    if (faults != null) {
      throw new IllegalArgumentException("faults are those of a device of this machine");
    }
    GuestMemory memory = GuestMemory.memfd(settings.memoryBytes());
    try {
      InterruptLine unused = new WiredInterruptLine(scheduler, settings.costs());
      Guest guest =
          new Guest(
              memory, new FrameAllocator(memory), unused, scheduler, events, settings.costs());
      return new VirtualMachine(
          memory, null, VhostUserFrontend.probe(backend, guest, settings.driver()));
    } catch (RuntimeException failure) {
      memory.close();
      throw failure;
    }
  }

  private static Storage faulty(Storage storage, Scheduler scheduler, @Nullable Faults faults) {
    return faults == null ? storage : new FaultyStorage(storage, faults, scheduler);
  }

  /** The disk as its guest sees it. */
  public VirtioBlkDriver disk() {
    return disk;
  }

  /**
   * The device behind it.
   *
   * @throws IllegalStateException when the device is another program's
   */
  public VirtioFunction function() {
    if (function == null) {
      throw new IllegalStateException("the device is another program's");
    }
    return function;
  }

  /**
   * The disk's ring as it stands in guest memory, every byte with its meaning.
   *
   * @throws IllegalStateException when the device has no enabled queue, or is another program's
   */
  public String dumpRing() {
    QueueConfig config = function().queue(0);
    DeviceQueue running = config == null ? null : config.queue();
    if (config == null || running == null) {
      throw new IllegalStateException("the device has no enabled queue");
    }
    return switch (running) {
      case SplitDeviceQueue split -> SplitRingDump.of(memory, config);
      case PackedDeviceQueue packed -> PackedRingDump.of(memory, config);
    };
  }

  /** Resets the device, ends its tasks and gives the RAM back. */
  @Override
  public void close() {
    disk.close();
    memory.close();
  }
}
