package dev.ringside.ext4.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringside.ext4.error.Ext4CorruptedException;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.testing.Fixture;
import dev.ringside.ext4.testing.ImageEditor;
import dev.ringside.ext4.testing.LogWrites;
import dev.ringside.ext4.testing.MemoryDirectory;
import dev.ringside.ext4.testing.MountedImage;
import dev.ringside.ext4.testing.Tool;
import dev.ringside.ext4.testing.TreeState;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What e2fsck makes of an image that was not unmounted, is what we must see in it. */
final class JournalRecoveryTest {
  private static final String FILE = "/files/large";
  private static final int JOURNAL_MAGIC = 0xc03b3998;

  @TempDir(factory = MemoryDirectory.class)
  private Path directory;

  /** The image after e2fsck has written its log back. */
  private Path recovered(Path image) throws IOException {
    Path copy =
        Files.copy(image, directory.resolve("recovered.img"), StandardCopyOption.REPLACE_EXISTING);
    Tool.E2FSCK.runUpTo(1, "-fy", copy);
    return copy;
  }

  /** A journal that debugfs wrote: transactions of which a later one revokes some blocks. */
  private final class WrittenJournal {
    private final Path image;
    private final String open;
    private final StringBuilder commands = new StringBuilder();
    private int transactions;

    WrittenJournal(Fixture fixture, String open) {
      this.image = fixture.copyTo(directory.resolve("dirty.img"));
      this.open = open;
    }

    private String blocks(int first, int count) {
      ImageEditor editor = ImageEditor.of(image);
      int blockSize = editor.blockSize();
      return LongStream.range(first, first + count)
          .mapToObj(index -> String.valueOf(editor.fileBlock(FILE, index) / blockSize))
          .collect(Collectors.joining(","));
    }

    /** Writes blocks of the file; every third one begins like a block of the journal's own. */
    WrittenJournal write(int first, int count) throws IOException {
      return write(first, count, "");
    }

    /** As the other, but the transaction has no commit. */
    WrittenJournal writeUncommitted(int first, int count) throws IOException {
      return write(first, count, "-c ");
    }

    /** A transaction that only revokes. */
    WrittenJournal revoke(int first, int count) {
      commands.append("jw -r ").append(blocks(first, count)).append('\n');
      return this;
    }

    private WrittenJournal write(int first, int count, String options) throws IOException {
      int blockSize = ImageEditor.of(image).blockSize();
      ByteBuffer content = ByteBuffer.allocate(count * blockSize);
      transactions++;
      for (int i = 0; i < count; i++) {
        byte[] line =
            "transaction %d block %d "
                .formatted(transactions, first + i)
                .getBytes(StandardCharsets.US_ASCII);
        for (int at = 0; at + line.length < blockSize; at += line.length) {
          content.put(i * blockSize + at, line);
        }
        if (i % 3 == 0) {
          content.putInt(i * blockSize, JOURNAL_MAGIC);
        }
      }
      Path file = Files.write(directory.resolve("content-" + transactions), content.array());
      commands
          .append("jw ")
          .append(options)
          .append("-b ")
          .append(blocks(first, count))
          .append(' ')
          .append(file)
          .append('\n');
      return this;
    }

    Path done() throws IOException {
      Path script = directory.resolve("commands");
      Files.writeString(script, open + "\n" + commands + "jc\n");
      Tool.DEBUGFS.run("-w", "-f", script, image);
      return image;
    }
  }

  @ParameterizedTest
  @CsvSource({
    "EXT3, jo",
    "EXT4_1K, jo",
    "EXT4_1K, jo -c -v 2",
    "EXT4_1K, jo -c -v 3",
    "EXT4_4K, jo -c -v 2",
    "EXT4_4K, jo -c -v 3",
    "EXT4_2K, jo -c",
    "UNINIT_BG, jo -c -v 3",
    "EXT4_SEED_ORPHAN, jo -c -v 3"
  })
  void readsWhatE2fsckRecovers(Fixture fixture, String open) throws IOException {
    Path image =
        new WrittenJournal(fixture, open)
            .write(0, 40)
            .revoke(2, 5)
            .write(20, 40)
            .write(4, 1)
            .writeUncommitted(50, 30)
            .done();

    assertThat(agreesWithE2fsck(image)).as("the log holds something").isTrue();
  }

  /** What a kernel had on its disk while it worked; images/README.md says how each was made. */
  @ParameterizedTest
  @ValueSource(strings = {"dirty-wrapped", "dirty-data", "dirty-crc32"})
  void readsWhatAKernelLeft(String name) throws IOException {
    Path image = Fixture.unpackTo(directory.resolve("dirty.img"), name);

    assertThat(agreesWithE2fsck(image)).as("the log holds something").isTrue();
  }

  @Test
  void countsWhatTheLogHolds() throws IOException {
    Path image =
        new WrittenJournal(Fixture.EXT4_1K, "jo -c -v 3")
            .write(0, 40)
            .revoke(2, 5)
            .write(20, 40)
            .writeUncommitted(50, 30)
            .done();

    try (MountedImage mounted = MountedImage.of(image)) {
      RecoveredBlocks blocks = mounted.ext4().recovered().orElseThrow();

      assertThat(blocks.transactions()).isEqualTo(3);
      assertThat(blocks.revoked()).isEqualTo(5);
      assertThat(blocks.size()).isEqualTo(55);
      assertThat(blocks.blocks()).isSorted().hasSize(55);
    }
  }

