package dev.ringside.virtio.transport;

import dev.ringside.virtio.spec.Feature;
import dev.ringside.virtio.state.FunctionState;

/**
 * What device and transport offer together, and what the driver chooses (virtio 1.4, section 2.2).
 */
final class FeatureNegotiation {
  private final VirtioDevice device;
  private final FunctionTransport transport;
  private final ConfigurationAccess configuration;
  private long chosen;

  /** Feature bits 64 to 127, none of which is offered. */
  private long chosenHigh;

  FeatureNegotiation(
      VirtioDevice device, FunctionTransport transport, ConfigurationAccess configuration) {
    this.device = device;
    this.transport = transport;
    this.configuration = configuration;
  }

  private long offered() {
    return transport.offer(device.features()) & device.offerableFeatures();
  }

  /** 32 of the offered feature bits; a word beyond the second reads as zero. */
  int offered(int word) {
    return word == 0 || word == 1 ? (int) (offered() >>> (word * Integer.SIZE)) : 0;
  }

  /** Feature bits 0 to 63 that the driver chose. */
  long chosen() {
    return chosen;
  }

  long chosenHigh() {
    return chosenHigh;
  }

  /** 32 of the feature bits that the driver chose. */
  int chosen(int word) {
    return switch (word) {
      case 0, 1 -> (int) (chosen >>> (word * Integer.SIZE));
      case 2, 3 -> (int) (chosenHigh >>> ((word - 2) * Integer.SIZE));
      default -> 0;
    };
  }

  /**
   * The driver chooses 32 feature bits. Over the legacy interface nothing can be refused, so what
   * is not offered is left out.
   */
  void choose(int word, int bits) {
    switch (word) {
      case 0, 1 -> chosen = withWord(chosen, word, bits);
      case 2, 3 -> chosenHigh = withWord(chosenHigh, word - 2, bits);
      default -> {
        // There are no such features (section 2.2).
      }
    }
    if (transport.isLegacy()) {
      chosen &= offered();
    }
  }

  private static long withWord(long features, int word, int bits) {
    int shift = word * Integer.SIZE;
    return (features & ~(0xffff_ffffL << shift)) | ((bits & 0xffff_ffffL) << shift);
  }

  /**
   * Whether the driver chose a subset of what is offered, and version 1 (section 2.2.2), and the
   * device can work with it.
   */
  boolean isAccepted() {
    return isOffered()
        && chosenHigh == 0
        && Feature.VERSION_1.isIn(chosen)
        && configuration.accepts(chosen);
  }

  private boolean isOffered() {
    return (chosen & ~offered()) == 0;
  }

  void clear() {
    chosen = 0;
    chosenHigh = 0;
  }

  void restore(FunctionState saved) {
    chosen = saved.features();
    chosenHigh = saved.featuresHigh();
  }

  /** Whether this device works with a choice that another one accepted. */
  boolean isAcceptedAgain() {
    return transport.isLegacy() ? isOffered() : isAccepted();
  }
}
