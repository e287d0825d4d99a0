package dev.ringside.ext4.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringside.driver.testing.TestDisk;
import dev.ringside.ext4.cache.BlockCheck;
import dev.ringside.ext4.cache.BlockSeal;
import dev.ringside.ext4.cache.CachedBlock;
import dev.ringside.ext4.error.Errno;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.testing.JournalImages;
import dev.ringside.ext4.testing.JournaledImage;
import dev.ringside.ext4.testing.RecordedDisk;
import dev.ringside.ext4.testing.Tool;
import dev.ringside.machine.RandomStreams;
import dev.ringside.machine.RunHash;
import dev.ringside.machine.SimulatedScheduler;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When transactions begin and end, what they wait for, and what an error does. */
final class JournalBehaviourTest {
  private static final BlockCheck ANY = (_, _) -> {};
  private static final long SCRATCH = 8000;

  @TempDir private Path directory;

  @SuppressWarnings("NullAway.Init") // set before each test
  private RecordedDisk disk;

  @SuppressWarnings("NullAway.Init") // set before each test
  private JournaledImage image;

  @SuppressWarnings("NullAway.Init") // set before each test
  private Journal journal;

  @BeforeEach
  void open() throws Ext4Exception {
    disk = RecordedDisk.of(JournalImages.EXT4_1K.make(directory.resolve("image")));
    image = JournaledImage.open(disk);
    journal = image.journal();
  }

  @AfterEach
  void close() throws IOException {
    try {
      image.close();
    } catch (Ext4Exception stopped) {
      assertThat(journal.isAborted()).isTrue();
    }
    if (!journal.isAborted()) {
      Path file = Files.write(directory.resolve("closed"), disk.content());
      Tool.E2FSCK.run("-fn", file);
    }
  }

  private void change(Handle handle, long block, long value) throws Ext4Exception {
    try (CachedBlock cached = image.cache().get(block, ANY)) {
      handle.change(cached, BlockSeal.NONE);
      cached.bytes().set(ValueLayout.JAVA_LONG, 0, value);
    }
  }

  private int changeOne(long block, long value) throws Ext4Exception {
    try (Handle handle = journal.start(1, false)) {
      change(handle, block, value);
      return handle.transaction();
    }
  }

  private long onDisk(long block) {
    return in(disk.content(), block);
  }

  private static long in(byte[] content, long block) {
    return MemorySegment.ofArray(content).get(ValueLayout.JAVA_LONG_UNALIGNED, block * 1024);
  }

  @Test
  void operationsJoinOneTransactionUntilItIsCommitted() throws Ext4Exception {
    int first = changeOne(SCRATCH, 1);
    int second = changeOne(SCRATCH + 1, 2);
    assertThat(second).isEqualTo(first);
    assertThat(journal.isCommitted(first)).isFalse();

    journal.commit(first);
    int steps = disk.count();
    journal.commit(second);

    assertThat(journal.isCommitted(second)).isTrue();
    assertThat(disk.count()).as("the second to ask finds it done").isEqualTo(steps);
    assertThat(changeOne(SCRATCH, 3)).isEqualTo(first + 1);
  }

  @Test
  void aCommitTakesOneRequestForTheLogAndTwoFlushes() throws Ext4Exception {
    // The journal's file is in one piece only behind its first 17 blocks.
    for (int i = 0; i < 8; i++) {
      changeOne(SCRATCH, i);
      journal.commitAll();
    }
    try (Handle handle = journal.start(30, false)) {
      for (int i = 0; i < 30; i++) {
        change(handle, SCRATCH + i, i);
      }
    }
    int before = disk.count();

    journal.commitAll();

    // Descriptor and copies, a flush, the commit block, a flush.
    assertThat(disk.steps().subList(before, disk.count()))
        .extracting(step -> step instanceof RecordedDisk.Step.Write write ? write.length() : 0)
        .containsExactly(31 * 1024, 0, 1024, 0);
  }

  @Test
  void manyUpdatesOfABlockAreOneWriteHome() throws Ext4Exception {
    for (int i = 1; i <= 100; i++) {
      changeOne(SCRATCH, i);
      journal.commitAll();
    }
    assertThat(disk.writesTo(SCRATCH * 1024)).isEmpty();

    journal.close();

    assertThat(disk.writesTo(SCRATCH * 1024)).hasSize(1);
    assertThat(onDisk(SCRATCH)).isEqualTo(100);
  }

