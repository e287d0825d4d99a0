package dev.ringside.hostile;

import static dev.ringside.machine.pci.PciCapabilityHeader.*;
import static dev.ringside.machine.pci.PciHeader.*;
import static dev.ringside.virtio.spec.PciCapability.BAR;
import static dev.ringside.virtio.spec.PciCapability.CFG_TYPE;
import static dev.ringside.virtio.spec.PciCapability.NOTIFY_MULTIPLIER;
import static dev.ringside.virtio.spec.PciCapability.OFFSET;
import static dev.ringside.virtio.spec.PciCapability.TYPE_COMMON;
import static dev.ringside.virtio.spec.PciCapability.TYPE_DEVICE;
import static dev.ringside.virtio.spec.PciCapability.TYPE_NOTIFY;
import static dev.ringside.virtio.spec.PciCommonConfig.*;

import dev.ringside.machine.Bus;
import dev.ringside.machine.MessageInterrupts;

/**
 * A virtio function on a PCI bus: the guest places its windows, makes it a bus master and takes its
 * MSI-X messages, one for changes of the configuration and one for all queues.
 */
final class PciRawTransport implements RawTransport {
  private static final int WINDOW_SPACING = 0x1_0000;
  private static final int CONFIG_VECTOR = 0;
  private static final int QUEUE_VECTOR = 1;
  private static final int MEMORY_AND_MASTER = COMMAND_MEMORY | COMMAND_BUS_MASTER;

  private final Bus bus;
  private final long configuration;
  private final long firstWindow;
  private final MessageInterrupts.Message configMessage;
  private final MessageInterrupts.Message queueMessage;
  private long windows;
  private boolean configCame;
  private boolean queueCame;

  /**
   * A function that is ready to be driven.
   *
   * @param configuration address of its configuration space
   * @param windows where its windows are placed
   */
  @SuppressWarnings("this-escape") // the handlers are called when the guest runs
  PciRawTransport(Bus bus, long configuration, long windows, MessageInterrupts messages) {
    this.bus = bus;
    this.configuration = configuration;
    this.firstWindow = windows;
    this.windows = windows;
    this.configMessage = messages.connect(() -> configCame = true);
    this.queueMessage = messages.connect(() -> queueCame = true);
    powerOn();
  }

  // The configuration space.

  int config(int offset, int width) {
    return (int) bus.read(configuration + offset, width);
  }

  void config(int offset, int width, int value) {
    bus.write(configuration + offset, width, value & (-1L >>> (Long.SIZE - width * Byte.SIZE)));
  }

  /** Function-level reset, and then what firmware and a bus driver do. */
  void powerOn() {
    reset();
    placeWindows(firstWindow);
    config(COMMAND, Short.BYTES, MEMORY_AND_MASTER);
    int msix = capability(ID_MSIX, -1);
    config(msix + MSIX_CONTROL, Short.BYTES, MSIX_ENABLE);
    vector(CONFIG_VECTOR, configMessage);
    vector(QUEUE_VECTOR, queueMessage);
  }

  void reset() {
    int control = capability(ID_EXPRESS, -1) + EXPRESS_DEVICE_CONTROL;
    config(control, Short.BYTES, EXPRESS_RESET);
  }

  void busMaster(boolean on) {
    config(COMMAND, Short.BYTES, on ? MEMORY_AND_MASTER : COMMAND_MEMORY);
  }

  /** Puts every window elsewhere, one behind the other. */
  void placeWindows(long base) {
    windows = base;
    for (int index = 0; index < BASE_ADDRESSES; index++) {
      int register = baseAddress(index);
      boolean wide = (config(register, Integer.BYTES) & BASE_ADDRESS_TYPE) == BASE_ADDRESS_64;
      config(register, Integer.BYTES, (int) window(index));
      if (wide) {
        index++;
        config(baseAddress(index), Integer.BYTES, 0);
      }
    }
  }

  private static int baseAddress(int index) {
    return BASE_ADDRESS + index * Integer.BYTES;
  }

  private long window(int index) {
    return windows + (long) index * WINDOW_SPACING;
  }

  /** Where a capability stands: by its id, and for virtio's own by its type. */
  int capability(int id, int type) {
    int at = config(CAPABILITIES, 1);
    while (at != 0) {
      if (config(at + ID, 1) == id && (id != ID_VENDOR || config(at + CFG_TYPE, 1) == type)) {
        return at;
      }
      at = config(at + NEXT, 1);
    }
    throw new AssertionError("no capability %d of type %d".formatted(id, type));
  }

