package dev.ringside.ext4;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.testing.Fixture;
import dev.ringside.ext4.testing.ImageEditor;
import dev.ringside.ext4.testing.MountedImage;
import dev.ringside.machine.RandomStreams;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Random damage to metadata of images without checksums, where nothing but the checks of the values
 * stands in the way: whatever comes of it, it is an answer or an {@link Ext4Exception}, and it
 * comes.
 */
final class ByteFlipTest {
  private static final long SEED = Long.getLong("ringside.seed", 20_261_120L);
  private static final int ROUNDS = 50;

  /** The superblock, the descriptors and the first group's inodes lie in here, and the trees. */
  private static final int METADATA_BLOCKS = 700;

  @ParameterizedTest
  @EnumSource(names = {"EXT2", "UNINIT_BG"})
  @Timeout(120)
  void randomBytesLeadToAnswersOrFailures(Fixture fixture, @TempDir Path directory) {
    System.out.println("ByteFlipTest: replay with -Dringside.seed=" + SEED);
    RandomGenerator random = new RandomStreams(SEED).stream(fixture.name());
    int failures = 0;
    ImageEditor image = ImageEditor.of(fixture.copyTo(directory.resolve("image")));
    for (int round = 0; round < ROUNDS; round++) {
      Map<Long, Integer> sound = new HashMap<>();
      int flips = 1 + random.nextInt(64);
      for (int flip = 0; flip < flips; flip++) {
        // The superblock gets its share once in a while, or nearly no image would mount.
        long first = random.nextInt(16) == 0 ? image.superblock() : image.blockSize() * 8L;
        long offset = random.nextLong(first, METADATA_BLOCKS * 1024L);
        sound.putIfAbsent(offset, image.get8(offset));
        image.put8(offset, random.nextInt(256));
      }
      try (MountedImage mounted = MountedImage.of(image.image())) {
        Everything.readBelow(mounted.ext4(), Ext4Path.ROOT);
      } catch (Ext4Exception expected) {
        failures++;
      }
      sound.forEach(image::put8);
    }
    assertThat(failures).as("rounds that met their damage").isPositive();
  }
}
