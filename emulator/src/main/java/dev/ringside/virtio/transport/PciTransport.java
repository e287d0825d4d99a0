package dev.ringside.virtio.transport;

import static dev.ringside.machine.pci.PciHeader.*;
import static dev.ringside.virtio.spec.PciCapability.BAR;
import static dev.ringside.virtio.spec.PciCapability.CAP_LEN;
import static dev.ringside.virtio.spec.PciCapability.CFG_TYPE;
import static dev.ringside.virtio.spec.PciCapability.ISR_CONFIG;
import static dev.ringside.virtio.spec.PciCapability.ISR_QUEUE;
import static dev.ringside.virtio.spec.PciCapability.LENGTH;
import static dev.ringside.virtio.spec.PciCapability.MODERN_DEVICE;
import static dev.ringside.virtio.spec.PciCapability.MODERN_REVISION;
import static dev.ringside.virtio.spec.PciCapability.NOTIFY_SIZE;
import static dev.ringside.virtio.spec.PciCapability.OFFSET;
import static dev.ringside.virtio.spec.PciCapability.PCI_CFG_SIZE;
import static dev.ringside.virtio.spec.PciCapability.TYPE_COMMON;
import static dev.ringside.virtio.spec.PciCapability.TYPE_DEVICE;
import static dev.ringside.virtio.spec.PciCapability.TYPE_ISR;
import static dev.ringside.virtio.spec.PciCapability.TYPE_NOTIFY;
import static dev.ringside.virtio.spec.PciCapability.TYPE_PCI_CFG;
import static dev.ringside.virtio.state.DeviceStateException.require;

import dev.ringside.machine.Bus;
import dev.ringside.machine.Cost;
import dev.ringside.machine.CostModel;
import dev.ringside.machine.GuestMemory;
import dev.ringside.machine.InterruptOutput;
import dev.ringside.machine.MessageInterrupts;
import dev.ringside.machine.Scheduler;
import dev.ringside.machine.pci.ConfigurationSpace;
import dev.ringside.machine.pci.ExpressCapability;
import dev.ringside.machine.pci.MsixTable;
import dev.ringside.machine.pci.PciCapabilityHeader;
import dev.ringside.virtio.spec.Feature;
import dev.ringside.virtio.spec.PciCapability;
import dev.ringside.virtio.spec.PciCommonConfig;
import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A virtio device as a PCI function (virtio 1.4, section 4.1), without a legacy interface. This is
 * its configuration space; what lies behind the base addresses is {@link PciWindow} and the MSI-X
 * table. No device has a shared memory region, so there is no capability for one.
 *
 * <p>The device uses memory only while the command register makes it a bus master. A write that
 * ends this, or that resets the function, returns when the device has stopped.
 */
public final class PciTransport implements PciFunction {
  /** The base address of the device's structures; 64 bits wide. */
  private static final int STRUCTURES = 0;

  /** The base address of the MSI-X table. */
  private static final int MSIX = 2;

  /** Class code: mass storage, of no kind that has a number; no programming interface. */
  private static final int MASS_STORAGE = 0x01;

  private static final int OTHER_STORAGE = 0x80;
  private static final int PIN_A = 1;

  private final ConfigurationSpace space = new ConfigurationSpace();
  private final Map<Integer, Bus.MovableWindow> windows = new HashMap<>();
  private final VirtioFunction function;
  private final PciCommonRegisters common;
  private final PciVectors vectors;
  private final InterruptStatus interrupts;
  private final @Nullable MsixTable msix;
  private Runnable afterReset = () -> {};

  /** The command register forbids the pin; the device's tasks read this. */
  private volatile boolean pinDisabled;

  /**
   * A function after power-on: its windows are nowhere, and it is no bus master.
   *
   * @param bus where its windows will be placed
   * @param pin raised for every notification while MSI-X is not used
   * @param messages takes MSI-X messages; null builds a function without MSI-X
   */
  public PciTransport(
      GuestMemory memory,
      VirtioDevice device,
      Bus bus,
      InterruptOutput pin,
      @Nullable MessageInterrupts messages,
      Scheduler scheduler,
      CostModel costs) {
    int queues = device.queueCount();
    this.msix =
        messages == null
            ? null
            : new MsixTable(Math.min(queues + 1, MsixTable.MAX_VECTORS), messages);
    this.vectors = new PciVectors(msix, queues);
    this.interrupts = new InterruptStatus(pin);
    this.function = new VirtioFunction(memory, device, new Port());
    this.common = new PciCommonRegisters(function, vectors);
    function.allowMemoryAccess(false);
    describe(device.deviceId());
    PciWindow structures =
        new PciWindow(function, common, interrupts, scheduler, costs.of(Cost.KICK));
    addWindow(STRUCTURES, true, bus.movable(PciWindow.size(queues), structures));
    if (msix != null) {
      addWindow(MSIX, false, bus.movable(msix.windowSize(), msix));
      msix.addTo(space, MSIX);
    }
    ExpressCapability.addTo(space, this::reset);
    addStructure(TYPE_COMMON, PciCapability.SIZE, PciWindow.COMMON, PciCommonConfig.SIZE);
    int notify =
        addStructure(
            TYPE_NOTIFY, NOTIFY_SIZE, PciWindow.NOTIFY, PciWindow.NOTIFY_MULTIPLIER * queues);
    space.set32(notify + PciCapability.NOTIFY_MULTIPLIER, PciWindow.NOTIFY_MULTIPLIER);
    addStructure(TYPE_ISR, PciCapability.SIZE, PciWindow.ISR, Byte.BYTES);
    addStructure(TYPE_DEVICE, PciCapability.SIZE, PciWindow.DEVICE, device.configSize());
    new PciConfigAccess(space, windows, addStructure(TYPE_PCI_CFG, PCI_CFG_SIZE, 0, 0)).connect();
    space.onRead(STATUS, Short.BYTES, this::showInterrupt);
    space.onWrite(COMMAND, Short.BYTES, this::commandChanged);
    space.seal();
  }

