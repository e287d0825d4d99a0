package dev.ringside.ext4.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringside.ext4.cache.BlockCheck;
import dev.ringside.ext4.cache.BlockSeal;
import dev.ringside.ext4.cache.CachedBlock;
import dev.ringside.ext4.error.Ext4CorruptedException;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.testing.Fixture;
import dev.ringside.ext4.testing.ImageEditor;
import dev.ringside.ext4.testing.JournalImages;
import dev.ringside.ext4.testing.JournaledImage;
import dev.ringside.ext4.testing.KernelMount;
import dev.ringside.ext4.testing.RecordedDisk;
import dev.ringside.ext4.testing.Tool;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What we write into the log, as others read it. */
final class JournalLogTest {
  private static final Pattern COMMIT = Pattern.compile("Found expected sequence (\\d+), type 2");
  private static final Pattern TAG = Pattern.compile("FS block (\\d+) logged at");
  private static final int JOURNAL_MAGIC = 0xc03b3998;
  private static final BlockCheck ANY = (_, _) -> {};

  @TempDir private Path directory;

  private static List<String> all(Pattern pattern, String text) {
    return pattern.matcher(text).results().map((MatchResult match) -> match.group(1)).toList();
  }

  private Path image(JournalImages kind) {
    return kind.make(directory.resolve("image"));
  }

  private Path write(RecordedDisk disk) throws IOException {
    return Files.write(directory.resolve("dirty"), disk.content());
  }

  @ParameterizedTest
  @EnumSource
  void debugfsReadsTheLogFromEndToEnd(JournalImages kind) throws IOException {
    RecordedDisk disk = RecordedDisk.of(image(kind));
    JournaledImage image = JournaledImage.open(disk);
    int inodes = image.superblock().blockSize() / image.superblock().inodeSize();
    for (int i = 0; i < 12; i++) {
      // One inode of each of seven blocks.
      int from = i;
      long[] touched = LongStream.range(1, 8).map(block -> 12 + from + block * inodes).toArray();
      image.touch(1_000_000 + i, touched);
      image.journal().commitAll();
    }
    image.crash();

    String dump = Tool.DEBUGFS.run("-R", "logdump -a", write(disk));

    assertThat(all(COMMIT, dump)).hasSize(12).doesNotHaveDuplicates();
    assertThat(all(TAG, dump)).hasSize(12 * 7);
    assertThat(dump).doesNotContain("orrupt").doesNotContain("checksum error");
  }

  @ParameterizedTest
  @EnumSource
  void aKernelBringsHomeWhatWeCommitted(JournalImages kind) throws IOException {
    RecordedDisk disk = RecordedDisk.of(image(kind));
    JournaledImage image = JournaledImage.open(disk);
    for (int i = 0; i < 60; i++) {
      image.touch(1_000_000 + i, LongStream.range(12 + 2 * i, 12 + 2 * i + 60).toArray());
      image.journal().commitAll();
    }
    image.touch(2_000_000, LongStream.range(12, 100).toArray());
    image.crash();

    Path dirty = write(disk);
    try (KernelMount mount = KernelMount.of(dirty)) {
      for (int i = 0; i < 170; i++) {
        Path file = mount.root().resolve("file%03d".formatted(i));
        long inode = (long) Files.getAttribute(file, "unix:ino");
        assertThat(Files.getLastModifiedTime(file).toMillis() / 1000)
            .isEqualTo(1_000_000 + Math.min(59, (inode - 12) / 2));
      }
    }
    Tool.E2FSCK.run("-fn", dirty);
  }

  @Test
  void aCopyThatLooksLikeTheJournalsOwnIsEscaped() throws IOException {
    Path file = image(JournalImages.EXT4_1K);
    RecordedDisk disk = RecordedDisk.of(file);
    JournaledImage image = JournaledImage.open(disk);
    long first = image.superblock().blocks() - 100;
    try (Handle handle = image.journal().start(50, false)) {
      for (long block = first; block < first + 50; block++) {
        try (CachedBlock cached = image.cache().getNew(block, ANY)) {
          handle.change(cached, BlockSeal.NONE);
          cached.bytes().asByteBuffer().putInt(0, JOURNAL_MAGIC).putInt(4, 99).putLong(8, block);
        }
      }
    }
    image.journal().commitAll();
    image.crash();

    byte[] content = disk.content();
    long log = ImageEditor.of(file).fileBlock("<8>", 0);
    for (int block = 0; block < 1024; block++) {
      ByteBuffer header = ByteBuffer.wrap(content, (int) log + block * 1024, 8);
      if (header.getInt() == JOURNAL_MAGIC) {
        assertThat(header.getInt()).as("type of block %d of the log", block).isLessThan(6);
      }
    }
    RecordedDisk recovered = RecordedDisk.of(content);
    JournaledImage.open(recovered).close();
    ByteBuffer home = ByteBuffer.wrap(recovered.content());
    for (int block = (int) first; block < first + 50; block++) {
      assertThat(home.getInt(block * 1024)).isEqualTo(JOURNAL_MAGIC);
      assertThat(home.getLong(block * 1024 + 8)).isEqualTo(block);
    }
  }

