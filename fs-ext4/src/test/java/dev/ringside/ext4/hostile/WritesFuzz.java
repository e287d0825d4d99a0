package dev.ringside.ext4.hostile;

import dev.ringside.ext4.testing.Tool;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Writes to damaged images, and sees that it does not make them worse. Every checksum tells of the
 * damage here, so nothing that is written can depend on it: when the damage is undone afterwards,
 * e2fsck has nothing to do but what a crash leaves to it, where the mount stopped because of what
 * it met.
 */
public final class WritesFuzz {
  private static final List<SeedImage> IMAGES = List.of(SeedImage.EXT4, SeedImage.UPSTREAM);
  private static final Path MEMORY = Path.of("/dev/shm");

  /** What {@code e2fsck -p} says when it recovered the journal, and cleared the note of damage. */
  private static final int MENDED = 1;

  /** What a crash leaves to e2fsck: the journal, half deleted files, and the note of damage. */
  private static final Pattern ALLOWED =
      Pattern.compile(
          "recovering journal|(Clearing|Truncating) orphaned inode|[Cc]heck forced"
              + "|\\d+/\\d+ files|^$|(Setting free|Free) (inodes|blocks) count");

  private WritesFuzz() {}

  /** Makes the images before the time of the first input is taken. */
  public static void fuzzerInitialize() {
    IMAGES.forEach(SeedImage::clean);
  }

  /** One input. */
  public static void fuzzerTestOneInput(byte[] input) {
    if (input.length < Damage.HEAD) {
      return;
    }
    Damage damage = new Damage(input.clone());
    RawImage sound = IMAGES.get(damage.image() % IMAGES.size()).clean();
    RawImage image = sound.copy();
    damage.applyUnrepaired(image, ImageFuzz.KINDS);
    byte[] damaged = image.content().clone();
    byte[] written = image.content();
    try {
      new DamagedRun().runOn(written);
      for (int i = 0; i < damaged.length; i++) {
        if (damaged[i] != sound.content()[i] && written[i] == damaged[i]) {
          written[i] = sound.content()[i];
        }
      }
      judge(written);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private static void judge(byte[] image) throws IOException {
    Path file =
        Files.isWritable(MEMORY)
            ? Files.createTempFile(MEMORY, "ringside", ".img")
            : Files.createTempFile("ringside", ".img");
    try {
      Files.write(file, image);
      String said = Tool.E2FSCK.runUpTo(MENDED, "-fp", file);
      List<String> more = said.lines().filter(line -> !ALLOWED.matcher(line).find()).toList();
      if (!more.isEmpty()) {
        throw new IllegalStateException(
            "the damage was undone, but e2fsck still says: " + String.join("; ", more));
      }
    } finally {
      Files.delete(file);
    }
  }
}
