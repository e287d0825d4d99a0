package dev.ringside.ext4.alloc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringside.ext4.error.Errno;
import dev.ringside.ext4.error.Ext4CorruptedException;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.journal.Handle;
import dev.ringside.ext4.testing.TestImage;
import dev.ringside.ext4.testing.Tool;
import dev.ringside.ext4.testing.WritableImage;
import dev.ringside.machine.RandomStreams;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Blocks are given out near their goal, to one owner at a time, and taken back with care. */
final class BlockAllocatorTest {
  private static final long SEED = Long.getLong("ringside.seed", 20_261_120L);

  @TempDir private Path directory;
  private Path path;
  private WritableImage image;
  private BlockAllocator blocks;

  @BeforeEach
  void open() throws Ext4Exception {
    path = directory.resolve("image");
    TestImage.make(path, "32M", "-t ext4 -b 1024 -g 2048 -E lazy_itable_init=1");
    image = WritableImage.of(path);
    blocks = image.allocation().blocks();
  }

  @AfterEach
  void nothingIsLost() throws Ext4Exception {
    image.close();
    Tool.E2FSCK.run("-fn", path);
  }

  private void free(BlockRun run) throws Ext4Exception {
    try (Handle handle = image.start()) {
      blocks.free(handle, run.first(), run.count(), false);
    }
  }

  @Test
  void runStartsAtItsGoal() throws Ext4Exception {
    BlockRun run;
    try (Handle handle = image.start()) {
      run = blocks.allocate(handle, 20_000, 100);
    }
    assertThat(run).isEqualTo(new BlockRun(20_000, 100));
    free(run);
  }

  @Test
  void runIsFoundBehindAGoalThatIsTaken() throws Ext4Exception {
    BlockRun first;
    BlockRun second;
    try (Handle handle = image.start()) {
      first = blocks.allocate(handle, 20_000, 100);
      second = blocks.allocate(handle, 20_050, 10);
    }
    assertThat(second).isEqualTo(new BlockRun(20_100, 10));
    free(new BlockRun(20_000, 110));
    assertThat(first.end()).isEqualTo(second.first());
  }

  @Test
  void shortHoleIsPassedForARunThatIsLongEnough() throws Ext4Exception {
    BlockRun run;
    try (Handle handle = image.start()) {
      blocks.allocate(handle, 20_000, 100);
      blocks.free(handle, 20_010, 5, false);
    }
    image.transactions().commitAll();
    try (Handle handle = image.start()) {
      run = blocks.allocate(handle, 20_001, 50);
    }
    assertThat(run).isEqualTo(new BlockRun(20_100, 50));
    free(new BlockRun(20_000, 10));
    free(new BlockRun(20_015, 135));
  }

  @Test
  void goalThatIsFreeIsTakenHoweverShort() throws Ext4Exception {
    BlockRun run;
    try (Handle handle = image.start()) {
      blocks.allocate(handle, 20_000, 100);
      blocks.free(handle, 20_010, 5, false);
    }
    image.transactions().commitAll();
    try (Handle handle = image.start()) {
      run = blocks.allocate(handle, 20_010, 50);
    }
    assertThat(run).isEqualTo(new BlockRun(20_010, 5));
    free(new BlockRun(20_000, 100));
  }

  @Test
  void freedBlockIsNotGivenOutBeforeTheCommit() throws Ext4Exception {
    BlockRun run;
    try (Handle handle = image.start()) {
      run = blocks.allocate(handle, 20_000, 100);
    }
    long available;
    try (Handle handle = image.start()) {
      available = blocks.available(handle);
      blocks.free(handle, run.first(), run.count(), false);
      assertThat(blocks.available(handle)).isEqualTo(available);
      assertThat(blocks.isCommitWorthwhile()).isTrue();
      BlockRun other = blocks.allocate(handle, 20_000, 100);
      assertThat(other.first()).isGreaterThanOrEqualTo(20_100);
      blocks.free(handle, other.first(), other.count(), false);
    }
    image.transactions().commitAll();
    try (Handle handle = image.start()) {
      assertThat(blocks.isCommitWorthwhile()).isFalse();
      assertThat(blocks.available(handle)).isEqualTo(available + 100);
      assertThat(blocks.allocate(handle, 20_000, 100)).isEqualTo(run);
    }
    free(run);
  }

