package dev.ringside.ext4.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringside.ext4.content.ContentImage.Kind;
import dev.ringside.ext4.content.ContentImage.Mounted;
import dev.ringside.ext4.error.Errno;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.inode.InCoreInode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What Linux 6.18 answered on a loop mount of the same kind. */
final class RangeArgumentsTest {
  private static final int BLOCK = 4096;

  /** Ten blocks and 100 bytes. */
  private static final int SIZE = 10 * BLOCK + 100;

  private static final long EXTENT_LIMIT = 0xffff_ffffL * BLOCK;

  @TempDir private Path directory;

  private ContentImage image(Kind kind) {
    ContentImage image = ContentImage.make(directory, kind, 8);
    image.write(directory, "file", ContentImage.pattern(1, SIZE));
    return image;
  }

  private static Set<AllocateMode> modes(String text) {
    Set<AllocateMode> modes = EnumSet.noneOf(AllocateMode.class);
    for (String mode : text.split("\\+", -1)) {
      if (!mode.equals("-")) {
        modes.add(AllocateMode.valueOf(mode));
      }
    }
    return modes;
  }

  @ParameterizedTest
  @CsvSource({
    "-, 0, 0, EINVAL",
    "-, -1, 5, EINVAL",
    "-, 17592186040320, 1, EFBIG",
    "-, 17592186040319, 2, EFBIG",
    "KEEP_SIZE, 17592186040320, 4096, EFBIG",
    "PUNCH_HOLE, 0, 4096, EOPNOTSUPP",
    "PUNCH_HOLE+KEEP_SIZE, 17592186040320, 4096, EFBIG",
    "ZERO_RANGE, 17592186040320, 4096, EFBIG",
    "COLLAPSE_RANGE, 1, 4096, EINVAL",
    "COLLAPSE_RANGE, 4096, 4095, EINVAL",
    "COLLAPSE_RANGE, 40960, 4096, EINVAL",
    "COLLAPSE_RANGE, 36864, 8192, EINVAL",
    "COLLAPSE_RANGE+KEEP_SIZE, 0, 4096, EOPNOTSUPP",
    "INSERT_RANGE, 1, 4096, EINVAL",
    "INSERT_RANGE, 81920, 4096, EINVAL",
    "INSERT_RANGE, 4096, 17592186036224, EFBIG",
    "ZERO_RANGE+PUNCH_HOLE+KEEP_SIZE, 0, 4096, EOPNOTSUPP",
  })
  void refusedOnExtents(String modes, long offset, long length, Errno errno) throws IOException {
    assertRefused(Kind.EXTENTS_4K, modes, offset, length, errno);
  }

  @ParameterizedTest
  @CsvSource({
    "-, 0, 0, EINVAL",
    "-, 0, 100, EOPNOTSUPP",
    "KEEP_SIZE, 0, 100, EOPNOTSUPP",
    "PUNCH_HOLE, 0, 4096, EOPNOTSUPP",
    "ZERO_RANGE, 0, 4096, EOPNOTSUPP",
    "COLLAPSE_RANGE, 1, 4096, EOPNOTSUPP",
    "INSERT_RANGE, 0, 4096, EOPNOTSUPP",
  })
  void refusedOnBlockMaps(String modes, long offset, long length, Errno errno) throws IOException {
    assertRefused(Kind.INDIRECT_4K, modes, offset, length, errno);
  }

  private void assertRefused(Kind kind, String modes, long offset, long length, Errno errno)
      throws IOException {
    ContentImage image = image(kind);
    try (Mounted mounted = image.mount()) {
      InCoreInode file = mounted.file("file");
      assertThatThrownBy(
              () ->
                  mounted.content().allocate(file, modes(modes), offset, length, WriteAccess.ROOT))
          .isInstanceOfSatisfying(
              Ext4Exception.class, failure -> assertThat(failure.errno()).isEqualTo(errno));
      assertThat(mounted.readAll(file)).isEqualTo(ContentImage.pattern(1, SIZE));
    }
    image.assertSound();
  }

  @ParameterizedTest
  @CsvSource({
    "EXTENTS_4K, COLLAPSE_RANGE, 1, 4096, true",
    "EXTENTS_4K, COLLAPSE_RANGE, 40960, 4096, true",
    "EXTENTS_4K, INSERT_RANGE, 81920, 4096, true",
    "EXTENTS_4K, KEEP_SIZE, 0, 1099511627776, true",
    "INDIRECT_4K, -, 0, 100, true",
    "INDIRECT_4K, ZERO_RANGE, 0, 4096, true",
    "INDIRECT_4K, COLLAPSE_RANGE, 1, 4096, true",
    "EXTENTS_4K, -, 17592186040320, 1, false",
    "EXTENTS_4K, PUNCH_HOLE, 0, 4096, false",
    "INDIRECT_4K, -, 0, 0, false",
    "INDIRECT_4K, PUNCH_HOLE, 0, 4096, false",
  })
  void whatTheFileRefusesMarksItAsModified(
      Kind kind, String modes, long offset, long length, boolean marked) throws IOException {
    ContentImage image = image(kind);
    try (Mounted mounted = image.mount()) {
      InCoreInode file = mounted.file("file");
      file.inode().setModificationTime(Instant.EPOCH);
      file.inode().setChangeTime(Instant.EPOCH);
      file.inode().setPermissions(06777);
      assertThatThrownBy(
              () ->
                  mounted.content().allocate(file, modes(modes), offset, length, WriteAccess.USER))
          .isInstanceOf(Ext4Exception.class);
      assertThat(file.inode().modificationTime().equals(Instant.EPOCH)).isEqualTo(!marked);
      assertThat(file.inode().changeTime().equals(Instant.EPOCH)).isEqualTo(!marked);
      assertThat(file.inode().permissions()).isEqualTo(marked ? 0777 : 06777);
    }
    image.assertSound();
  }

