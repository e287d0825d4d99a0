package dev.ringside.hostile;

import dev.ringside.hostile.Combination.Ring;
import dev.ringside.hostile.Combination.Transport;
import java.util.Arrays;
import java.util.List;

/**
 * Which combinations a row applies to.
 *
 * @param kind which ones
 * @param reason why the others are left out; empty when none is
 */
record Scope(Kind kind, String reason) {
  static final Scope ALL = new Scope(Kind.ALL, "");

  /** What the combinations have in common. */
  enum Kind {
    ALL,
    SPLIT,
    PACKED,
    MMIO,
    PCI
  }

  static Scope split(String reason) {
    return new Scope(Kind.SPLIT, reason);
  }

  static Scope packed(String reason) {
    return new Scope(Kind.PACKED, reason);
  }

  static Scope mmio(String reason) {
    return new Scope(Kind.MMIO, reason);
  }

  static Scope pci(String reason) {
    return new Scope(Kind.PCI, reason);
  }

  List<Combination> combinations() {
    return Arrays.stream(Combination.values()).filter(this::covers).toList();
  }

  boolean covers(Combination combination) {
    return switch (kind) {
      case ALL -> true;
      case SPLIT -> combination.ring() == Ring.SPLIT;
      case PACKED -> combination.ring() == Ring.PACKED;
      case MMIO -> combination.transport() == Transport.MMIO;
      case PCI -> combination.transport() == Transport.PCI;
    };
  }
}
