package dev.ringside.hostile;

import static dev.ringside.virtio.spec.MmioRegister.*;

import dev.ringside.machine.Bus;
import dev.ringside.machine.InterruptLine;

/** The registers of virtio-mmio at an address of the bus. */
final class MmioRawTransport implements RawTransport {
  /** Reset of a queue (virtio 1.4, section 4.2.2). */
  private static final int QUEUE_RESET = 0x0c0;

  private final Bus bus;
  private final long base;
  private final InterruptLine line;
  private int pending;

  MmioRawTransport(Bus bus, long base, InterruptLine line) {
    this.bus = bus;
    this.base = base;
    this.line = line;
  }

  /** Reads any offset in any width. */
  long read(long offset, int width) {
    return bus.read(base + offset, width);
  }

  /** Writes any offset in any width. */
  void write(long offset, int width, long value) {
    bus.write(base + offset, width, value);
  }

  private int get(int register) {
    return (int) read(register, Integer.BYTES);
  }

  private void set(int register, int value) {
    write(register, Integer.BYTES, value & 0xffff_ffffL);
  }

  @Override
  public int status() {
    return get(STATUS);
  }

  @Override
  public void status(int value) {
    set(STATUS, value);
  }

  @Override
  public int deviceFeatures(int word) {
    set(DEVICE_FEATURES_SEL, word);
    return get(DEVICE_FEATURES);
  }

  @Override
  public void driverFeatures(int word, int bits) {
    set(DRIVER_FEATURES_SEL, word);
    set(DRIVER_FEATURES, bits);
  }

  @Override
  public int queueSizeMax(int queue) {
    set(QUEUE_SEL, queue);
    return get(QUEUE_SIZE_MAX);
  }

  @Override
  public void queueSize(int queue, int size) {
    set(QUEUE_SEL, queue);
    set(QUEUE_SIZE, size);
  }

  @Override
  public void queueAddresses(int queue, long descriptors, long driver, long device) {
    set(QUEUE_SEL, queue);
    set(QUEUE_DESC_LOW, (int) descriptors);
    set(QUEUE_DESC_HIGH, (int) (descriptors >>> Integer.SIZE));
    set(QUEUE_DRIVER_LOW, (int) driver);
    set(QUEUE_DRIVER_HIGH, (int) (driver >>> Integer.SIZE));
    set(QUEUE_DEVICE_LOW, (int) device);
    set(QUEUE_DEVICE_HIGH, (int) (device >>> Integer.SIZE));
  }

  @Override
  public int queueEnabled(int queue) {
    set(QUEUE_SEL, queue);
    return get(QUEUE_READY);
  }

  @Override
  public void enableQueue(int queue, int value) {
    set(QUEUE_SEL, queue);
    set(QUEUE_READY, value);
  }

  @Override
  public int queueReset(int queue) {
    set(QUEUE_SEL, queue);
    return get(QUEUE_RESET);
  }

  @Override
  public void resetQueue(int queue, int value) {
    set(QUEUE_SEL, queue);
    set(QUEUE_RESET, value);
  }

  @Override
  public void notifyQueue(int queue) {
    set(QUEUE_NOTIFY, queue);
  }

  @Override
  public boolean usedInterrupt() {
    return take(INTERRUPT_USED);
  }

  @Override
  public boolean configInterrupt() {
    return take(INTERRUPT_CONFIG);
  }

  /** A reason counts only when the line was raised for it. */
  private boolean take(int reason) {
    if (line.consume()) {
      int reasons = get(INTERRUPT_STATUS);
      set(INTERRUPT_ACK, reasons);
      pending |= reasons;
    }
    boolean came = (pending & reason) != 0;
    pending &= ~reason;
    return came;
  }

  @Override
  public int configGeneration() {
    return get(CONFIG_GENERATION);
  }

  @Override
  public long readConfig(int offset, int width) {
    return read(CONFIG + offset, width);
  }

  @Override
  public void writeConfig(int offset, int width, long value) {
    write(CONFIG + offset, width, value);
  }
}
