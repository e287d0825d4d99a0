package dev.ringside.ext4.alloc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringside.ext4.error.Errno;
import dev.ringside.ext4.error.Ext4CorruptedException;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.FileType;
import dev.ringside.ext4.journal.Handle;
import dev.ringside.ext4.testing.TestImage;
import dev.ringside.ext4.testing.Tool;
import dev.ringside.ext4.testing.WritableImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Inode numbers are given out where they do good, once each, and taken back. */
final class InodeAllocatorTest {
  private static final long ROOT = 2;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-t ext4 -b 1024 -g 1024 -N 2048 -E lazy_itable_init=1,nodiscard",
        "-t ext4 -b 1024 -g 1024 -N 2048 -O ^metadata_csum,uninit_bg -E"
            + " lazy_itable_init=1,nodiscard",
        "-t ext4 -b 4096 -N 2048 -O ^flex_bg -E lazy_itable_init=1,nodiscard",
        "-t ext2 -b 1024 -g 1024 -N 2048 -E nodiscard"
      })
  void everyInodeIsGivenOutOnce(String options, @TempDir Path directory)
      throws Ext4Exception, IOException {
    Path path = directory.resolve("image");
    // What the table holds before it was ever used is anything.
    byte[] rubbish = new byte[8 << 20];
    Arrays.fill(rubbish, (byte) 0xa5);
    Files.write(path, rubbish);
    TestImage.make(path, "8M", options);
    TreeSet<Long> given = new TreeSet<>();
    long inodes;
    long free;
    try (WritableImage image = WritableImage.of(path)) {
      inodes = image.superblock().inodes();
      free = image.allocation().blocks().counts().freeInodes();
      try (Handle handle = image.start()) {
        while (true) {
          handle.ensureCredits(InodeAllocator.ALLOCATE_CREDITS);
          FileType type = given.size() % 7 == 0 ? FileType.DIRECTORY : FileType.REGULAR;
          long parent = given.size() % 3 == 0 || given.isEmpty() ? ROOT : given.last();
          long number = image.allocation().inodes().allocate(handle, type, parent);
          assertThat(given.add(number)).as("%d again", number).isTrue();
        }
      } catch (Ext4Exception full) {
        assertThat(full.errno()).isEqualTo(Errno.ENOSPC);
      }
      assertThat(image.allocation().blocks().counts().freeInodes()).isZero();
    }
    assertThat(given).hasSize((int) free);
    assertThat(given.last()).isEqualTo(inodes);
    assertThat(Tool.DEBUGFS.run("-R", "testi <" + inodes + ">", path)).contains("marked in use");
    try (WritableImage image = WritableImage.of(path)) {
      for (long number : given) {
        try (Handle handle = image.start()) {
          image.allocation().inodes().free(handle, number, typeLeft(image, number));
        }
      }
      assertThat(image.allocation().blocks().counts().freeInodes()).isEqualTo(free);
    }
    Tool.E2FSCK.run("-fn", path);
  }

  /** Descriptors count directories, but do not say which they are: the first of a group will do. */
  private static FileType typeLeft(WritableImage image, long number) throws Ext4Exception {
    long group = (number - 1) / image.superblock().inodesPerGroup();
    int directories = image.allocation().groups().get(group).counts().usedDirectories();
    // The root and lost+found stay.
    return directories > (group == 0 ? 2 : 0) ? FileType.DIRECTORY : FileType.REGULAR;
  }

  @Test
  void fileIsNearItsDirectoryAndDirectoriesOfTheRootAreSpread(@TempDir Path directory)
      throws Ext4Exception {
    Path path = directory.resolve("image");
    TestImage.make(path, "64M", "-t ext4 -b 1024 -O ^flex_bg");
    try (WritableImage image = WritableImage.of(path);
        Handle handle = image.start()) {
      InodeAllocator inodes = image.allocation().inodes();
      long perGroup = image.superblock().inodesPerGroup();
      long groups = image.superblock().groups();
      TreeSet<Long> used = new TreeSet<>();
      for (int i = 0; i < groups / 2; i++) {
        long top = inodes.allocate(handle, FileType.DIRECTORY, ROOT);
        long group = (top - 1) / perGroup;
        used.add(group);
        assertThat((inodes.allocate(handle, FileType.REGULAR, top) - 1) / perGroup)
            .isEqualTo(group);
        assertThat((inodes.allocate(handle, FileType.DIRECTORY, top) - 1) / perGroup)
            .isEqualTo(group);
      }
      assertThat(used).hasSize((int) groups / 2);
      image.transactions().abort(new IllegalStateException("the image is thrown away"));
    }
  }

  @Test
  void inodeThatIsFreeOrReservedIsNotFreed(@TempDir Path directory) throws Ext4Exception {
    Path path = directory.resolve("image");
    TestImage.make(path, "16M", "-t ext4 -b 1024");
    try (WritableImage image = WritableImage.of(path);
        Handle handle = image.start()) {
      InodeAllocator inodes = image.allocation().inodes();
      for (long number : LongStream.of(0, 2, 10, 500, 1L << 33).toArray()) {
        assertThatThrownBy(() -> inodes.free(handle, number, FileType.REGULAR))
            .isInstanceOf(Ext4CorruptedException.class);
      }
    }
    Tool.E2FSCK.run("-fn", path);
  }
}
