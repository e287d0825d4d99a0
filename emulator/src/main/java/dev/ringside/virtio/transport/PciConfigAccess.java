package dev.ringside.virtio.transport;

import static dev.ringside.virtio.spec.PciCapability.*;

import dev.ringside.machine.Bus;
import dev.ringside.machine.pci.ConfigurationSpace;
import java.util.Map;

/**
 * Access to the windows through the configuration space (virtio 1.4, section 4.1.4.9): the driver
 * writes window, offset and length into the capability, and reads or writes the data behind it. It
 * works when the windows are not mapped. An access that does not lie in a window, or of a length
 * other than 1, 2 or 4, does nothing and reads as zero.
 */
final class PciConfigAccess {
  private static final long WORD = 0xffff_ffffL;

  private final ConfigurationSpace space;
  private final Map<Integer, Bus.MovableWindow> windows;
  private final int capability;

  /**
   * Makes the capability work.
   *
   * @param windows by the number of their base address
   * @param capability where it stands in the space
   */
  PciConfigAccess(
      ConfigurationSpace space, Map<Integer, Bus.MovableWindow> windows, int capability) {
    this.space = space;
    this.windows = windows;
    this.capability = capability;
  }

  /** Lets the guest write the capability, and watches its data. */
  void connect() {
    space.allow8(capability + BAR, 0xff);
    space.allow32(capability + OFFSET, -1);
    space.allow32(capability + LENGTH, -1);
    space.allow32(capability + PCI_CFG_DATA, -1);
    space.onRead(capability + PCI_CFG_DATA, Integer.BYTES, this::read);
    space.onWrite(capability + PCI_CFG_DATA, Integer.BYTES, this::write);
  }

  private void read() {
    Bus.MovableWindow window = windows.get(space.get8(capability + BAR));
    space.set32(
        capability + PCI_CFG_DATA,
        window != null && isInside(window) ? (int) window.window().read(offset(), length()) : 0);
  }

  private void write() {
    Bus.MovableWindow window = windows.get(space.get8(capability + BAR));
    if (window != null && isInside(window)) {
      long value = space.get32(capability + PCI_CFG_DATA) & WORD;
      window.window().write(offset(), length(), value & WORD >>> (Integer.SIZE - length() * 8));
    }
  }

  private boolean isInside(Bus.MovableWindow window) {
    int length = length();
    boolean width = length == Byte.BYTES || length == Short.BYTES || length == Integer.BYTES;
    return width && offset() <= window.size() - length;
  }

  private long offset() {
    return space.get32(capability + OFFSET) & WORD;
  }

  private int length() {
    return space.get32(capability + LENGTH);
  }
}
