package dev.ringside.ext4.hostile;

import dev.ringside.ext4.hostile.RawImage.Kind;
import java.util.List;

/** Damages the logs of images that were not unmounted. */
public final class JournalFuzz {
  private static final List<SeedImage> IMAGES =
      List.of(SeedImage.EXT4, SeedImage.UPSTREAM, SeedImage.EXT3, SeedImage.UNINIT_BG);

  private JournalFuzz() {}

  /** Makes the images before the time of the first input is taken. */
  public static void fuzzerInitialize() {
    IMAGES.forEach(SeedImage::dirty);
  }

  /** One input. */
  public static void fuzzerTestOneInput(byte[] input) {
    Damage damage = new Damage(input);
    RawImage image = IMAGES.get(damage.image() % IMAGES.size()).dirty();
    damage.apply(image, List.of(Kind.JOURNAL));
    new DamagedRun().run(image.content(), damage.isReadOnly());
  }
}
