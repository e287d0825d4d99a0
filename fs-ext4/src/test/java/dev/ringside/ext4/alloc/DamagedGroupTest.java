package dev.ringside.ext4.alloc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringside.ext4.error.Errno;
import dev.ringside.ext4.error.Ext4CorruptedException;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.FileType;
import dev.ringside.ext4.journal.Handle;
import dev.ringside.ext4.mapping.FileMapping;
import dev.ringside.ext4.testing.ImageEditor;
import dev.ringside.ext4.testing.TestImage;
import dev.ringside.ext4.testing.Tool;
import dev.ringside.ext4.testing.WritableImage;
import dev.ringside.machine.RandomStreams;
import java.nio.file.Path;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Damaged bitmaps and descriptors are found before anything is built on them. */
final class DamagedGroupTest {
  private static final long SEED = Long.getLong("ringside.seed", 20_261_120L);
  private static final int ROUNDS = 60;

  private static ImageEditor make(Path directory, String options) {
    Path path = directory.resolve("image");
    TestImage.make(path, "16M", options).withFiles(1);
    return ImageEditor.of(path);
  }

  private static long bitmap(ImageEditor image, String kind) {
    String stats = Tool.DEBUGFS.run("-R", "stats", image.image());
    Matcher place = Pattern.compile(kind + " bitmap at (\\d+)").matcher(stats);
    assertThat(place.find()).isTrue();
    return Long.parseLong(place.group(1)) * image.blockSize();
  }

  /** Takes blocks and an inode of the first group, and gives them back. */
  private static void useGroup(Path path) throws Ext4Exception {
    try (WritableImage image = WritableImage.of(path)) {
      try (Handle handle = image.start()) {
        BlockRun run = image.allocation().blocks().allocate(handle, 0, 10);
        long number = image.allocation().inodes().allocate(handle, FileType.REGULAR, 2);
        image.allocation().inodes().free(handle, number, FileType.REGULAR);
        image.allocation().blocks().free(handle, run.first(), run.count(), false);
      } catch (Ext4Exception damage) {
        image.transactions().abort(damage);
        throw damage;
      }
    }
  }

  private static void assertDamageIsFound(ImageEditor image) {
    assertThatThrownBy(() -> useGroup(image.image())).isInstanceOf(Ext4CorruptedException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"-t ext4 -b 1024", "-t ext2 -b 1024"})
  void bitOfTheBlockBitmapIsWrong(String options, @TempDir Path directory) {
    ImageEditor image = make(directory, options);
    assertDamageIsFound(image.flip(bitmap(image, "block") + 100, 3));
  }

  @ParameterizedTest
  @ValueSource(strings = {"-t ext4 -b 1024", "-t ext2 -b 1024"})
  void bitOfTheInodeBitmapIsWrong(String options, @TempDir Path directory) {
    ImageEditor image = make(directory, options);
    assertDamageIsFound(image.flip(bitmap(image, "inode") + 20, 3));
  }

  @ParameterizedTest
  @ValueSource(strings = {"-t ext4 -b 1024", "-t ext2 -b 1024"})
  void blockBitmapSaysThatMetadataIsFree(String options, @TempDir Path directory) {
    ImageEditor image = make(directory, options);
    long place = bitmap(image, "block");
    // As many bits as before are set.
    assertDamageIsFound(image.flip(place, 2).flip(place + 1000, 0));
  }

  @ParameterizedTest
  @ValueSource(ints = {0x00, 0x04, 0x08, 0x0c, 0x0e, 0x10})
  void descriptorIsWrong(int field, @TempDir Path directory) {
    ImageEditor image = make(directory, "-t ext2 -b 1024");
    assertDamageIsFound(image.put16(image.groupDescriptor() + field, 0xfff0));
  }

  @ParameterizedTest
  @ValueSource(ints = {0x00, 0x04, 0x08})
  void descriptorLeadsToTheMetadataOfAnotherGroup(int field, @TempDir Path directory) {
    ImageEditor image = make(directory, "-t ext2 -b 1024");
    int other = image.get32(image.groupDescriptor() + 32 + field);
    assertDamageIsFound(image.put32(image.groupDescriptor() + field, other));
  }

  @ParameterizedTest
  @ValueSource(strings = {"-t ext2 -b 1024", "-t ext4 -b 1024 -O ^metadata_csum,uninit_bg"})
  @Timeout(60)
  void randomBytesLeadToAnswersOrFailures(String options, @TempDir Path directory) {
    System.out.println("DamagedGroupTest: replay with -Dringside.seed=" + SEED);
    RandomGenerator random = new RandomStreams(SEED).stream(options);
    ImageEditor image = make(directory, options);
    long inode = 12;
    int failures = 0;
    for (int round = 0; round < ROUNDS; round++) {
      // Descriptors, bitmaps and the start of the inode table: the first kilobytes of the disk.
      for (int i = 0; i < 1 + random.nextInt(12); i++) {
        image.put8(2048 + random.nextLong(200 * 1024L), random.nextInt(256));
      }
      try (WritableImage writable = WritableImage.of(image.image())) {
        try {
          useRandomly(writable, inode, random);
        } catch (Ext4Exception damage) {
          assertThat(damage.errno()).isIn(Errno.EUCLEAN, Errno.ENOSPC, Errno.EFBIG);
          failures++;
        }
        writable.transactions().abort(new IllegalStateException("only the damage stays"));
      } catch (Ext4Exception damage) {
        assertThat(damage.errno()).isEqualTo(Errno.EUCLEAN);
        failures++;
        image = make(directory, options);
      }
    }
    assertThat(failures).as("rounds that met their damage").isPositive();
  }

  private static void useRandomly(WritableImage image, long inode, RandomGenerator random)
      throws Ext4Exception {
    FileMapping mapping = image.mapping(inode);
    for (int i = 0; i < 50; i++) {
      try (Handle handle = image.start()) {
        long first = random.nextInt(500) * 10L;
        mapping.remove(handle, first, 10);
        mapping.allocate(handle, first, 1 + random.nextInt(10), random.nextBoolean());
        image.allocation().inodes().allocate(handle, FileType.DIRECTORY, 2);
      }
    }
    try (Handle handle = image.start()) {
      mapping.remove(handle, 0, 1L << 32);
    }
  }
}
