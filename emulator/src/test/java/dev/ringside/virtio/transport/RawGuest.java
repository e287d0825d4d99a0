package dev.ringside.virtio.transport;

import static dev.ringside.virtio.spec.PciCommonConfig.NO_VECTOR;

import dev.ringside.machine.Bus;
import dev.ringside.machine.CostModel;
import dev.ringside.machine.GuestMemory;
import dev.ringside.machine.MessageInterrupts;
import dev.ringside.machine.RealScheduler;
import dev.ringside.machine.Scheduler;
import dev.ringside.machine.WiredInterruptLine;
import dev.ringside.machine.pci.PciAddressMap;
import dev.ringside.machine.pci.PciHeader;
import dev.ringside.virtio.queue.QueueConfig;
import dev.ringside.virtio.queue.RawRing;
import dev.ringside.virtio.spec.DeviceStatus;
import dev.ringside.virtio.spec.MmioRegister;
import dev.ringside.virtio.spec.PciCommonConfig;
import java.util.Objects;

/** A guest that reaches a device one register at a time, the same way over MMIO and PCI. */
public final class RawGuest implements AutoCloseable {
  /** Where this guest puts the structures of a PCI device, and its MSI-X table. */
  public static final long STRUCTURES = 0xc000_0000L;

  public static final long MSIX = 0xc100_0000L;

  /** The registers that both transports have. */
  public enum Register {
    DEVICE_FEATURES_SEL(MmioRegister.DEVICE_FEATURES_SEL, PciCommonConfig.DEVICE_FEATURE_SELECT, 4),
    DEVICE_FEATURES(MmioRegister.DEVICE_FEATURES, PciCommonConfig.DEVICE_FEATURE, 4),
    DRIVER_FEATURES_SEL(MmioRegister.DRIVER_FEATURES_SEL, PciCommonConfig.DRIVER_FEATURE_SELECT, 4),
    DRIVER_FEATURES(MmioRegister.DRIVER_FEATURES, PciCommonConfig.DRIVER_FEATURE, 4),
    STATUS(MmioRegister.STATUS, PciCommonConfig.DEVICE_STATUS, 1),
    CONFIG_GENERATION(MmioRegister.CONFIG_GENERATION, PciCommonConfig.CONFIG_GENERATION, 1),
    QUEUE_SEL(MmioRegister.QUEUE_SEL, PciCommonConfig.QUEUE_SELECT, 2),
    QUEUE_SIZE(MmioRegister.QUEUE_SIZE, PciCommonConfig.QUEUE_SIZE, 2),
    QUEUE_ENABLE(MmioRegister.QUEUE_READY, PciCommonConfig.QUEUE_ENABLE, 2),
    QUEUE_RESET(MmioRegister.QUEUE_RESET, PciCommonConfig.QUEUE_RESET, 2),
    QUEUE_DESC(MmioRegister.QUEUE_DESC_LOW, PciCommonConfig.QUEUE_DESC, 4),
    QUEUE_DRIVER(MmioRegister.QUEUE_DRIVER_LOW, PciCommonConfig.QUEUE_DRIVER, 4),
    QUEUE_DEVICE(MmioRegister.QUEUE_DEVICE_LOW, PciCommonConfig.QUEUE_DEVICE, 4);

    private final int mmio;
    private final int pci;
    private final int pciWidth;

    Register(int mmio, int pci, int pciWidth) {
      this.mmio = mmio;
      this.pci = pci;
      this.pciWidth = pciWidth;
    }
  }

  private final GuestMemory memory = GuestMemory.anonymous(1 << 20);
  private final Scheduler scheduler = new RealScheduler();
  private final Bus bus = new Bus();
  private final WiredInterruptLine line = new WiredInterruptLine(scheduler, CostModel.ZERO);
  private final MessageInterrupts messages = new MessageInterrupts(scheduler, CostModel.ZERO);
  private final boolean pci;
  private final VirtioFunction function;

  /** Plugs a device in, and over PCI places its windows and makes it a bus master. */
  public RawGuest(Transport transport, VirtioDevice device) {
    function =
        new DeviceSlot(memory, bus, line, messages, scheduler, CostModel.ZERO)
            .plug(device, transport);
    pci = transport == Transport.PCI || transport == Transport.PCI_INTX;
    if (pci) {
      placeStructures(STRUCTURES);
      writePci(PciHeader.BASE_ADDRESS + 8, 4, MSIX);
      command(PciHeader.COMMAND_MEMORY | PciHeader.COMMAND_BUS_MASTER);
    }
  }

  public GuestMemory memory() {
    return memory;
  }

  public Bus bus() {
    return bus;
  }

  public WiredInterruptLine line() {
    return line;
  }

  public MessageInterrupts messages() {
    return messages;
  }

  public VirtioFunction function() {
    return function;
  }