  @ParameterizedTest
  @ValueSource(strings = {"-", "ZERO_RANGE"})
  void onAFullDiskTheFileEndsWhereItsBlocksEnd(String modes) throws IOException {
    ContentImage image = image(Kind.EXTENTS_4K);
    try (Mounted mounted = image.mount()) {
      InCoreInode file = mounted.file("file");
      assertThatThrownBy(
              () -> mounted.content().allocate(file, modes(modes), 100, 1L << 40, WriteAccess.ROOT))
          .isInstanceOfSatisfying(
              Ext4Exception.class, failure -> assertThat(failure.errno()).isEqualTo(Errno.ENOSPC));
      assertThat(file.inode().size()).isGreaterThan(5 << 20);
      assertThat(file.inode().size() % BLOCK).isZero();
      byte[] start = new byte[SIZE];
      mounted.content().read(file, 0, start, 0, SIZE);
      assertThat(start).isEqualTo(ContentImage.pattern(1, SIZE));
    }
    image.assertSound();
  }

  @Test
  void writeEndsAtTheLargestLength() throws IOException {
    ContentImage image = image(Kind.EXTENTS_4K);
    try (Mounted mounted = image.mount()) {
      InCoreInode file = mounted.file("file");
      byte[] bytes = ContentImage.pattern(2, 10);
      FileContent content = mounted.content();

      assertThat(content.write(file, EXTENT_LIMIT - 5, bytes, 0, 10, WriteAccess.ROOT))
          .isEqualTo(5);
      assertThatThrownBy(() -> content.write(file, EXTENT_LIMIT, bytes, 0, 1, WriteAccess.ROOT))
          .isInstanceOfSatisfying(
              Ext4Exception.class, failure -> assertThat(failure.errno()).isEqualTo(Errno.EFBIG));
      assertThat(file.inode().size()).isEqualTo(EXTENT_LIMIT);
      content.truncate(file, SIZE, WriteAccess.ROOT);
    }
    image.assertSound();
  }

  @Test
  void blocksBehindTheEndStayUntilATruncate() throws IOException {
    ContentImage image = image(Kind.EXTENTS_4K);
    try (Mounted mounted = image.mount()) {
      InCoreInode file = mounted.file("file");
      FileContent content = mounted.content();
      long before = file.inode().sectors();
      content.allocate(file, Set.of(AllocateMode.KEEP_SIZE), SIZE, 5L * BLOCK, WriteAccess.ROOT);
      assertThat(file.inode().sectors()).isEqualTo(before + 5 * 8);

      // As the kernel: a hole ends with the page of the end of the file.
      content.allocate(
          file,
          Set.of(AllocateMode.PUNCH_HOLE, AllocateMode.KEEP_SIZE),
          9L * BLOCK,
          20L * BLOCK,
          WriteAccess.ROOT);
      assertThat(file.inode().sectors()).isEqualTo(before + 3 * 8);

      content.truncate(file, SIZE, WriteAccess.ROOT);
      assertThat(file.inode().sectors()).isEqualTo(before - 2 * 8);
    }
    image.assertSound();
  }

  @Test
  void holesAndContentAreFoundAsTheKernelFindsThem() throws IOException {
    ContentImage image = ContentImage.make(directory, Kind.EXTENTS_4K, 8, "file");
    try (Mounted mounted = image.mount()) {
      InCoreInode file = mounted.file("file");
      FileContent content = mounted.content();
      content.write(file, 2L * BLOCK, ContentImage.pattern(1, BLOCK), 0, BLOCK, WriteAccess.ROOT);
      content.allocate(file, Set.of(), 5L * BLOCK, 2L * BLOCK, WriteAccess.ROOT);
      content.write(file, 9L * BLOCK, new byte[] {1}, 0, 1, WriteAccess.ROOT);

      assertThat(content.seekData(file, 0)).isEqualTo(2 * BLOCK);
      assertThat(content.seekHole(file, 1)).isEqualTo(1);
      assertThat(content.seekData(file, 2 * BLOCK + 1)).isEqualTo(2 * BLOCK + 1);
      assertThat(content.seekHole(file, 2 * BLOCK)).isEqualTo(3 * BLOCK);
      assertThat(content.seekData(file, 5 * BLOCK)).isEqualTo(9 * BLOCK);
      assertThat(content.seekHole(file, 9 * BLOCK)).isEqualTo(9 * BLOCK + 1);
      assertThatThrownBy(() -> content.seekData(file, 9 * BLOCK + 1))
          .isInstanceOfSatisfying(
              Ext4Exception.class, failure -> assertThat(failure.errno()).isEqualTo(Errno.ENXIO));
      List<FileExtent> extents = content.extents(file, true);
      assertThat(extents)
          .extracting(FileExtent::position)
          .containsExactly(2L * BLOCK, 5L * BLOCK, 9L * BLOCK);
      assertThat(extents).extracting(FileExtent::unwritten).containsExactly(false, true, false);
      assertThat(extents).extracting(FileExtent::last).containsExactly(false, false, true);
    }
    image.assertSound();
  }
}
