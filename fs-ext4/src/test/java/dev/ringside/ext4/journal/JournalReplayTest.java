package dev.ringside.ext4.journal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.testing.Fixture;
import dev.ringside.ext4.testing.JournalImages;
import dev.ringside.ext4.testing.JournaledImage;
import dev.ringside.ext4.testing.LogWrites;
import dev.ringside.ext4.testing.MemoryDirectory;
import dev.ringside.ext4.testing.RecordedDisk;
import dev.ringside.ext4.testing.RecoveredState;
import dev.ringside.ext4.testing.Tool;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Recovery that writes gives what e2fsck's gives, byte for byte outside of the journal. */
final class JournalReplayTest {
  @TempDir(factory = MemoryDirectory.class)
  private Path directory;

  private static byte[] replayed(byte[] content) throws IOException {
    RecordedDisk disk = RecordedDisk.of(content);
    JournaledImage.open(disk).close();
    return disk.content();
  }

  private RecoveredState replayedByE2fsck(byte[] content) throws IOException {
    Path copy = Files.write(directory.resolve("theirs"), content);
    Tool.E2FSCK.runUpTo(1, "-y", "-E", "journal_only", copy);
    return RecoveredState.of(copy);
  }

  private RecoveredState replayedByUs(byte[] content) throws IOException {
    Path copy = Files.write(directory.resolve("ours"), replayed(content));
    Tool.E2FSCK.run("-fn", copy);
    return RecoveredState.of(copy);
  }

  /** What a kernel had on its disk while it worked; images/README.md says how each was made. */
  @ParameterizedTest
  @ValueSource(strings = {"dirty-wrapped", "dirty-data", "dirty-crc32"})
  void bringsHomeWhatAKernelLeft(String name) throws IOException {
    byte[] dirty = Files.readAllBytes(Fixture.unpackTo(directory.resolve("dirty"), name));

    assertThat(replayedByUs(dirty)).isEqualTo(replayedByE2fsck(dirty));
  }

  /** Every cut at which the kernel's disk had to be durable, from mkfs to unmount. */
  @Test
  void bringsHomeWhatAKernelLeftAtEveryCut() throws IOException {
    Path recording =
        Path.of(System.getProperty("ringside.root"))
            .resolve("images/traces/w4-dmlogwrites/w4.logwrites.xz");
    byte[] disk = new byte[131072 * 512];
    boolean formatted = false;
    int cuts = 0;
    for (LogWrites.Entry entry : LogWrites.read(recording).entries()) {
      if (entry.isWrite()) {
        ByteBuffer data = entry.data().duplicate();
        data.get(disk, (int) entry.sector() * 512, data.remaining());
      }
      formatted |= entry.mark().startsWith("mkfs");
      if (formatted && entry.isBarrier()) {
        cuts++;
        Path ours = Files.write(directory.resolve("ours"), replayed(disk));
        assertThat(RecoveredState.of(ours)).as("cut %d", cuts).isEqualTo(replayedByE2fsck(disk));
      }
    }
    assertThat(cuts).isGreaterThan(25);
  }

  /** A disk that we left dirty, after some transactions that changed many inodes. */
  private byte[] dirty(JournalImages kind) throws IOException {
    RecordedDisk disk = RecordedDisk.of(kind.make(directory.resolve("image")));
    JournaledImage image = JournaledImage.open(disk);
    for (int i = 0; i < 40; i++) {
      int from = i * 4;
      image.touch(1_000_000 + i, LongStream.range(12 + from, 12 + from + 40).toArray());
      image.journal().commitAll();
    }
    image.crash();
    return disk.content();
  }

  @ParameterizedTest
  @EnumSource
  void bringsHomeWhatWeLeft(JournalImages kind) throws IOException {
    byte[] dirty = dirty(kind);

    assertThat(replayedByUs(dirty)).isEqualTo(replayedByE2fsck(dirty));
  }

  @ParameterizedTest
  @EnumSource(names = {"EXT4_1K", "EXT3"})
  void startsAnewAfterACrashAtEveryWrite(JournalImages kind) throws IOException {
    RecordedDisk disk = RecordedDisk.of(dirty(kind));
    JournaledImage.open(disk).close();
    RecoveredState whole = RecoveredState.of(Files.write(directory.resolve("r"), disk.content()));
    Random random = new Random(1);

    for (int cut = 0; cut <= disk.count(); cut++) {
      for (byte[] state : new byte[][] {disk.after(cut), disk.torn(cut, random)}) {
        Path again = Files.write(directory.resolve("r"), replayed(state));
        assertThat(RecoveredState.of(again))
            .as("after %d of %d", cut, disk.count())
            .isEqualTo(whole);
      }
    }
    assertThat(disk.count()).isGreaterThan(10);
  }

  /** Operations on inodes, cut at every write: each is there as a whole or not at all. */
  @ParameterizedTest
  @EnumSource(names = {"EXT4_1K", "EXT4_4K", "NO_CSUM_64BIT"})
  void everyCutOfWhatWeWroteIsRecoveredAlike(JournalImages kind) throws IOException {
    RecordedDisk made = RecordedDisk.of(kind.make(directory.resolve("image")));
    long[] inodes = {20, 60, 100, 140, 180};
    // The image's own times may differ by a second.
    try (JournaledImage image = JournaledImage.open(made)) {
      image.touch(1_000_000, inodes);
    }
    RecordedDisk disk = RecordedDisk.of(made.content());
    try (JournaledImage image = JournaledImage.open(disk)) {
      for (int i = 1; i <= 4; i++) {
        image.touch(1_000_000 + i, inodes);
        image.journal().commitAll();
      }
    }
    Random random = new Random(2);

    for (int cut = 2; cut <= disk.count(); cut++) {
      byte[] torn = disk.torn(cut, random);
      assertThat(replayedByUs(torn)).as("cut at %d", cut).isEqualTo(replayedByE2fsck(torn));
      try (JournaledImage image = JournaledImage.open(RecordedDisk.of(torn))) {
        assertThat(LongStream.of(inodes).mapToObj(inode -> modified(image, inode)).distinct())
            .as("times after a cut at %d", cut)
            .hasSize(1);
      }
    }
  }

  private static Instant modified(JournaledImage image, long inode) {
    try {
      return image.inodes().get(inode).inode().modificationTime();
    } catch (Ext4Exception failure) {
      throw new AssertionError(failure);
    }
  }
}
