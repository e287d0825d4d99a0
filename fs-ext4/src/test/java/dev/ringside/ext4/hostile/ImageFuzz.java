package dev.ringside.ext4.hostile;

import dev.ringside.ext4.hostile.RawImage.Kind;
import java.util.List;

/** Damages metadata of images that were unmounted. */
public final class ImageFuzz {
  static final List<Kind> KINDS =
      List.of(
          Kind.INODE,
          Kind.DIRECTORY,
          Kind.EXTENTS,
          Kind.SUPERBLOCK,
          Kind.DESCRIPTOR,
          Kind.BLOCK_BITMAP,
          Kind.INODE_BITMAP,
          Kind.ATTRIBUTES,
          Kind.INDIRECT,
          Kind.ORPHAN_FILE);

  private ImageFuzz() {}

  /** Makes the images before the time of the first input is taken. */
  public static void fuzzerInitialize() {
    for (SeedImage image : SeedImage.values()) {
      image.clean();
    }
  }

  /** One input. */
  public static void fuzzerTestOneInput(byte[] input) {
    Damage damage = new Damage(input);
    SeedImage[] images = SeedImage.values();
    RawImage image = images[damage.image() % images.length].clean();
    damage.apply(image, KINDS);
    new DamagedRun().run(image.content(), damage.isReadOnly());
  }
}
