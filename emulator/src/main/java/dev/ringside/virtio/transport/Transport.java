package dev.ringside.virtio.transport;

/** How a device is attached to its machine. */
public enum Transport {
  /** virtio-mmio version 2. */
  MMIO,
  /** virtio-mmio version 1, the legacy interface. */
  MMIO_LEGACY,
  /** virtio-pci with MSI-X. */
  PCI,
  /** virtio-pci without MSI-X: one interrupt pin for everything. */
  PCI_INTX
}
