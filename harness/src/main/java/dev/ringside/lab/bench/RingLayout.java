package dev.ringside.lab.bench;

import dev.ringside.driver.DriverSettings;
import dev.ringside.virtio.spec.Feature;
import java.util.Locale;

/** The rings that a driver can agree on. */
public enum RingLayout {
  /** A split virtqueue (virtio 1.4, section 2.7). */
  SPLIT(DriverSettings.DEFAULT.features() & ~Feature.RING_PACKED.mask()),
  /** A packed virtqueue (section 2.8). */
  PACKED(DriverSettings.DEFAULT.features() | Feature.RING_PACKED.mask());

  private final long features;

  RingLayout(long features) {
    this.features = features;
  }

  /** What the driver accepts to get this ring. */
  long features() {
    return features;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