  @Test
  void aLaterCopyCounts() throws IOException {
    WrittenJournal journal = new WrittenJournal(Fixture.EXT4_4K, "jo -c -v 3");
    for (int i = 0; i < 20; i++) {
      journal.write(i * 7, 60);
    }
    Path image = journal.done();

    assertThat(agreesWithE2fsck(image)).as("the log holds something").isTrue();
  }

  /** Every cut at which the disk had to be durable, from mkfs to unmount. */
  @Test
  void everyCutOfARecordingIsWhatE2fsckRecovers() throws IOException {
    Path recording =
        Path.of(System.getProperty("ringside.root"))
            .resolve("images/traces/w4-dmlogwrites/w4.logwrites.xz");
    Path image = directory.resolve("disk.img");
    int cuts = 0;
    int dirty = 0;
    boolean formatted = false;
    try (FileChannel disk =
        FileChannel.open(
            image,
            StandardOpenOption.CREATE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            StandardOpenOption.SPARSE)) {
      disk.write(ByteBuffer.allocate(1), (131072L * 512) - 1);
      for (LogWrites.Entry entry : LogWrites.read(recording).entries()) {
        if (entry.isWrite()) {
          disk.write(entry.data().duplicate(), entry.sector() * 512);
        }
        formatted |= entry.mark().startsWith("mkfs");
        if (formatted && entry.isBarrier()) {
          cuts++;
          dirty += agreesWithE2fsck(image) ? 1 : 0;
        }
      }
    }
    assertThat(cuts).isGreaterThan(25);
    assertThat(dirty).isGreaterThan(20);
  }

  /** Compares the trees; says whether the log had anything to tell. */
  private boolean agreesWithE2fsck(Path image) throws IOException {
    Path recovered = recovered(image);
    try (MountedImage mounted = MountedImage.of(image)) {
      assertThat(TreeState.of(mounted.ext4())).isEqualTo(TreeState.of(recovered));
      return mounted.ext4().recovered().map(blocks -> blocks.size() > 0).orElse(false);
    }
  }

  @Test
  void aCommittedTransactionThatIsDamagedIsNamed() throws IOException {
    Path image = new WrittenJournal(Fixture.EXT4_1K, "jo -c -v 3").write(0, 10).done();
    // The log begins behind the superblock; its first block is the descriptor, then come copies.
    ImageEditor editor = ImageEditor.of(image);
    editor.flip(editor.fileBlock("<8>", 3) + 100, 4);

    assertThatThrownBy(() -> TreeState.of(image))
        .isInstanceOf(Ext4CorruptedException.class)
        .hasMessageContaining("has a wrong checksum in its copy of block");
  }

  @Test
  void aDamagedDescriptorOfACommittedTransactionIsNamed() throws IOException {
    Path image = new WrittenJournal(Fixture.EXT4_1K, "jo -c -v 3").write(0, 10).done();
    ImageEditor editor = ImageEditor.of(image);
    editor.flip(editor.fileBlock("<8>", 1) + 900, 4);

    assertThatThrownBy(() -> TreeState.of(image))
        .isInstanceOf(Ext4CorruptedException.class)
        .hasMessageMatching("journal: transaction \\d+ is damaged.*");
  }

  @Test
  void aTransactionWhoseCommitIsTornDoesNotCount() throws IOException, Ext4Exception {
    Path image =
        new WrittenJournal(Fixture.EXT4_1K, "jo -c -v 3").write(0, 10).write(20, 10).done();
    ImageEditor editor = ImageEditor.of(image);
    // Descriptor, 10 copies and commit of each.
    editor.flip(editor.fileBlock("<8>", 24) + 0x38, 0);

    try (MountedImage mounted = MountedImage.of(image)) {
      assertThat(mounted.ext4().recovered().orElseThrow().transactions()).isEqualTo(1);
    }
  }

  @Test
  void aCopyForABlockThatIsNotThereIsDamage() throws IOException {
    Path image = new WrittenJournal(Fixture.EXT3, "jo").write(0, 10).done();
    ImageEditor editor = ImageEditor.of(image);
    // The first tag's number, big-endian.
    editor.put8(editor.fileBlock("<8>", 1) + 12, 0x7f);

    assertThatThrownBy(() -> TreeState.of(image))
        .isInstanceOf(Ext4CorruptedException.class)
        .hasMessageContaining("writes block 21");
  }

  @Test
  void aLogThatBeginsOutsideIsDamage() throws IOException {
    Path image = new WrittenJournal(Fixture.EXT3, "jo").write(0, 10).done();
    ImageEditor editor = ImageEditor.of(image);
    editor.put8(editor.fileBlock("<8>", 0) + 0x1c, 0x7f);

    assertThatThrownBy(() -> TreeState.of(image))
        .isInstanceOf(Ext4CorruptedException.class)
        .hasMessageContaining("but starts at");
  }
}