  private void describe(int deviceType) {
    space.set16(VENDOR, PciCapability.VIRTIO_VENDOR);
    space.set16(DEVICE, MODERN_DEVICE + deviceType);
    space.set8(REVISION, MODERN_REVISION);
    space.set8(CLASS + 1, OTHER_STORAGE);
    space.set8(CLASS + 2, MASS_STORAGE);
    space.set16(SUBSYSTEM_VENDOR, PciCapability.VIRTIO_VENDOR);
    // Any number from 0x40 on tells drivers that there is no legacy interface (section 4.1.2.1).
    space.set16(SUBSYSTEM, MODERN_DEVICE + deviceType);
    space.set8(INTERRUPT_PIN, PIN_A);
  }

  private void addWindow(int index, boolean wide, Bus.MovableWindow window) {
    windows.put(index, window);
    space.addBaseAddress(index, wide, window);
  }

  private int addStructure(int type, int capabilityLength, int offset, int length) {
    int capability = space.addCapability(PciCapabilityHeader.ID_VENDOR, capabilityLength);
    space.set8(capability + CAP_LEN, capabilityLength);
    space.set8(capability + CFG_TYPE, type);
    space.set8(capability + BAR, STRUCTURES);
    space.set32(capability + OFFSET, offset);
    space.set32(capability + LENGTH, length);
    return capability;
  }

  @Override
  public VirtioFunction function() {
    return function;
  }

  @Override
  public Bus.@Nullable MovableWindow window(int index) {
    return windows.get(index);
  }

  @Override
  public @Nullable MsixTable msix() {
    return msix;
  }

  @Override
  public int msixWindow() {
    return MSIX;
  }

  @Override
  public boolean assertsPin() {
    return pinIsAsserted() && !pinDisabled;
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

  private void commandChanged() {
    boolean master = space.command(COMMAND_BUS_MASTER);
    function.allowMemoryAccess(master);
    if (msix != null) {
      msix.allowSending(master);
    }
    pinDisabled = space.command(COMMAND_INTX_DISABLE);
    if (assertsPin()) {
      interrupts.raise();
    }
  }

  private boolean pinIsAsserted() {
    return interrupts.get() != 0 && (msix == null || !msix.isEnabled());
  }

  private void showInterrupt() {
    int status = space.get16(STATUS) & ~STATUS_INTERRUPT;
    space.set16(STATUS, pinIsAsserted() ? status | STATUS_INTERRUPT : status);
  }

  @Override
  public void reset() {
    function.reset();
    function.allowMemoryAccess(false);
    if (msix != null) {
      msix.reset();
    }
    space.reset();
    pinDisabled = false;
    afterReset.run();
  }

  /** What the function needs of this transport. */
  private final class Port implements FunctionTransport {
    @Override
    public long offer(long deviceFeatures) {
      return deviceFeatures | COMMON_FEATURES | Feature.NOTIF_CONFIG_DATA.mask();
    }

    @Override
    public boolean isLegacy() {
      return false;
    }

    @Override
    public void usedBuffers(int queue) {
      if (!vectors.send(queue)) {
        assertPin(ISR_QUEUE);
      }
    }

    @Override
    public void configChange() {
      if (!vectors.send(vectors.config())) {
        assertPin(ISR_CONFIG);
      }
    }

    private void assertPin(int reason) {
      interrupts.add(reason);
      if (!pinDisabled) {
        interrupts.raise();
      }
    }

    @Override
    public void queueReset(int queue) {
      vectors.map(queue, PciCommonConfig.NO_VECTOR);
    }

    /**
     * Kind, selectors, vectors of the events, ISR status, MSI-X table, configuration space; each as
     * its owner writes it.
     */
    @Override
    public void save(DataOutput out) throws IOException {
      out.writeUTF(kind());
      common.save(out);
      vectors.save(out);
      interrupts.save(out);
      if (msix != null) {
        msix.save(out);
      }
      space.save(out);
    }

    @Override
    public void restore(DataInputStream in) throws IOException {
      boolean well = false;
      try {
        restoreRegisters(in);
        well = true;
      } finally {
        if (!well) {
          PciTransport.this.reset();
        }
      }
    }

    private void restoreRegisters(DataInputStream in) throws IOException {
      String saved = in.readUTF();
      require(saved.equals(kind()), "behind %s, and this device is behind %s", saved, kind());
      common.restore(in);
      vectors.restore(in);
      interrupts.restore(in, ISR_QUEUE | ISR_CONFIG);
      if (msix != null) {
        msix.restore(in);
      }
      space.restore(in);
      if (msix != null) {
        msix.controlRestored(space);
      }
      commandChanged();
    }

    private String kind() {
      return msix == null
          ? "virtio-pci with a pin"
          : "virtio-pci with %d vectors".formatted(msix.vectors());
    }

    @Override
    public void reset() {
      interrupts.take();
      vectors.reset();
      common.reset();
    }
  }
}
