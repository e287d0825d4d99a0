package dev.ringside.ext4.hostile;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What can be fuzzed. */
enum FuzzTarget {
  IMAGE(ImageFuzz.class),
  JOURNAL(JournalFuzz.class),
  WRITES(WritesFuzz.class);

  private static final int IMAGES = 9;
  private static final int KINDS = 10;

  private final Class<?> entry;

  FuzzTarget(Class<?> entry) {
    this.entry = entry;
  }

  Class<?> entry() {
    return entry;
  }

  /** The name on the command line. */
  String commandName() {
    return name().toLowerCase(Locale.ROOT);
  }

  void run(byte[] input) {
    switch (this) {
      case IMAGE -> ImageFuzz.fuzzerTestOneInput(input);
      case JOURNAL -> JournalFuzz.fuzzerTestOneInput(input);
      case WRITES -> WritesFuzz.fuzzerTestOneInput(input);
    }
  }

  /** Inputs to begin with: a small change of every kind of structure of every image. */
  List<byte[]> seeds() {
    List<byte[]> seeds = new ArrayList<>();
    for (int image = 0; image < IMAGES; image++) {
      for (int kind = 0; kind < KINDS; kind++) {
        byte[] seed = new byte[Damage.HEAD + Damage.CHANGE];
        seed[0] = (byte) image;
        seed[Damage.HEAD] = (byte) kind;
        seed[Damage.HEAD + 1] = (byte) (kind * 7 + image);
        seed[Damage.HEAD + 3] = (byte) (4 * kind);
        seed[Damage.HEAD + 5] = 1;
        seed[Damage.HEAD + 6] = 1;
        seeds.add(seed);
      }
    }
    return seeds;
  }
}