  private void vector(int number, MessageInterrupts.Message message) {
    int table = config(capability(ID_MSIX, -1) + MSIX_TABLE, Integer.BYTES);
    long entry =
        window(table & MSIX_WINDOW) + (table & ~MSIX_WINDOW) + (long) number * MSIX_ENTRY_SIZE;
    bus.write32(entry + MSIX_ENTRY_ADDRESS_LOW, (int) message.address());
    bus.write32(entry + MSIX_ENTRY_ADDRESS_HIGH, (int) (message.address() >>> Integer.SIZE));
    bus.write32(entry + MSIX_ENTRY_DATA, message.data());
    bus.write32(entry + MSIX_ENTRY_CONTROL, 0);
  }

  // The structures behind the windows.

  /** The address of a structure's field. */
  private long structure(int type, long offset) {
    int at = capability(ID_VENDOR, type);
    return window(config(at + BAR, 1))
        + Integer.toUnsignedLong(config(at + OFFSET, Integer.BYTES))
        + offset;
  }

  int common(int field, int width) {
    return (int) bus.read(structure(TYPE_COMMON, field), width);
  }

  void common(int field, int width, int value) {
    bus.write(
        structure(TYPE_COMMON, field), width, value & (-1L >>> (Long.SIZE - width * Byte.SIZE)));
  }

  /** An access to the window of the structures. */
  long window(int offset, int width, long value, boolean write) {
    if (write) {
      bus.write(windows + offset, width, value);
      return 0;
    }
    return bus.read(windows + offset, width);
  }

  @Override
  public int status() {
    return common(DEVICE_STATUS, 1);
  }

  @Override
  public void status(int value) {
    common(DEVICE_STATUS, 1, value);
  }

  @Override
  public int deviceFeatures(int word) {
    common(DEVICE_FEATURE_SELECT, Integer.BYTES, word);
    return common(DEVICE_FEATURE, Integer.BYTES);
  }

  @Override
  public void driverFeatures(int word, int bits) {
    common(DRIVER_FEATURE_SELECT, Integer.BYTES, word);
    common(DRIVER_FEATURE, Integer.BYTES, bits);
  }

  private void select(int queue) {
    common(QUEUE_SELECT, Short.BYTES, queue);
  }

  @Override
  public int queueSizeMax(int queue) {
    select(queue);
    return common(QUEUE_SIZE, Short.BYTES);
  }

  @Override
  public void queueSize(int queue, int size) {
    select(queue);
    common(QUEUE_SIZE, Short.BYTES, size);
  }

  /** A reset of the device or of the queue takes the vectors away, so they are mapped here. */
  @Override
  public void queueAddresses(int queue, long descriptors, long driver, long device) {
    common(CONFIG_MSIX_VECTOR, Short.BYTES, CONFIG_VECTOR);
    select(queue);
    common(QUEUE_MSIX_VECTOR, Short.BYTES, QUEUE_VECTOR);
    address(QUEUE_DESC, descriptors);
    address(QUEUE_DRIVER, driver);
    address(QUEUE_DEVICE, device);
  }

  private void address(int field, long value) {
    common(field, Integer.BYTES, (int) value);
    common(field + Integer.BYTES, Integer.BYTES, (int) (value >>> Integer.SIZE));
  }

  @Override
  public int queueEnabled(int queue) {
    select(queue);
    return common(QUEUE_ENABLE, Short.BYTES);
  }

  @Override
  public void enableQueue(int queue, int value) {
    select(queue);
    common(QUEUE_ENABLE, Short.BYTES, value);
  }

  @Override
  public int queueReset(int queue) {
    select(queue);
    return common(QUEUE_RESET, Short.BYTES);
  }

  @Override
  public void resetQueue(int queue, int value) {
    select(queue);
    common(QUEUE_RESET, Short.BYTES, value);
  }

  @Override
  public void notifyQueue(int queue) {
    int capability = capability(ID_VENDOR, TYPE_NOTIFY);
    select(queue);
    long place =
        (long) common(QUEUE_NOTIFY_OFF, Short.BYTES)
            * config(capability + NOTIFY_MULTIPLIER, Integer.BYTES);
    bus.write(structure(TYPE_NOTIFY, place), Short.BYTES, queue & 0xffff);
  }

  @Override
  public boolean usedInterrupt() {
    boolean came = queueCame;
    queueCame = false;
    return came;
  }

  @Override
  public boolean configInterrupt() {
    boolean came = configCame;
    configCame = false;
    return came;
  }

  @Override
  public int configGeneration() {
    return common(CONFIG_GENERATION, 1);
  }

  @Override
  public long readConfig(int offset, int width) {
    return bus.read(structure(TYPE_DEVICE, offset), width);
  }

  @Override
  public void writeConfig(int offset, int width, long value) {
    bus.write(structure(TYPE_DEVICE, offset), width, value);
  }
}
