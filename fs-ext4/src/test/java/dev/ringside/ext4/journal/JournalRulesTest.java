package dev.ringside.ext4.journal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.testing.ImageEditor;
import dev.ringside.ext4.testing.JournalImages;
import dev.ringside.ext4.testing.JournaledImage;
import dev.ringside.ext4.testing.RecordedDisk;
import dev.ringside.ext4.testing.ScratchBlocks;
import dev.ringside.ext4.testing.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What may be written when: blocks that change, are freed and are used again as something else, by
 * chance, and a crash somewhere. What is found then is what the model held at the end of a
 * transaction, and no earlier one than had been waited for.
 */
final class JournalRulesTest {
  @TempDir private Path directory;

  /** A run of operations, and when it was told that they cannot be lost. */
  private static final class Run {
    private final Random random;
    private final RecordedDisk disk;
    private final TreeMap<Integer, Integer> durable = new TreeMap<>();
    private final JournaledImage image;
    private final ScratchBlocks blocks;

    Run(Path file, long seed, int scratch, long cacheBytes, JournalOptions options)
        throws Ext4Exception {
      random = new Random(seed);
      disk = RecordedDisk.of(file);
      image = JournaledImage.open(disk, options, cacheBytes);
      blocks =
          new ScratchBlocks(image, image.superblock().blocks() - scratch - 10, scratch, random);
    }

    /** Without polls, space in the log is made when there is none left, and used at once. */
    void operate(int operations, boolean polls) throws Ext4Exception {
      for (int i = 0; i < operations; i++) {
        blocks.operate(1 + random.nextInt(10));
        if (polls && random.nextInt(3) == 0) {
          image.journal().poll();
        }
        if (random.nextInt(6) == 0) {
          int done = blocks.operations();
          image.journal().commitAll();
          durable.put(disk.count(), done);
        }
      }
    }

    /** Compares a disk after recovery with the model. */
    void check(byte[] recovered, int cut) {
      int operation = blocks.operationsIn(recovered);
      var waitedFor = durable.floorEntry(cut);
      assertThat(operation)
          .as("operations after a crash at step %d", cut)
          .isBetween(waitedFor == null ? 0 : waitedFor.getValue(), blocks.operations());
      assertThat(blocks.isLast(operation)).as("operation %d ends one", operation).isTrue();
      assertThat(blocks.difference(recovered, operation)).isEmpty();
    }
  }

  private static byte[] recovered(byte[] content) throws Ext4Exception {
    RecordedDisk disk = RecordedDisk.of(content);
    JournaledImage.open(disk).close();
    return disk.content();
  }

  @ParameterizedTest
  @CsvSource({
    "EXT4_1K, 1, 60, 1000000, ORDERED",
    "EXT4_1K, 2, 400, 1000000, ORDERED",
    "EXT4_1K, 3, 60, 1, ORDERED",
    "EXT4_1K, 4, 60, 65536, JOURNAL",
    "EXT4_2K, 5, 60, 200000, ORDERED",
    "NO_CSUM_1K, 6, 60, 100000, ORDERED",
    "NO_CSUM_64BIT, 7, 400, 1000000, ORDERED",
    "EXT3, 8, 400, 100000, ORDERED"
  })
  void everyCrashLeavesTheEndOfATransaction(
      JournalImages kind, long seed, int scratch, long cacheBytes, DataMode mode)
      throws IOException {
    Path file = kind.make(directory.resolve("image"));
    Run run = new Run(file, seed, scratch, cacheBytes, JournalOptions.DEFAULT.withMode(mode));
    run.operate(500, seed % 2 == 0);
    run.image.crash();

    Random random = new Random(seed);
    int[] tails = run.disk.writesTo(ImageEditor.of(file).fileBlock("<8>", 0));
    for (int i = 0; i < 40; i++) {
      int cut = random.nextInt(2, run.disk.count() + 1);
      if (i % 2 == 0) {
        // What is written where space was given back, is written soon after.
        cut = Math.min(run.disk.count(), tails[random.nextInt(tails.length)] + random.nextInt(9));
      }
      byte[] torn = run.disk.torn(cut, random);
      byte[] ours = recovered(torn);
      run.check(ours, cut);
      if (i % 13 == 0) {
        Path copy = Files.write(directory.resolve("torn"), torn);
        Tool.E2FSCK.runUpTo(1, "-y", "-E", "journal_only", copy);
        run.check(Files.readAllBytes(copy), cut);
        Files.write(file, ours);
        Tool.E2FSCK.run("-fn", file);
      }
    }
  }
}
