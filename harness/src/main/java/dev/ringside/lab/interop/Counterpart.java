package dev.ringside.lab.interop;

import java.util.Locale;

/** A kind of guest: which Linux, on which machine, and how that machine reaches the disk. */
public enum Counterpart {
  /** User-mode Linux, a kernel that is an ordinary process and a vhost-user frontend itself. */
  UML(Protocol.VHOST_USER),
  /**
   * QEMU's vhost-user-blk-pci: virtio-pci, with its registers in QEMU and its rings in Ringside.
   */
  QEMU_PCI(Protocol.VHOST_USER),
  /** QEMU's vhost-user-blk on virtio-mmio version 2, in the machine without PCI. */
  QEMU_MICROVM(Protocol.VHOST_USER),
  /** QEMU's vfio-user-pci: every register of virtio-pci in Ringside. */
  QEMU_VFIO_PCI(Protocol.VFIO_USER_PCI),
  /**
   * The same with the registers of virtio-mmio, which a module in the guest hands to Linux's
   * driver.
   */
  QEMU_VFIO_MMIO(Protocol.VFIO_USER_MMIO);

  /** What is spoken over the socket. */
  public enum Protocol {
    VHOST_USER,
    VFIO_USER_PCI,
    VFIO_USER_MMIO
  }

  private final Protocol protocol;

  Counterpart(Protocol protocol) {
    this.protocol = protocol;
  }

  Protocol protocol() {
    return protocol;
  }

  /** As the command line calls it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
