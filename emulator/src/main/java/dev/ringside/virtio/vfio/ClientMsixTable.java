package dev.ringside.virtio.vfio;

import dev.ringside.machine.RegisterWindow;
import dev.ringside.machine.pci.MsixTable;
import dev.ringside.machine.pci.PciCapabilityHeader;

/**
 * The window of the MSI-X table as the client sees it. What it writes into the table it reads back,
 * and nothing more comes of it: messages to its guest are its own business, and go by eventfds. The
 * pending bits are the device's.
 */
final class ClientMsixTable implements RegisterWindow {
  private final MsixTable table;
  private final byte[] entries;

  ClientMsixTable(MsixTable table) {
    this.table = table;
    this.entries = new byte[table.pendingOffset()];
    reset();
  }

  /** As after power-on: every vector is masked. */
  void reset() {
    for (int at = 0; at < entries.length; at++) {
      int field = at % PciCapabilityHeader.MSIX_ENTRY_SIZE;
      boolean control = field == PciCapabilityHeader.MSIX_ENTRY_CONTROL;
      entries[at] = (byte) (control ? PciCapabilityHeader.MSIX_ENTRY_MASK : 0);
    }
  }

  @Override
  public long read(long offset, int width) {
    if (offset >= entries.length) {
      return table.read(offset, width);
    }
    long value = 0;
    for (int i = width - 1; i >= 0; i--) {
      int at = (int) offset + i;
      value = value << Byte.SIZE | (at < entries.length ? entries[at] & 0xff : 0);
    }
    return value;
  }

  @Override
  public void write(long offset, int width, long value) {
    for (int i = 0; i < width && offset + i < entries.length; i++) {
      entries[(int) offset + i] = (byte) (value >>> (i * Byte.SIZE));
    }
  }
}
