package dev.ringside.hostile;

import java.util.Locale;

/** A ring layout behind a transport. */
enum Combination {
  SPLIT_MMIO(Ring.SPLIT, Transport.MMIO),
  PACKED_MMIO(Ring.PACKED, Transport.MMIO),
  SPLIT_PCI(Ring.SPLIT, Transport.PCI),
  PACKED_PCI(Ring.PACKED, Transport.PCI);

  /** How a virtqueue lies in memory (virtio 1.4, sections 2.7 and 2.8). */
  enum Ring {
    SPLIT,
    PACKED
  }

  /** How the registers are reached (virtio 1.4, sections 4.1 and 4.2). */
  enum Transport {
    MMIO,
    PCI
  }

  private final Ring ring;
  private final Transport transport;

  Combination(Ring ring, Transport transport) {
    this.ring = ring;
    this.transport = transport;
  }

  Ring ring() {
    return ring;
  }

  Transport transport() {
    return transport;
  }

  /** Whether the device has both; an attack on another combination is skipped aloud. */
  boolean available() {
    return true;
  }

  @Override
  public String toString() {
    return ring.name().toLowerCase(Locale.ROOT) + ", " + transport;
  }
}
