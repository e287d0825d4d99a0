package dev.ringside.ext4.format;

import dev.ringside.ext4.error.Ext4UnsupportedException;
import java.util.StringJoiner;

/**
 * The features of one filesystem.
 *
 * @param compat the word {@code s_feature_compat}
 * @param incompat the word {@code s_feature_incompat}
 * @param roCompat the word {@code s_feature_ro_compat}
 */
public record FeatureSet(int compat, int incompat, int roCompat) {
  public boolean has(Feature feature) {
    return (word(feature.kind()) & feature.bit()) != 0;
  }

  private int word(Feature.Kind kind) {
    return switch (kind) {
      case COMPAT -> compat;
      case INCOMPAT -> incompat;
      case RO_COMPAT -> roCompat;
    };
  }

  /**
   * Refuses what cannot be read.
   *
   * @throws Ext4UnsupportedException naming the first feature that is unknown or refused
   */
  public void checkReadable() throws Ext4UnsupportedException {
    for (Feature feature : Feature.values()) {
      if (has(feature) && feature.support() == Feature.Support.REFUSED) {
        throw new Ext4UnsupportedException(
            feature.label(), "images with this feature cannot be read");
      }
    }
    for (int rest = incompat; rest != 0; rest &= rest - 1) {
      int bit = Integer.lowestOneBit(rest);
      if (Feature.of(Feature.Kind.INCOMPAT, bit).isEmpty()) {
        throw new Ext4UnsupportedException(
            "incompatible feature 0x%x".formatted(bit), "unknown, so the image cannot be read");
      }
    }
  }

  /**
   * Refuses what cannot be written.
   *
   * @throws Ext4UnsupportedException naming the first feature that is unknown, refused, or only
   *     read
   */
  public void checkWritable() throws Ext4UnsupportedException {
    checkReadable();
    for (Feature feature : Feature.values()) {
      if (has(feature) && feature.support() == Feature.Support.READ_ONLY_MOUNT) {
        throw new Ext4UnsupportedException(
            feature.label(), "images with this feature cannot be written, only read");
      }
    }
    for (int rest = roCompat; rest != 0; rest &= rest - 1) {
      int bit = Integer.lowestOneBit(rest);
      if (Feature.of(Feature.Kind.RO_COMPAT, bit).isEmpty()) {
        throw new Ext4UnsupportedException(
            "read-only compatible feature 0x%x".formatted(bit),
            "unknown, so the image cannot be written, only read");
      }
    }
  }

  /** The names of the known features, and the unknown flags in hexadecimal. */
  @Override
  public String toString() {
    StringJoiner names = new StringJoiner(" ");
    for (Feature.Kind kind : Feature.Kind.values()) {
      for (int rest = word(kind); rest != 0; rest &= rest - 1) {
        int bit = Integer.lowestOneBit(rest);
        names.add(
            Feature.of(kind, bit).map(Feature::label).orElseGet(() -> unknownName(kind, bit)));
      }
    }
    return names.toString();
  }

  private static String unknownName(Feature.Kind kind, int bit) {
    return kind + ":0x" + Integer.toHexString(bit);
  }
}
