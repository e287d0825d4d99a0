package dev.ringside.ext4.mapping;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringside.ext4.error.Errno;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.InodeFlag;
import dev.ringside.ext4.inode.InCoreInode;
import dev.ringside.ext4.journal.Handle;
import dev.ringside.ext4.testing.TestImage;
import dev.ringside.ext4.testing.Tool;
import dev.ringside.ext4.testing.WritableImage;
import dev.ringside.machine.RandomStreams;
import java.nio.file.Path;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random changes of the mappings of a few files, beside a model that is a map from file block to
 * state: both agree after every change, and e2fsck finds nothing at the end.
 */
final class MappingModelTest {
  private static final long SEED = Long.getLong("ringside.seed", 20_261_120L);
  private static final int FILES = 3;
  private static final int STEPS = 1500;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-t ext4 -b 1024",
        "-t ext4 -b 2048",
        "-t ext4 -b 4096",
        "-t ext4 -b 1024 -O ^metadata_csum,uninit_bg",
        "-t ext4 -b 1024 -O ^64bit",
        "-t ext4 -b 1024 -O ^resize_inode,meta_bg",
        "-t ext4 -b 1024 -O ^resize_inode,sparse_super2",
        "-t ext4 -b 1024 -O ^flex_bg",
        "-t ext4 -b 1024 -g 256 -O ^resize_inode,meta_bg",
        "-t ext4 -b 1024 -g 1024 -G 4",
        "-t ext4 -b 4096 -O metadata_csum_seed,orphan_file",
        "-t ext4 -b 1024 -O ^extents,^64bit",
        "-t ext4 -b 1024 -O ^huge_file -i 65536",
        "-t ext3 -b 1024",
        "-t ext2 -b 1024",
        "-t ext2 -b 4096",
        "-t ext2 -r 0"
      })
  void agreesWithModel(String options, @TempDir Path directory) throws Ext4Exception {
    System.out.println("MappingModelTest: replay with -Dringside.seed=" + SEED);
    RandomGenerator random = new RandomStreams(SEED).stream(options);
    Path path = directory.resolve("image");
    TestImage made = TestImage.make(path, "24M", options).withFiles(FILES);
    MappingModel[] models = new MappingModel[FILES];
    try (WritableImage image = WritableImage.of(path)) {
      for (int i = 0; i < FILES; i++) {
        models[i] = new MappingModel(image, made.inode(i));
      }
      for (int step = 0; step < STEPS; step++) {
        MappingModel model = models[random.nextInt(FILES)];
        model.change(random);
        model.check(random);
        if (random.nextInt(100) == 0) {
          image.transactions().commitAll();
        }
      }
      for (MappingModel model : models) {
        model.checkAll();
        model.setSize();
      }
    }
    Tool.E2FSCK.run("-fn", path);
    for (MappingModel model : models) {
      model.checkAgainstDebugfs(path);
    }
    try (WritableImage image = WritableImage.of(path)) {
      for (int i = 0; i < FILES; i++) {
        models[i].checkAll(image);
        try (Handle handle = image.start()) {
          FileMapping mapping = image.mapping(made.inode(i));
          mapping.remove(handle, 0, 1L << 32);
          assertThat(mapping.depth()).isZero();
          InCoreInode inode = image.inode(made.inode(i));
          assertThat(inode.inode().sectors()).isZero();
          inode.inode().setSize(0);
          inode.changed(handle);
        }
      }
    }
    Tool.E2FSCK.run("-fn", path);
  }

  @ParameterizedTest
  @ValueSource(strings = {"-t ext4 -b 1024", "-t ext4 -b 1024 -O ^extents,^64bit"})
  void fullDiskFailsWithoutAChange(String options, @TempDir Path directory) throws Ext4Exception {
    Path path = directory.resolve("image");
    TestImage made = TestImage.make(path, "8M", options).withFiles(1);
    try (WritableImage image = WritableImage.of(path)) {
      FileMapping mapping = image.mapping(made.inode(0));
      InCoreInode file = image.inode(made.inode(0));
      boolean extents = file.inode().has(InodeFlag.EXTENTS);
      long next = 0;
      try (Handle handle = image.start()) {
        while (true) {
          handle.ensureCredits(mapping.changeCredits());
          // Every other block, so that no two are one extent.
          mapping.allocate(handle, next, 1, false);
          next += 2;
        }
      } catch (Ext4Exception full) {
        assertThat(full.errno()).isEqualTo(Errno.ENOSPC);
      }
      assertThat(mapping.map(next)).isInstanceOf(IoMap.Hole.class);
      assertThat(mapping.depth()).isEqualTo(2);
      assertThat(next / 2).isGreaterThan(extents ? 6000 : 5000);
      try (Handle handle = image.start()) {
        mapping.remove(handle, 10, 3);
      }
      assertThat(image.allocation().blocks().isCommitWorthwhile()).isTrue();
      image.transactions().commitAll();
      try (Handle handle = image.start()) {
        mapping.allocate(handle, 10, 1, false);
        file.inode().setSize(next * 1024);
        file.changed(handle);
      }
    }
    Tool.E2FSCK.run("-fn", path);
  }

  @Test
  void treeGrowsToDepthThreeAndShrinksAgain(@TempDir Path directory) throws Ext4Exception {
    Path path = directory.resolve("image");
    TestImage made = TestImage.make(path, "64M", "-t ext4 -b 1024").withFiles(1);
    int extents = 29_000;
    try (WritableImage image = WritableImage.of(path)) {
      FileMapping mapping = image.mapping(made.inode(0));
      InCoreInode file = image.inode(made.inode(0));
      try (Handle handle = image.start()) {
        for (long i = 0; i < extents; i++) {
          handle.ensureCredits(mapping.changeCredits());
          mapping.allocate(handle, i * 2, 1, false);
        }
        file.inode().setSize(extents * 2048L);
        file.changed(handle);
      }
      assertThat(mapping.depth()).isEqualTo(3);
    }
    Tool.E2FSCK.run("-fn", path);
    try (WritableImage image = WritableImage.of(path)) {
      FileMapping mapping = image.mapping(made.inode(0));
      try (Handle handle = image.start()) {
        mapping.markUnwritten(handle, 0, extents);
        mapping.remove(handle, 101, 2L * extents);
        mapping.remove(handle, 0, 91);
      }
      assertThat(mapping.depth()).isEqualTo(1);
      assertThat(mapping.map(92)).isInstanceOf(IoMap.Unwritten.class);
    }
    Tool.E2FSCK.run("-fn", path);
  }

  @Test
  void fileThatIsFilledBackwardsHasASoundTree(@TempDir Path directory) throws Ext4Exception {
    Path path = directory.resolve("image");
    TestImage made = TestImage.make(path, "64M", "-t ext4 -b 1024").withFiles(1);
    try (WritableImage image = WritableImage.of(path)) {
      FileMapping mapping = image.mapping(made.inode(0));
      // Going down, every split leaves half empty nodes.
      long block = 60_000;
      try (Handle handle = image.start()) {
        for (int i = 0; i < 20_000; i++) {
          block -= 2;
          handle.ensureCredits(mapping.changeCredits());
          mapping.allocate(handle, block, 1, true);
        }
      }
      assertThat(mapping.depth()).isEqualTo(3);
      try (Handle handle = image.start()) {
        mapping.remove(handle, 0, 60_000);
      }
      assertThat(mapping.depth()).isZero();
    }
    Tool.E2FSCK.run("-fn", path);
  }
}
