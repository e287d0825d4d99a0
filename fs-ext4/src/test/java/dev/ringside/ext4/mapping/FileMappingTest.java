package dev.ringside.ext4.mapping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringside.ext4.alloc.BlockRun;
import dev.ringside.ext4.error.Errno;
import dev.ringside.ext4.error.Ext4CorruptedException;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.ExtentNode;
import dev.ringside.ext4.inode.InCoreInode;
import dev.ringside.ext4.journal.Handle;
import dev.ringside.ext4.testing.DebugfsBlocks;
import dev.ringside.ext4.testing.ImageEditor;
import dev.ringside.ext4.testing.TestImage;
import dev.ringside.ext4.testing.Tool;
import dev.ringside.ext4.testing.WritableImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a mapping does at its edges. */
final class FileMappingTest {
  @TempDir private Path directory;

  private TestImage make(String options) {
    return TestImage.make(directory.resolve("image"), "16M", options).withFiles(1);
  }

  private static void setSize(WritableImage image, TestImage made, long size, Handle handle)
      throws Ext4Exception {
    InCoreInode file = image.inode(made.inode(0));
    file.inode().setSize(size);
    file.changed(handle);
  }

  private static void assertFails(Errno errno, ThrowingCall call) {
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(
            Ext4Exception.class, failure -> assertThat(failure.errno()).isEqualTo(errno));
  }

  @FunctionalInterface
  private interface ThrowingCall {
    void run() throws Ext4Exception;
  }

  /** The sizes that the kernel lets a file be truncated to on such filesystems. */
  @ParameterizedTest
  @CsvSource({
    "-t ext4 -b 1024, 4398046510080",
    "-t ext4 -b 1024 -O ^huge_file, 2199023254528",
    "-t ext4 -b 4096, 17592186040320",
    "-t ext4 -b 4096 -O ^huge_file, 2199023251456",
    "-t ext2 -b 1024, 17247252480",
    "-t ext2 -b 4096, 2196873666560"
  })
  void largestSizeIsTheKernels(String options, long bytes) throws Ext4Exception {
    TestImage made = make(options);
    try (WritableImage image = WritableImage.of(made.path())) {
      assertThat(FileMapping.maxBytes(image.inode(made.inode(0)).inode(), image.superblock()))
          .isEqualTo(bytes);
      FileMapping mapping = image.mapping(made.inode(0));
      long blocks = bytes / image.superblock().blockSize();
      try (Handle handle = image.start()) {
        mapping.allocate(handle, blocks - 1, 1, false);
        assertThat(mapping.map(blocks - 1)).isInstanceOf(IoMap.Mapped.class);
        assertFails(Errno.EFBIG, () -> mapping.allocate(handle, (1L << 32) - 1, 1, false));
        mapping.remove(handle, blocks - 1, 1);
      }
    }
    Tool.E2FSCK.run("-fn", made.path());
  }

  @Test
  void appendingKeepsOneExtentUntilItIsFull() throws Ext4Exception {
    TestImage made = TestImage.make(directory.resolve("image"), "256M", "-t ext4 -b 1024 -g 8192");
    made.withFiles(1);
    try (WritableImage image = WritableImage.of(made.path())) {
      FileMapping mapping = image.mapping(made.inode(0));
      long next = 0;
      while (next < 7000) {
        try (Handle handle = image.start()) {
          next += mapping.allocate(handle, next, 1, false).count();
        }
      }
      assertThat(mapping.map(0).count()).isEqualTo(7000);
      try (Handle handle = image.start()) {
        setSize(image, made, 7000 * 1024, handle);
      }
    }
    assertThat(DebugfsBlocks.of(made.path(), made.inode(0))).hasSize(7000);
    Tool.E2FSCK.run("-fn", made.path());
  }

  /** Written extents hold one block more than unwritten ones, which counts when they change. */
  @Test
  void longestExtentBecomesTwoWhenItIsMarkedUnwritten() throws Ext4Exception {
    TestImage made = TestImage.make(directory.resolve("image"), "512M", "-t ext4 -b 4096");
    made.withFiles(1);
    try (WritableImage image = WritableImage.of(made.path())) {
      FileMapping mapping = image.mapping(made.inode(0));
      try (Handle handle = image.start()) {
        long next = 0;
        while (next < 60_000) {
          next += mapping.allocate(handle, next, 60_000 - next, false).count();
        }
        assertThat(mapping.map(0).count()).isLessThanOrEqualTo(ExtentNode.MAX_LENGTH);
        mapping.markUnwritten(handle, 0, 60_000);
        for (next = 0; next < 60_000; ) {
          IoMap map = mapping.map(next);
          assertThat(map).isInstanceOf(IoMap.Unwritten.class);
          assertThat(map.count()).isLessThanOrEqualTo(ExtentNode.MAX_UNWRITTEN_LENGTH);
          next = map.end();
        }
        mapping.markWritten(handle, 10, 50_000);
        setSize(image, made, 60_000L * 4096, handle);
      }
    }
    Tool.E2FSCK.run("-fn", made.path());
  }