  /** Journals that somebody made with checksums of an older kind stay as they are. */
  @ParameterizedTest
  @CsvSource({
    "NO_CSUM_1K, jo, journal_incompat_revoke",
    "NO_CSUM_1K, jo -c, journal_checksum ",
    "EXT4_1K, jo -c -v 2, journal_checksum_v2",
    "EXT4_2K, jo -c -v 2, journal_checksum_v2",
    "EXT4_1K, jo -c -v 3, journal_checksum_v3"
  })
  void aJournalKeepsItsKindOfChecksum(JournalImages kind, String open, String feature)
      throws IOException {
    Path file = image(kind);
    Path script = directory.resolve("commands");
    Files.writeString(script, open + "\njw -b 8000 /dev/zero\njc\n");
    Tool.DEBUGFS.run("-w", "-f", script, file);

    writesAndRecovers(file, feature);
  }

  @Test
  void aJournalKeepsItsChecksumOfTheFirstKind() throws IOException {
    writesAndRecovers(
        Fixture.unpackTo(directory.resolve("image"), "dirty-crc32"), "journal_checksum ");
  }

  /** The area for fast commits stays as it is; every commit is a full one. */
  @Test
  void aJournalWithAnAreaForFastCommitsTakesFullOnes() throws IOException {
    Path file = directory.resolve("image");
    Tool.MKE2FS.run(
        "-q", "-F", "-t", "ext4", "-b", 1024, "-J", "size=1", "-O", "fast_commit", file, 8192);
    // mke2fs says how large the area is; the journal's own flag is a kernel's to set.
    ImageEditor editor = ImageEditor.of(file);
    long journal = editor.fileBlock("<8>", 0);
    editor.put8(journal + 0x2b, 0x20);
    assertThat(Tool.DEBUGFS.run("-R", "logdump -S", file))
        .containsPattern("fast_commit|FEATURE_I5");
    RecordedDisk disk = RecordedDisk.of(file);
    JournaledImage image = JournaledImage.open(disk);
    long area = editor.fileBlock("<8>", 1040 - editor.get8(journal + 0x57));
    for (int i = 0; i < 900; i++) {
      image.touch(1_000_000 + i, 2);
      image.journal().commitAll();
    }
    image.crash();

    assertThat(LongStream.range(1, 9).mapToObj(i -> disk.writesTo(area - i * 1024)))
        .as("writes just before the area")
        .anyMatch(writes -> writes.length > 0);
    assertThat(disk.writesTo(area)).isEmpty();
    Path dirty = write(disk);
    // A kernel is the judge: e2fsck 1.47.0 does not find a log that wraps before that area.
    KernelMount.of(dirty).close();
    Tool.E2FSCK.run("-fn", dirty);
    assertThat(Tool.DEBUGFS.run("-R", "stat <2>", dirty))
        .contains("mtime: 0x%08x".formatted(1_000_899));
  }

  @Test
  void aCopyForTheJournalsOwnBlockIsDamage() throws IOException {
    Path file = image(JournalImages.NO_CSUM_1K);
    long block = ImageEditor.of(file).fileBlock("<8>", 500) / 1024;
    Path script = directory.resolve("commands");
    Files.writeString(script, "jo\njw -b " + block + " /dev/zero\njc\n");
    Tool.DEBUGFS.run("-w", "-f", script, file);
    byte[] before = Files.readAllBytes(file);
    RecordedDisk disk = RecordedDisk.of(file);

    assertThatThrownBy(() -> JournaledImage.open(disk))
        .isInstanceOf(Ext4CorruptedException.class)
        .hasMessageContaining("the journal's own");
    assertThat(disk.content()).isEqualTo(before);
  }

  private void writesAndRecovers(Path file, String feature) throws IOException {
    RecordedDisk disk = RecordedDisk.of(file);
    JournaledImage image = JournaledImage.open(disk);
    for (int i = 0; i < 30; i++) {
      image.touch(1_000_000 + i, 2, 12 + i);
      image.journal().commitAll();
    }
    image.crash();

    Path dirty = write(disk);
    assertThat(Tool.DEBUGFS.run("-R", "logdump -S", dirty) + " ").contains(feature);
    Tool.E2FSCK.run("-y", "-E", "journal_only", dirty);
    Tool.E2FSCK.run("-fn", dirty);
    assertThat(Tool.DEBUGFS.run("-R", "stat <2>", dirty))
        .contains("mtime: 0x%08x".formatted(1_000_029));
    assertThat(Tool.DEBUGFS.run("-R", "stat <12>", dirty))
        .contains("mtime: 0x%08x".formatted(1_000_000));
  }

  @Test
  void aJournalThatHoldsSomethingIsNotOpened() throws IOException {
    RecordedDisk disk = RecordedDisk.of(image(JournalImages.EXT4_1K));
    JournaledImage image = JournaledImage.open(disk);
    image.touch(1, 12);
    image.journal().commitAll();
    image.crash();

    assertThatThrownBy(() -> JournaledImage.openUnrecovered(RecordedDisk.of(disk.content())))
        .isInstanceOf(Ext4CorruptedException.class)
        .hasMessageContaining("has to be recovered");
  }

  /** Nothing that recovery could find has a number that is used again. */
  @Test
  void numbersOfTransactionsGoOnAfterARecovery() throws IOException, Ext4Exception {
    RecordedDisk disk = RecordedDisk.of(image(JournalImages.EXT4_1K));
    int last = 0;
    for (int round = 0; round < 5; round++) {
      JournaledImage image = JournaledImage.open(disk);
      int transaction = image.touch(round, 12);
      assertThat(transaction).isGreaterThan(last);
      image.journal().commitAll();
      last = image.touch(round + 1, 12);
      image.crash();
      disk = RecordedDisk.of(disk.content());
    }
  }
}
