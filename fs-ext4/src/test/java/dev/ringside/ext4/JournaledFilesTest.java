package dev.ringside.ext4;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringside.driver.testing.TestDisk;
import dev.ringside.ext4.access.Credentials;
import dev.ringside.ext4.content.AllocateMode;
import dev.ringside.ext4.content.FileExtent;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.testing.RecordedDisk;
import dev.ringside.ext4.testing.ScratchDisk;
import dev.ringside.ext4.testing.TestImage;
import dev.ringside.ext4.testing.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The content of one file goes through the journal, that of the others does not: blocks that the
 * first gives up and others get must not be what they were again when the journal is recovered.
 */
final class JournaledFilesTest {
  private static final Ext4Path JOURNALED = Ext4Path.of("/journaled");
  private static final Ext4Path OTHER = Ext4Path.of("/other");
  private static final int BLOCK = 1024;
  private static final int BLOCKS = 600;

  /** Extents, and the flag of {@code chattr +j}. */
  private static final String FLAGS = "0x84000";

  private static final Set<OpenFlag> WRITE = Set.of(OpenFlag.WRITE);
  private static final Set<OpenFlag> CREATE = Set.of(OpenFlag.WRITE, OpenFlag.CREATE);

  @TempDir private Path directory;

  /** The ways in which a file gives blocks up. */
  enum Release {
    UNLINK,
    RENAME_OVER,
    TRUNCATE,
    OPEN_TRUNCATED,
    PUNCH,
    COLLAPSE;

    void of(Session root) throws Ext4Exception {
      switch (this) {
        case UNLINK -> root.unlink(JOURNALED);
        case RENAME_OVER -> {
          Ext4Path small = Ext4Path.of("/small");
          root.open(small, CREATE, 0600).close();
          root.rename(small, JOURNALED, Set.of());
        }
        case TRUNCATE -> root.truncate(JOURNALED, 0);
        case OPEN_TRUNCATED ->
            root.open(JOURNALED, Set.of(OpenFlag.WRITE, OpenFlag.TRUNCATE), 0).close();
        case PUNCH -> change(root, Set.of(AllocateMode.PUNCH_HOLE, AllocateMode.KEEP_SIZE));
        case COLLAPSE -> change(root, Set.of(AllocateMode.COLLAPSE_RANGE));
      }
    }

    private static void change(Session root, Set<AllocateMode> modes) throws Ext4Exception {
      try (OpenFile file = root.open(JOURNALED, WRITE, 0)) {
        file.allocate(modes, BLOCK, (BLOCKS - 2L) * BLOCK);
      }
    }
  }

  private Path image() throws IOException {
    Path image =
        TestImage.make(directory.resolve("image"), "16M", "-t ext4 -b 1024 -J size=4").path();
    Path source = Files.write(directory.resolve("source"), filled(1, BLOCKS));
    Tool.DEBUGFS.run("-w", "-R", "write " + source + " journaled", image);
    Tool.DEBUGFS.run("-w", "-R", "set_inode_field /journaled flags " + FLAGS, image);
    return image;
  }

  private static byte[] filled(int value, int blocks) {
    byte[] bytes = new byte[blocks * BLOCK];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }

  private static Set<Long> blocksOf(OpenFile file) throws Ext4Exception {
    Set<Long> blocks = new HashSet<>();
    for (FileExtent extent : file.extents()) {
      for (long at = 0; at < extent.length(); at += BLOCK) {
        blocks.add(extent.diskPosition() + at);
      }
    }
    return blocks;
  }

  @ParameterizedTest
  @EnumSource
  void whatIsGivenUpIsNotRecovered(Release release) throws IOException {
    RecordedDisk recorded = RecordedDisk.of(image());
    byte[] content;
    try (TestDisk disk = TestDisk.over(recorded).memoryBytes(64 << 20).start();
        Ext4 ext4 = Ext4.mount(disk.driver(), MountOptions.READ_WRITE)) {
      Session root = ext4.session(Credentials.ROOT);
      Set<Long> released;
      try (OpenFile file = root.open(JOURNALED, WRITE, 0)) {
        file.writeAt(0, filled(2, BLOCKS), 0, BLOCKS * BLOCK);
        file.sync();
        released = blocksOf(file);
        long first = released.iterator().next();
        assertThat(recorded.writesTo(first)).as("the content is in the log only").isEmpty();
      }
      release.of(root);
      ext4.sync();
      content = fill(root, released);
      Files.write(directory.resolve("crashed"), recorded.content());
      ext4.shutdown(ShutdownMode.NO_LOG_FLUSH);
    }
    assertThat(recoveredByE2fsck()).isEqualTo(content);
    assertThat(recoveredHere(content.length)).isEqualTo(content);
  }

  /** Writes a file that takes all blocks there are, the ones given up among them. */
  private static byte[] fill(Session root, Set<Long> released) throws Ext4Exception {
    byte[] content = filled(3, (int) root.statfs().freeBlocks());
    try (OpenFile other = root.open(OTHER, CREATE, 0600)) {
      int written = other.write(content, 0, content.length);
      other.sync();
      Set<Long> taken = blocksOf(other);
      taken.retainAll(released);
      assertThat(taken).as("blocks that are used again").hasSizeGreaterThan(BLOCKS / 4);
      return Arrays.copyOf(content, written);
    }
  }

  private byte[] recoveredByE2fsck() throws IOException {
    Path copy = Files.copy(directory.resolve("crashed"), directory.resolve("by-e2fsck"));
    Tool.E2FSCK.run("-y", "-E", "journal_only", copy);
    Tool.E2FSCK.run("-fn", copy);
    Path dump = directory.resolve("dump");
    Tool.DEBUGFS.run("-R", "dump /other " + dump, copy);
    return Files.readAllBytes(dump);
  }

  private byte[] recoveredHere(int length) throws Ext4Exception {
    byte[] content = new byte[length];
    try (ScratchDisk disk = ScratchDisk.over(directory.resolve("crashed"));
        OpenFile file = disk.root().open(OTHER, Set.of(OpenFlag.READ), 0)) {
      assertThat(file.read(content, 0, length)).isEqualTo(length);
    }
    return content;
  }
}
