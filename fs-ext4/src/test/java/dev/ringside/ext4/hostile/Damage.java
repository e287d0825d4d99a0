package dev.ringside.ext4.hostile;

import dev.ringside.ext4.hostile.RawImage.Kind;
import dev.ringside.ext4.hostile.RawImage.Structure;
import java.util.List;

/**
 * Damage as bytes: which image, and then changes of eight bytes each: a kind of structure, which of
 * its kind, where in it, how, and with what.
 */
final class Damage {
  /** Length of what stands before the changes. */
  static final int HEAD = 2;

  static final int CHANGE = 8;
  private static final int MAX_CHANGES = 16;
  private static final int NO_REPAIR = 1;
  private static final int READ_ONLY = 2;

  private final byte[] input;

  Damage(byte[] input) {
    this.input = input;
  }

  private int u8(int at) {
    return at < input.length ? input[at] & 0xff : 0;
  }

  int image() {
    return u8(0);
  }

  /** Whether checksums of what was changed are made right. */
  private boolean isRepaired() {
    return (u8(1) & NO_REPAIR) == 0;
  }

  boolean isReadOnly() {
    return (u8(1) & READ_ONLY) != 0;
  }

  /** Changes an image, and leaves its checksums wrong whatever the input says. */
  void applyUnrepaired(RawImage image, List<Kind> kinds) {
    input[1] |= NO_REPAIR;
    apply(image, kinds);
  }

  /** Changes an image. */
  void apply(RawImage image, List<Kind> kinds) {
    ChecksumRepair repair = new ChecksumRepair(image);
    int changes = Math.min(MAX_CHANGES, (input.length - HEAD) / CHANGE);
    for (int i = 0; i < changes; i++) {
      int at = HEAD + i * CHANGE;
      Kind kind = kinds.get(u8(at) % kinds.size());
      List<Structure> some =
          image.structures().stream().filter(structure -> structure.kind() == kind).toList();
      if (!some.isEmpty()) {
        Structure structure = some.get((u8(at + 1) | u8(at + 2) << 8) % some.size());
        change(image, structure, at);
        if (isRepaired()) {
          repair.repair(structure);
        }
      }
    }
  }

  private void change(RawImage image, Structure structure, int at) {
    int place = structure.offset() + (u8(at + 3) | u8(at + 4) << 8) % structure.length();
    int value = u8(at + 6) | u8(at + 7) << 8;
    byte[] bytes = image.content();
    boolean fits = place + Integer.BYTES <= structure.offset() + structure.length();
    switch (u8(at + 5) % 6) {
      case 0 -> bytes[place] = (byte) value;
      case 1 -> bytes[place] ^= (byte) value;
      case 2 -> bytes[place] += (byte) value;
      case 3 -> {
        if (fits) {
          image.bytes().putShort(place, (short) value);
        }
      }
      case 4 -> {
        if (fits) {
          image.bytes().putInt(place, value << 16 >> 16);
        }
      }
      default -> {
        if (fits) {
          image.bytes().putInt(place, 1 << value % Integer.SIZE);
        }
      }
    }
  }
}