  @Test
  void nothingIsWrittenHomeBeforeItIsCommitted() throws Ext4Exception {
    changeOne(SCRATCH, 1);
    journal.commitAll();
    int second = changeOne(SCRATCH, 2);
    // Fills the log again and again with other blocks.
    for (int i = 0; i < 400; i++) {
      try (Handle handle = journal.start(20, false)) {
        for (int j = 0; j < 20; j++) {
          change(handle, 7000 + (i * 20 + j) % 900, i);
        }
      }
      journal.poll();
      if (!journal.isCommitted(second)) {
        assertThat(onDisk(SCRATCH)).isNotEqualTo(2);
      }
    }
    assertThat(onDisk(SCRATCH)).as("home, because its place in the log was needed").isEqualTo(2);
  }

  @Test
  void actionsRunOnceTheTransactionCannotBeLost() throws Ext4Exception {
    List<String> done = new ArrayList<>();
    int transaction;
    try (Handle handle = journal.start(1, false)) {
      change(handle, SCRATCH, 1);
      handle.afterCommit(() -> done.add("after"));
      transaction = handle.transaction();
    }
    assertThat(done).isEmpty();

    journal.commit(transaction);
    journal.commitAll();

    assertThat(done).containsExactly("after");
  }

  @Test
  void deferredMetadataIsWrittenOnceWithItsTransaction() throws Ext4Exception {
    int[] written = {0};
    DeferredMetadata metadata =
        handle -> {
          written[0]++;
          change(handle, SCRATCH, 7);
        };
    for (int i = 0; i < 5; i++) {
      try (Handle handle = journal.start(1, false)) {
        handle.defer(metadata);
      }
    }
    assertThat(written[0]).isZero();

    journal.commitAll();

    assertThat(written[0]).isEqualTo(1);
    image.crash();
    image = JournaledImage.open(RecordedDisk.of(disk.content()));
    journal = image.journal();
    try (CachedBlock block = image.cache().get(SCRATCH, ANY)) {
      assertThat(block.bytes().get(ValueLayout.JAVA_LONG, 0)).isEqualTo(7);
    }
  }