  /** The settings of a queue that exists. */
  public QueueConfig queue(int index) {
    return Objects.requireNonNull(function.queue(index));
  }

  public long readPci(int offset, int width) {
    return bus.read(PciAddressMap.DEFAULT.function(0, 0) + offset, width);
  }

  public void writePci(int offset, int width, long value) {
    bus.write(PciAddressMap.DEFAULT.function(0, 0) + offset, width, value);
  }

  public void placeStructures(long base) {
    writePci(PciHeader.BASE_ADDRESS, 4, base);
    writePci(PciHeader.BASE_ADDRESS + 4, 4, base >>> 32);
  }

  public void command(int bits) {
    writePci(PciHeader.COMMAND, 2, bits);
  }

  public int read(Register register) {
    return pci
        ? (int) bus.read(STRUCTURES + register.pci, register.pciWidth)
        : bus.read32(DeviceSlot.MMIO_BASE + register.mmio);
  }

  public void write(Register register, int value) {
    if (pci) {
      bus.write(STRUCTURES + register.pci, register.pciWidth, value);
    } else {
      bus.write32(DeviceSlot.MMIO_BASE + register.mmio, value);
    }
  }

  private long config() {
    return pci ? STRUCTURES + PciWindow.DEVICE : DeviceSlot.MMIO_BASE + MmioRegister.CONFIG;
  }

  public long readConfig(int offset, int width) {
    return bus.read(config() + offset, width);
  }

  public void writeConfig(int offset, int width, long value) {
    bus.write(config() + offset, width, value);
  }

  public int status() {
    return read(Register.STATUS);
  }

  public void status(int value) {
    write(Register.STATUS, value);
  }

  public void addStatus(int bits) {
    status(status() | bits);
  }

  public long deviceFeatures() {
    write(Register.DEVICE_FEATURES_SEL, 0);
    long low = read(Register.DEVICE_FEATURES) & 0xffff_ffffL;
    write(Register.DEVICE_FEATURES_SEL, 1);
    return low | (long) read(Register.DEVICE_FEATURES) << 32;
  }

  public void driverFeatures(int word, int bits) {
    write(Register.DRIVER_FEATURES_SEL, word);
    write(Register.DRIVER_FEATURES, bits);
  }

  /** Up to FEATURES_OK, whether the device takes it or not. */
  public RawGuest negotiate(long features) {
    status(DeviceStatus.ACKNOWLEDGE | DeviceStatus.DRIVER);
    driverFeatures(0, (int) features);
    driverFeatures(1, (int) (features >>> 32));
    addStatus(DeviceStatus.FEATURES_OK);
    return this;
  }

  /** Enables a queue over the areas of a {@link RawRing}. */
  public RawGuest enable(int queue, int size) {
    write(Register.QUEUE_SEL, queue);
    write(Register.QUEUE_SIZE, size);
    write(Register.QUEUE_DESC, (int) RawRing.DESCRIPTORS);
    write(Register.QUEUE_DRIVER, (int) RawRing.AVAILABLE);
    write(Register.QUEUE_DEVICE, (int) RawRing.USED);
    write(Register.QUEUE_ENABLE, 1);
    return this;
  }

  public RawGuest live() {
    addStatus(DeviceStatus.DRIVER_OK);
    return this;
  }

  public boolean isEnabled(int queue) {
    write(Register.QUEUE_SEL, queue);
    return read(Register.QUEUE_ENABLE) == 1;
  }

  public void resetQueue(int queue) {
    write(Register.QUEUE_SEL, queue);
    write(Register.QUEUE_RESET, 1);
  }

  /** A notification as it is without NOTIFICATION_DATA. */
  public void kick(int queue) {
    notify(queue, 2);
  }

  /** A notification of 32 bits, or of 16 where these are the rule. */
  public void notify(int value, int pciWidth) {
    if (pci) {
      bus.write(STRUCTURES + PciWindow.NOTIFY, pciWidth, value);
    } else {
      bus.write32(DeviceSlot.MMIO_BASE + MmioRegister.QUEUE_NOTIFY, value);
    }
  }

  /** Why the device interrupted, without MSI-X; the interrupt is acknowledged. */
  public int takeInterrupts() {
    if (pci) {
      return (int) bus.read(STRUCTURES + PciWindow.ISR, 1);
    }
    int reasons = bus.read32(DeviceSlot.MMIO_BASE + MmioRegister.INTERRUPT_STATUS);
    bus.write32(DeviceSlot.MMIO_BASE + MmioRegister.INTERRUPT_ACK, reasons);
    return reasons;
  }

  /** Maps an event to a vector; says whether the device took it. */
  public boolean map(int field, int vector) {
    bus.write(STRUCTURES + field, 2, vector);
    int found = (int) bus.read(STRUCTURES + field, 2);
    return found == vector && found != NO_VECTOR;
  }

  @Override
  public void close() {
    function.reset();
    memory.close();
  }
}
