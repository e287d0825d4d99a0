package dev.ringside.driver;

import static dev.ringside.machine.pci.PciCapabilityHeader.*;
import static dev.ringside.machine.pci.PciHeader.*;
import static dev.ringside.virtio.spec.PciCapability.*;

import dev.ringside.machine.Bus;
import dev.ringside.machine.pci.PciCapabilityHeader;
import dev.ringside.machine.pci.PciHeader;
import dev.ringside.virtio.spec.PciCapability;
import org.jspecify.annotations.Nullable;

/**
 * What a virtio function's list of capabilities leads to (virtio 1.4, section 4.1.4). The list is
 * walked as a guest walks what it does not trust: a pointer into the header ends it, and so do more
 * steps than there is room for capabilities. Of each kind the first structure counts that lies in a
 * window.
 */
final class PciCapabilities {
  private static final long WORD = 0xffff_ffffL;

  /** A pointer's lowest bits are reserved (PCI, section 6.7). */
  private static final int POINTER_MASK = 0xfc;

  private static final int MOST_CAPABILITIES = (CONVENTIONAL_SIZE - PciHeader.SIZE) / Integer.BYTES;

  private final Bus bus;
  private final long configuration;
  private final PciWindows windows;
  private @Nullable Structure common;
  private @Nullable Structure notify;
  private @Nullable Structure isr;
  private @Nullable Structure device;
  private @Nullable Msix msix;
  private long notifyMultiplier;

  /**
   * A structure in a window.
   *
   * @param address guest-physical
   * @param length in bytes
   */
  record Structure(long address, long length) {}

  /**
   * Where MSI-X is programmed.
   *
   * @param control guest-physical address of the message control
   * @param table guest-physical address of the table
   * @param vectors entries of the table
   */
  record Msix(long control, long table, int vectors) {}

  /**
   * Walks the list of a function whose windows are placed.
   *
   * @param configuration guest-physical address of its configuration space
   */
  PciCapabilities(Bus bus, long configuration, PciWindows windows) {
    this.bus = bus;
    this.configuration = configuration;
    this.windows = windows;
    if ((bus.read(configuration + STATUS, Short.BYTES) & STATUS_CAPABILITIES) != 0) {
      walk();
    }
  }

  private void walk() {
    int offset = read8(CAPABILITIES) & POINTER_MASK;
    for (int i = 0; i < MOST_CAPABILITIES && offset >= PciHeader.SIZE; i++) {
      int id = read8(offset + PciCapabilityHeader.ID);
      if (id == ID_VENDOR && offset + PciCapability.SIZE <= CONVENTIONAL_SIZE) {
        virtio(offset);
      } else if (id == ID_MSIX && offset + MSIX_SIZE <= CONVENTIONAL_SIZE && msix == null) {
        msix = msix(offset);
      }
      offset = read8(offset + NEXT) & POINTER_MASK;
    }
  }

  private void virtio(int offset) {
    Structure found =
        structure(read8(offset + BAR), read32(offset + OFFSET), read32(offset + LENGTH));
    if (found == null) {
      return;
    }
    switch (read8(offset + CFG_TYPE)) {
      case TYPE_COMMON -> common = common == null ? found : common;
      case TYPE_NOTIFY -> {
        if (notify == null && offset + NOTIFY_SIZE <= CONVENTIONAL_SIZE) {
          notify = found;
          notifyMultiplier = read32(offset + NOTIFY_MULTIPLIER);
        }
      }
      case TYPE_ISR -> isr = isr == null ? found : isr;
      case TYPE_DEVICE -> device = device == null ? found : device;
      default -> {
        // Of no use here.
      }
    }
  }

  private @Nullable Msix msix(int offset) {
    long control = configuration + offset + MSIX_CONTROL;
    int vectors = (int) (bus.read(control, Short.BYTES) & MSIX_TABLE_SIZE) + 1;
    long table = read32(offset + MSIX_TABLE);
    Structure found =
        structure(
            (int) table & MSIX_WINDOW, table & ~MSIX_WINDOW, (long) vectors * MSIX_ENTRY_SIZE);
    return found == null ? null : new Msix(control, found.address(), vectors);
  }

  private @Nullable Structure structure(int window, long offset, long length) {
    long address = windows.address(window, offset, length);
    return address == 0 ? null : new Structure(address, length);
  }

  private int read8(int offset) {
    return (int) bus.read(configuration + offset, Byte.BYTES);
  }

  private long read32(int offset) {
    return bus.read32(configuration + offset) & WORD;
  }

  /** The common configuration. */
  Structure common() {
    return present("common configuration", common);
  }

  /** The notification addresses. */
  Structure notifications() {
    return present("notification", notify);
  }

  /** Bytes for each unit of queue_notify_off. */
  long notifyMultiplier() {
    return notifyMultiplier;
  }

  /** The ISR status. */
  Structure isr() {
    return present("ISR", isr);
  }

  /** The device configuration. */
  Structure device() {
    return present("device configuration", device);
  }

  private static Structure present(String name, @Nullable Structure structure) {
    if (structure == null) {
      throw new BlockDeviceException("the PCI function has no %s structure".formatted(name));
    }
    return structure;
  }

  /** MSI-X, or null when the function has none that can be used. */
  @Nullable Msix msix() {
    return msix;
  }
}
