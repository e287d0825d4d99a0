package dev.ringside.hostile;

import dev.ringside.virtio.vhost.VhostUserFuzz;
import java.util.List;
import java.util.Locale;

/** What can be fuzzed. */
enum FuzzTarget {
  SPLIT_RING(SplitRingFuzz.class),
  PACKED_RING(PackedRingFuzz.class),
  REQUEST(RequestFuzz.class),
  MMIO(MmioFuzz.class),
  PCI(PciFuzz.class),
  VHOST_USER(VhostUserFuzz.class),
  VFIO_USER(VfioUserFuzz.class);

  private final Class<?> entry;

  FuzzTarget(Class<?> entry) {
    this.entry = entry;
  }

  /** Has {@code fuzzerTestOneInput(byte[])}. */
  Class<?> entry() {
    return entry;
  }

  /** The name on the command line. */
  String commandName() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  boolean available() {
    return this != PACKED_RING || Combination.PACKED_MMIO.available();
  }

  /** One input. */
  void run(byte[] bytes) {
    switch (this) {
      case SPLIT_RING -> SplitRingFuzz.fuzzerTestOneInput(bytes);
      case PACKED_RING -> PackedRingFuzz.fuzzerTestOneInput(bytes);
      case REQUEST -> RequestFuzz.fuzzerTestOneInput(bytes);
      case MMIO -> MmioFuzz.fuzzerTestOneInput(bytes);
      case PCI -> PciFuzz.fuzzerTestOneInput(bytes);
      case VHOST_USER -> VhostUserFuzz.fuzzerTestOneInput(bytes);
      case VFIO_USER -> VfioUserFuzz.fuzzerTestOneInput(bytes);
    }
  }

  /** Inputs to begin with. */
  List<byte[]> seeds() {
    return switch (this) {
      case SPLIT_RING -> FuzzSeeds.rings(Combination.SPLIT_MMIO);
      case PACKED_RING -> FuzzSeeds.rings(Combination.PACKED_MMIO);
      case REQUEST -> FuzzSeeds.requests();
      case MMIO -> FuzzSeeds.mmio();
      case PCI -> FuzzSeeds.pci();
      case VHOST_USER -> VhostUserFuzz.seeds();
      case VFIO_USER -> VfioUserFuzz.seeds();
    };
  }
}