  /** An unwritten extent of three blocks, one of which is written: the kernel's own test case. */
  @ParameterizedTest
  @CsvSource({"10, 1, 2", "11, 1, 3", "12, 1, 2", "10, 2, 2", "11, 2, 2", "10, 3, 1", "9, 5, 1"})
  void extentOfThreeBlocksIsSplitWhereItIsWritten(long first, long count, int extents)
      throws Ext4Exception {
    TestImage made = make("-t ext4 -b 1024");
    try (WritableImage image = WritableImage.of(made.path())) {
      FileMapping mapping = image.mapping(made.inode(0));
      try (Handle handle = image.start()) {
        mapping.allocate(handle, 10, 3, true);
        mapping.markWritten(handle, first, count);
      }
      List<IoMap> maps = new ArrayList<>();
      for (long next = 10; next < 13; next = maps.getLast().end()) {
        maps.add(mapping.map(next));
      }
      assertThat(maps).hasSize(extents);
      for (IoMap map : maps) {
        boolean written = map.first() >= first && map.first() < first + count;
        assertThat(map instanceof IoMap.Mapped).isEqualTo(written);
      }
      try (Handle handle = image.start()) {
        mapping.markUnwritten(handle, first, count);
      }
      assertThat(mapping.map(10)).isInstanceOf(IoMap.Unwritten.class);
      assertThat(mapping.map(10).count()).isEqualTo(3);
    }
    Tool.E2FSCK.run("-fn", made.path());
  }

  @Test
  void insertedRangeMustNotPushTheEndTooFar() throws Ext4Exception {
    TestImage made = make("-t ext4 -b 1024");
    try (WritableImage image = WritableImage.of(made.path())) {
      FileMapping mapping = image.mapping(made.inode(0));
      try (Handle handle = image.start()) {
        mapping.allocate(handle, (1L << 32) - 10, 4, false);
        assertFails(Errno.EFBIG, () -> mapping.shift(handle, 5, 6));
        mapping.shift(handle, 5, 5);
        assertThat(mapping.map((1L << 32) - 5)).isInstanceOf(IoMap.Mapped.class);
        setSize(image, made, ((1L << 32) - 1) * 1024, handle);
      }
    }
    Tool.E2FSCK.run("-fn", made.path());
  }

  @Test
  void blockMapKnowsNeitherUnwrittenBlocksNorShifts() throws Ext4Exception {
    TestImage made = make("-t ext2 -b 1024");
    try (WritableImage image = WritableImage.of(made.path());
        Handle handle = image.start()) {
      FileMapping mapping = image.mapping(made.inode(0));
      assertFails(Errno.EOPNOTSUPP, () -> mapping.shift(handle, 0, 5));
      assertFails(Errno.EOPNOTSUPP, () -> mapping.markUnwritten(handle, 0, 5));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"-t ext4 -b 1024 -O ^metadata_csum", "-t ext2 -b 1024"})
  void fileThatClaimsMetadataIsDamaged(String options) throws Ext4Exception {
    TestImage made = make(options);
    try (WritableImage image = WritableImage.of(made.path());
        Handle handle = image.start()) {
      image.mapping(made.inode(0)).allocate(handle, 0, 1, false);
    }
    boolean extents = options.contains("ext4");
    ImageEditor editor = ImageEditor.of(made.path());
    long table;
    try (WritableImage image = WritableImage.of(made.path())) {
      table = image.allocation().groups().get(0).inodeTable();
    }
    editor.put32(editor.blockArea("/file0") + (extents ? 20 : 0), (int) table + 1);
    try (WritableImage image = WritableImage.of(made.path())) {
      assertThatThrownBy(() -> image.mapping(made.inode(0)))
          .isInstanceOf(Ext4CorruptedException.class)
          .hasMessageContaining("filesystem's own");
    }
  }

  /** What one allocation announces is no more than it said. */
  @ParameterizedTest
  @ValueSource(strings = {"-t ext4 -b 1024 -g 256 -O ^resize_inode,meta_bg", "-t ext2 -b 1024"})
  void creditsSuffice(String options) throws Ext4Exception {
    TestImage made = make(options);
    try (WritableImage image = WritableImage.of(made.path())) {
      FileMapping mapping = image.mapping(made.inode(0));
      int most = 0;
      for (long block = 0; block < 4000; block += 2) {
        int credits = mapping.changeCredits();
        try (CountingHandle handle = new CountingHandle(image.start())) {
          mapping.allocate(handle, block * 5, 1, false);
          assertThat(handle.blocks()).isLessThanOrEqualTo(credits);
          most = Math.max(most, handle.blocks());
        }
      }
      assertThat(most).isGreaterThan(4);
      try (CountingHandle handle = new CountingHandle(image.start())) {
        mapping.remove(handle, 0, 1L << 32);
        assertThat(handle.mostOverdrawn()).isNegative();
      }
    }
    Tool.E2FSCK.run("-fn", made.path());
  }

  @Test
  void freedRunIsGivenToTheNextFile() throws Ext4Exception {
    TestImage made = make("-t ext4 -b 1024").withFiles(2);
    try (WritableImage image = WritableImage.of(made.path())) {
      IoMap.Mapped first;
      try (Handle handle = image.start()) {
        first = (IoMap.Mapped) image.mapping(made.inode(0)).allocate(handle, 0, 8, false);
      }
      try (Handle handle = image.start()) {
        image.mapping(made.inode(0)).remove(handle, 0, 8);
        BlockRun other = image.allocation().blocks().allocate(handle, first.block(), 8);
        assertThat(other.first()).isNotEqualTo(first.block());
        image.allocation().blocks().free(handle, other.first(), other.count(), false);
      }
      image.transactions().commitAll();
      try (Handle handle = image.start()) {
        assertThat(image.mapping(made.inode(1)).allocate(handle, 0, 8, false)).isEqualTo(first);
        image.mapping(made.inode(1)).remove(handle, 0, 8);
      }
    }
    Tool.E2FSCK.run("-fn", made.path());
  }
}
