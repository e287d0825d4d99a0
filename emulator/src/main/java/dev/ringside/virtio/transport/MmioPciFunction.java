package dev.ringside.virtio.transport;

import static dev.ringside.machine.pci.PciHeader.*;

import dev.ringside.machine.Bus;
import dev.ringside.machine.CostModel;
import dev.ringside.machine.GuestMemory;
import dev.ringside.machine.InterruptOutput;
import dev.ringside.machine.Scheduler;
import dev.ringside.machine.pci.ConfigurationSpace;
import dev.ringside.machine.pci.ExpressCapability;
import dev.ringside.machine.pci.MsixTable;
import dev.ringside.virtio.spec.MmioRegister;
import dev.ringside.virtio.spec.PciCapability;
import org.jspecify.annotations.Nullable;

/**
 * A PCI function whose only window is the register block of {@link MmioTransport}, and whose pin is
 * that device's interrupt: a way for virtio-mmio into a virtual machine that takes devices from
 * outside on its PCI bus alone. No driver knows it by its numbers; a guest's own module hands the
 * window on to its virtio-mmio driver.
 *
 * <p>The device uses memory only while the command register makes the function a bus master.
 */
public final class MmioPciFunction implements PciFunction {
  /** From the range of virtio's vendor that is for experiments, and that no driver claims. */
  private static final int EXPERIMENTAL_DEVICE = 0x10f0;

  private static final int REGISTERS = 0;
  private static final int BASE_SYSTEM = 0x08;
  private static final int OTHER_SYSTEM = 0x80;
  private static final int PIN_A = 1;

  private final ConfigurationSpace space = new ConfigurationSpace();
  private final MmioTransport registers;
  private final Bus.MovableWindow window;
  private final InterruptOutput pin;
  private Runnable afterReset = () -> {};

  /** The command register forbids the pin; the device's tasks read this. */
  private volatile boolean pinDisabled;

  /**
   * A function after power-on.
   *
   * @param bus where its window will be placed
   * @param pin raised for every notification
   */
  public MmioPciFunction(
      GuestMemory memory,
      VirtioDevice device,
      Bus bus,
      InterruptOutput pin,
      Scheduler scheduler,
      CostModel costs) {
    this.pin = pin;
    this.registers = new MmioTransport(memory, device, this::raise, scheduler, costs);
    this.window = bus.movable(MmioRegister.WINDOW_SIZE, registers);
    registers.function().allowMemoryAccess(false);
    space.set16(VENDOR, PciCapability.VIRTIO_VENDOR);
    space.set16(DEVICE, EXPERIMENTAL_DEVICE);
    space.set8(CLASS + 1, OTHER_SYSTEM);
    space.set8(CLASS + 2, BASE_SYSTEM);
    space.set16(SUBSYSTEM_VENDOR, PciCapability.VIRTIO_VENDOR);
    space.set16(SUBSYSTEM, device.deviceId());
    space.set8(INTERRUPT_PIN, PIN_A);
    space.addBaseAddress(REGISTERS, false, window);
    ExpressCapability.addTo(space, this::reset);
    space.onRead(STATUS, Short.BYTES, this::showInterrupt);
    space.onWrite(COMMAND, Short.BYTES, this::commandChanged);
    space.seal();
  }

  @Override
  public VirtioFunction function() {
    return registers.function();
  }

  @Override
  public Bus.@Nullable MovableWindow window(int index) {
    return index == REGISTERS ? window : null;
  }

  @Override
  public @Nullable MsixTable msix() {
    return null;
  }

  @Override
  public int msixWindow() {
    return -1;
  }

  @Override
  public boolean assertsPin() {
    return registers.isInterrupting() && !pinDisabled;
  }

  /** The register block's interrupt on its way to the pin, which the command register can close. */
  private void raise() {
    if (!pinDisabled) {
      pin.raise();
    }
  }

  private void commandChanged() {
    function().allowMemoryAccess(space.command(COMMAND_BUS_MASTER));
    pinDisabled = space.command(COMMAND_INTX_DISABLE);
    if (assertsPin()) {
      pin.raise();
    }
  }

  private void showInterrupt() {
    int status = space.get16(STATUS) & ~STATUS_INTERRUPT;
    space.set16(STATUS, registers.isInterrupting() ? status | STATUS_INTERRUPT : status);
  }

  @Override
  public void reset() {
    function().reset();
    function().allowMemoryAccess(false);
    space.reset();
    pinDisabled = false;
    afterReset.run();
  }

  @Override
  public void onReset(Runnable action) {
    afterReset = action;
  }

  @Override
  public long read(long offset, int width) {
    return space.read(offset, width);
  }

  @Override
  public void write(long offset, int width, long value) {
    space.write(offset, width, value);
  }
}
