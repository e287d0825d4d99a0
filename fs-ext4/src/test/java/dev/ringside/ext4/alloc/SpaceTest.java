package dev.ringside.ext4.alloc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringside.ext4.error.Errno;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.error.Ext4UnsupportedException;
import dev.ringside.ext4.journal.Handle;
import dev.ringside.ext4.testing.KernelMount;
import dev.ringside.ext4.testing.TestImage;
import dev.ringside.ext4.testing.Tool;
import dev.ringside.ext4.testing.WritableImage;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How much space there is, and what the disk is told of it. */
final class SpaceTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "-t ext4 -b 1024",
        "-t ext4 -b 4096",
        "-t ext4 -b 4096 -O ^resize_inode,meta_bg",
        "-t ext4 -b 1024 -O ^resize_inode,sparse_super2",
        "-t ext4 -b 2048 -O ^extents,^64bit",
        "-t ext2 -b 1024",
        "-t ext3 -b 4096 -m 0"
      })
  void numbersAreTheKernels(String options, @TempDir Path directory) throws Ext4Exception {
    Path path = directory.resolve("image");
    TestImage.make(path, "48M", options);
    SpaceCounts counts;
    try (WritableImage image = WritableImage.of(path)) {
      counts = image.allocation().blocks().counts();
    }
    try (KernelMount mount = KernelMount.readOnly(path)) {
      assertThat(mount.space()).isEqualTo(counts);
    }
  }

  @Test
  void trimTellsTheDiskOfAllThatIsFree(@TempDir Path directory) throws Ext4Exception, IOException {
    Path path = directory.resolve("image");
    TestImage.make(path, "16M", "-t ext4 -b 1024 -E lazy_itable_init=1");
    long place = 14L << 20;
    write(path, place);
    try (WritableImage image = WritableImage.of(path)) {
      BlockAllocator blocks = image.allocation().blocks();
      BlockRun taken;
      try (Handle handle = image.start()) {
        taken = blocks.allocate(handle, place / 1024 + 1, 2);
      }
      long free = blocks.counts().freeBlocks();
      assertThat(blocks.trim(0, Long.MAX_VALUE, 0)).isEqualTo(free * 1024);
      assertThat(blocks.trim(place, 4096, 0)).isEqualTo(2048);
      assertThat(blocks.trim(place, 4096, 2048)).isZero();
      assertThatThrownBy(() -> blocks.trim(17L << 20, 4096, 0))
          .isInstanceOfSatisfying(
              Ext4Exception.class, bad -> assertThat(bad.errno()).isEqualTo(Errno.EINVAL));
      try (Handle handle = image.start()) {
        blocks.free(handle, taken.first(), taken.count(), false);
      }
    }
    assertThat(read(path, place)).isZero();
    assertThat(read(path, place + 1024)).isEqualTo(0x55);
    assertThat(read(path, place + 3072)).isZero();
    Tool.E2FSCK.run("-fn", path);
  }

  @Test
  void freedBlocksAreDiscardedOnlineAfterTheirCommit(@TempDir Path directory)
      throws Ext4Exception, IOException {
    Path path = directory.resolve("image");
    TestImage.make(path, "16M", "-t ext4 -b 1024");
    long place = 14L << 20;
    write(path, place);
    try (WritableImage image = WritableImage.withDiscard(path)) {
      BlockAllocator blocks = image.allocation().blocks();
      try (Handle handle = image.start()) {
        blocks.allocate(handle, place / 1024, 4);
        blocks.free(handle, place / 1024 + 1, 2, false);
        assertThat(read(path, place + 1024)).isEqualTo(0x55);
      }
      image.transactions().commitAll();
      assertThat(read(path, place)).isEqualTo(0x55);
      assertThat(read(path, place + 1024)).isZero();
      assertThat(read(path, place + 3072)).isEqualTo(0x55);
      try (Handle handle = image.start()) {
        blocks.free(handle, place / 1024, 1, false);
        blocks.free(handle, place / 1024 + 3, 1, false);
      }
    }
    Tool.E2FSCK.run("-fn", path);
  }

  private static void write(Path path, long place) throws IOException {
    byte[] bytes = new byte[4096];
    Arrays.fill(bytes, (byte) 0x55);
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      file.seek(place);
      file.write(bytes);
    }
  }

  private static int read(Path path, long place) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "r")) {
      file.seek(place);
      return file.read();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"bigalloc", "quota", "project", "verity", "ea_inode", "mmp"})
  void featureThatIsOnlyReadIsRefusedForWritingByName(String feature, @TempDir Path directory) {
    Path path = directory.resolve("image");
    String more = feature.equals("project") ? "quota,project" : feature;
    TestImage.make(path, "16M", "-t ext4 -O " + more);
    assertThatThrownBy(() -> WritableImage.of(path))
        .isInstanceOf(Ext4UnsupportedException.class)
        .hasMessageContaining(feature.equals("project") ? "quota" : feature);
  }

  @Test
  void diskOfATebibyteTakesLittleMemory(@TempDir Path directory) throws Ext4Exception {
    Path path = directory.resolve("image");
    TestImage.make(path, "1T", "-t ext4 -E lazy_itable_init=1,lazy_journal_init=1 -J size=4");
    try (WritableImage image = WritableImage.of(path);
        Handle handle = image.start()) {
      assertThat(image.superblock().groups()).isEqualTo(8192);
      BlockRun run = image.allocation().blocks().allocate(handle, 200_000_000, 32_768);
      assertThat(run.first()).isEqualTo(200_000_000);
      BlockRun next = image.allocation().blocks().allocate(handle, run.end(), 32_768);
      assertThat(next.first()).isEqualTo(run.end());
      image.allocation().blocks().free(handle, run.first(), run.count() + next.count(), false);
    }
    assertThat(Tool.DEBUGFS.run("-R", "testb 200000000", path)).contains("not in use");
  }
}