  @Test
  void blockIsFreedOnce() throws Ext4Exception {
    BlockRun run;
    try (Handle handle = image.start()) {
      run = blocks.allocate(handle, 20_000, 10);
    }
    free(run);
    assertThatThrownBy(() -> free(run)).isInstanceOf(Ext4CorruptedException.class);
    assertThatThrownBy(() -> free(new BlockRun(19_999, 2)))
        .isInstanceOf(Ext4CorruptedException.class);
  }

  @Test
  void metadataOfTheFilesystemIsNotFreed() throws Ext4Exception {
    long table = image.allocation().groups().get(3).inodeTable();
    assertThatThrownBy(() -> free(new BlockRun(table, 1)))
        .isInstanceOf(Ext4CorruptedException.class);
    assertThatThrownBy(() -> free(new BlockRun(1, 1))).isInstanceOf(Ext4CorruptedException.class);
    assertThatThrownBy(() -> free(new BlockRun(32_767, 5)))
        .isInstanceOf(Ext4CorruptedException.class);
  }

  @Test
  void reserveIsForTheSuperuser() throws Ext4Exception {
    List<BlockRun> runs = new ArrayList<>();
    long reserved = image.superblock().reservedBlocks();
    long held = image.superblock().heldBackBlocks();
    long free = blocks.counts().freeBlocks();
    assertThat(fill(runs, false)).isEqualTo(free - reserved - held);
    assertThat(blocks.counts().availableBlocks()).isZero();
    assertThat(fill(runs, true)).isEqualTo(reserved);
    try (Handle handle = image.start()) {
      long last = blocks.allocateMetadata(handle, 0, Long.MAX_VALUE);
      assertThat(blocks.availableForMetadata()).isEqualTo(held - 1);
      runs.add(new BlockRun(last, 1));
    }
    for (BlockRun run : runs) {
      free(run);
    }
    assertThat(blocks.counts().freeBlocks()).isEqualTo(free);
  }

  private long fill(List<BlockRun> runs, boolean superuser) throws Ext4Exception {
    long taken = 0;
    try (Handle handle = image.start(superuser)) {
      while (true) {
        handle.ensureCredits(BlockAllocator.ALLOCATE_CREDITS);
        BlockRun run = blocks.allocate(handle, 0, 5000);
        runs.add(run);
        taken += run.count();
      }
    } catch (Ext4Exception full) {
      assertThat(full.errno()).isEqualTo(Errno.ENOSPC);
    }
    return taken;
  }

  @Test
  void noBlockHasTwoOwners() throws Ext4Exception {
    RandomGenerator random = new RandomStreams(SEED).stream("owners");
    System.out.println("BlockAllocatorTest: replay with -Dringside.seed=" + SEED);
    BitSet owned = new BitSet();
    List<BlockRun> runs = new ArrayList<>();
    long free = blocks.counts().freeBlocks();
    for (int i = 0; i < 5000; i++) {
      try (Handle handle = image.start()) {
        if (!runs.isEmpty() && random.nextInt(5) < 2) {
          BlockRun run = runs.remove(random.nextInt(runs.size()));
          blocks.free(handle, run.first(), run.count(), random.nextBoolean());
          owned.clear((int) run.first(), (int) run.end());
        } else {
          long most = 1L + random.nextInt(random.nextInt(8) == 0 ? 3000 : 20);
          BlockRun run = blocks.allocate(handle, random.nextInt(32_768), most);
          assertThat(run.count()).isBetween(1L, most);
          assertThat(blocks.zone().overlaps(run.first(), run.count())).isFalse();
          assertThat(owned.get((int) run.first(), (int) run.end()).isEmpty()).isTrue();
          owned.set((int) run.first(), (int) run.end());
          runs.add(run);
        }
      } catch (Ext4Exception full) {
        assertThat(full.errno()).isEqualTo(Errno.ENOSPC);
      }
      assertThat(blocks.counts().freeBlocks()).isEqualTo(free - owned.cardinality());
    }
    for (BlockRun run : runs) {
      free(run);
    }
  }
}