  @Test
  void aHandleThatChangesMoreThanItSaidIsAnErrorOfTheCaller() throws Ext4Exception {
    try (Handle handle = journal.start(2, false)) {
      change(handle, SCRATCH, 1);
      change(handle, SCRATCH, 2);
      change(handle, SCRATCH + 1, 1);
      assertThatThrownBy(() -> change(handle, SCRATCH + 2, 1))
          .isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void anOperationThatNoTransactionHoldsIsRefused() throws Ext4Exception {
    int most = journal.maxCredits();
    journal.start(most, false).close();

    assertThatThrownBy(() -> journal.start(most + 1, false))
        .isInstanceOfSatisfying(
            Ext4Exception.class, full -> assertThat(full.errno()).isEqualTo(Errno.ENOSPC));
    assertThat(journal.isAborted()).isFalse();
  }

  @Test
  void aHandleGoesOnInTheNextTransactionWhenItsOwnIsFull() throws Ext4Exception {
    int most = journal.maxCredits();
    try (Handle handle = journal.start(most / 2, false)) {
      int first = handle.transaction();
      for (int i = 0; i < most / 2; i++) {
        change(handle, 7000 + i, i);
      }
      assertThat(handle.ensureCredits(most / 4)).as("there is room").isFalse();
      assertThat(handle.transaction()).isEqualTo(first);

      assertThat(handle.ensureCredits(most)).isTrue();

      assertThat(handle.transaction()).isEqualTo(first + 1);
      change(handle, 7000, 100);
    }
    journal.commitAll();
    journal.close();
    assertThat(onDisk(7000)).isEqualTo(100);
    assertThat(onDisk(7001)).isEqualTo(1);
  }

  @Test
  void aSmallCacheIsEnoughForManyBlocks() throws Ext4Exception {
    image.close();
    disk = RecordedDisk.of(disk.content());
    image = JournaledImage.open(disk, JournalOptions.DEFAULT, 1);
    journal = image.journal();
    assertThat(image.cache().capacity()).isEqualTo(32);
    for (int round = 1; round <= 3; round++) {
      for (int i = 0; i < 1000; i++) {
        changeOne(7000 + i, round);
      }
    }
    journal.close();
    byte[] content = disk.content();
    assertThat(LongStream.range(7000, 8000).map(block -> in(content, block))).containsOnly(3L);
  }

  @Test
  void whatIsRevokedIsRevokedInBlocksOfTheLog() throws Ext4Exception {
    for (int i = 0; i < 3; i++) {
      try (Handle handle = journal.start(1, false)) {
        for (int block = 4000; block < 6000; block++) {
          handle.forget(block);
        }
        change(handle, SCRATCH, i);
      }
      journal.commitAll();
    }
    image.crash();
    Path dirty = directory.resolve("dirty");
    try {
      Files.write(dirty, disk.content());
    } catch (IOException failure) {
      throw new AssertionError(failure);
    }
    assertThat(Tool.DEBUGFS.run("-R", "logdump -a", dirty)).contains("type 5 (revoke table)");
    image = JournaledImage.open(RecordedDisk.of(disk.content()));
    journal = image.journal();
  }

  @Test
  void aFailedWriteStopsTheJournalForGood() throws IOException, Ext4Exception {
    changeOne(SCRATCH, 1);
    journal.commitAll();
    changeOne(SCRATCH + 1, 2);
    disk.failFrom(disk.count());

    assertThatThrownBy(() -> journal.commitAll())
        .isInstanceOfSatisfying(
            Ext4Exception.class, failed -> assertThat(failed.errno()).isEqualTo(Errno.EIO));

    assertThat(journal.isAborted()).isTrue();
    disk.failFrom(Integer.MAX_VALUE);
    int steps = disk.count();
    assertThatThrownBy(() -> journal.start(1, false))
        .isInstanceOfSatisfying(
            Ext4Exception.class, failed -> assertThat(failed.errno()).isEqualTo(Errno.EROFS));
    journal.poll();
    journal.close();
    assertThat(disk.count()).as("steps after the failure").isEqualTo(steps);
  }

  @Test
  void anAbortIsRecordedAndLosesOnlyWhatWasNotCommitted() throws IOException, Ext4Exception {
    changeOne(SCRATCH, 1);
    journal.commitAll();
    changeOne(SCRATCH, 2);

    journal.abort(new AssertionError("in the middle"));
    journal.close();

    Path file = Files.write(directory.resolve("aborted"), disk.content());
    assertThat(Tool.DEBUGFS.run("-R", "logdump -S", file)).contains("Journal errno");
    Tool.E2FSCK.runUpTo(1, "-fy", file);
    Tool.E2FSCK.run("-fn", file);
    disk = RecordedDisk.of(file);
    assertThat(onDisk(SCRATCH)).isEqualTo(1);
  }

  @Test
  void aFrozenDiskIsThatOfAnUnmountedFilesystem() throws IOException, Ext4Exception {
    changeOne(SCRATCH, 1);

    journal.freeze();

    Path frozen = Files.write(directory.resolve("frozen"), disk.content());
    assertThat(Tool.DEBUGFS.run("-R", "features", frozen)).doesNotContain("needs_recovery");
    Tool.E2FSCK.run("-fn", frozen);
    assertThat(onDisk(SCRATCH)).isEqualTo(1);

    journal.thaw();
    changeOne(SCRATCH, 2);
    journal.commitAll();
    byte[] thawed = disk.content();

    assertThat(in(thawed, SCRATCH)).isEqualTo(1);
    RecordedDisk crashed = RecordedDisk.of(thawed);
    JournaledImage.open(crashed).close();
    assertThat(in(crashed.content(), SCRATCH)).isEqualTo(2);
  }

  @Test
  void aStopIsACrash() throws IOException, Ext4Exception {
    changeOne(SCRATCH, 1);
    journal.commitAll();
    changeOne(SCRATCH, 2);

    journal.stop();
    int steps = disk.count();
    journal.close();

    assertThat(disk.count()).isEqualTo(steps);
    Path file = Files.write(directory.resolve("stopped"), disk.content());
    assertThat(Tool.DEBUGFS.run("-R", "logdump -S", file)).doesNotContain("Journal errno");
    Tool.E2FSCK.run("-y", "-E", "journal_only", file);
    Tool.E2FSCK.run("-fn", file);
    assertThat(in(Files.readAllBytes(file), SCRATCH)).isEqualTo(1);
  }

  @Test
  void aCommitBeginsByItselfWhenItsTimeHasCome() throws Ext4Exception {
    image.close();
    disk = RecordedDisk.of(disk.content());
    SimulatedScheduler scheduler = new SimulatedScheduler(new RandomStreams(1), new RunHash());
    scheduler.run(
        () -> {
          try {
            TestDisk simulated = TestDisk.over(disk).scheduler(scheduler).start();
            image = JournaledImage.open(simulated, JournalOptions.DEFAULT, 1 << 20);
            journal = image.journal();
            int transaction = changeOne(SCRATCH, 1);
            scheduler.sleep(4_900_000_000L);
            journal.poll();
            assertThat(journal.isCommitted(transaction)).isFalse();
            scheduler.sleep(200_000_000L);
            for (int i = 0; i < 100; i++) {
              journal.poll();
              scheduler.sleep(1_000_000);
            }
            assertThat(journal.isCommitted(transaction)).isTrue();
            image.close();
          } catch (Ext4Exception failure) {
            throw new AssertionError(failure);
          }
        });
  }
}
