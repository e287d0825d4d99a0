package dev.ringside.ext4.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringside.driver.BlockRequest;
import dev.ringside.driver.testing.TestDisk;
import dev.ringside.ext4.error.Ext4CorruptedException;
import dev.ringside.ext4.error.Ext4Exception;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class MetadataCacheTest {
  private static final int BLOCK_SIZE = 1024;
  private static final int BLOCKS = 100;

  @SuppressWarnings("NullAway.Init") // set before each test
  private TestDisk disk;

  @SuppressWarnings("NullAway.Init") // set before each test
  private MetadataCache cache;

  /** Accepts every block, and counts how often it is asked. */
  private static final class Counter implements BlockCheck {
    private int calls;

    @Override
    public void verify(MemorySegment bytes, long block) {
      calls++;
    }
  }

  /** Each block of the disk starts with its own number. */
  @BeforeEach
  void fillDisk() {
    disk = TestDisk.blank(BLOCKS * 2L).start();
    long address = disk.frames().allocate(BLOCK_SIZE);
    for (int block = 0; block < BLOCKS; block++) {
      disk.memory().setU8(address, block);
      disk.execute(new BlockRequest().write(block * 2L).segment(address, BLOCK_SIZE));
    }
    cache = new MetadataCache(disk.driver(), new DiskReader(disk.driver()), BLOCK_SIZE, 1);
  }

  @AfterEach
  void close() {
    cache.close();
    disk.close();
  }

  private void touch(long block, BlockCheck check) throws Ext4Exception {
    try (CachedBlock cached = cache.get(block, check)) {
      assertThat(cached.bytes().get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) block);
    }
  }

  @Test
  void blockIsReadAndVerifiedOnce() throws Ext4Exception {
    Counter check = new Counter();

    touch(5, check);
    touch(5, check);

    assertThat(check.calls).isEqualTo(1);
    assertThat(cache.misses()).isEqualTo(1);
    assertThat(cache.hits()).isEqualTo(1);
  }

  @Test
  void missingBlockBringsItsNeighboursAlongUnverified() throws Ext4Exception {
    Counter check = new Counter();

    cache.getAmong(20, check, 16, 8).close();
    long afterFirst = cache.misses();
    for (int block = 16; block < 24; block++) {
      touch(block, check);
    }

    assertThat(afterFirst).isEqualTo(8);
    assertThat(cache.misses()).isEqualTo(8);
    assertThat(check.calls).isEqualTo(8);
  }

  @Test
  void neighboursBeyondTheDiskDoNotKeepABlockFromBeingRead() throws Ext4Exception {
    Counter check = new Counter();

    try (CachedBlock block = cache.getAmong(BLOCKS - 1, check, BLOCKS - 4, 16)) {
      assertThat(block.bytes().get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) (BLOCKS - 1));
    }
    assertThatThrownBy(() -> cache.getAmong(BLOCKS, check, BLOCKS - 4, 16))
        .isInstanceOf(Ext4CorruptedException.class);
    touch(BLOCKS - 2, check);
  }

  @Test
  void blockIsVerifiedAgainForAnotherPurpose() throws Ext4Exception {
    Counter first = new Counter();
    Counter second = new Counter();

    touch(5, first);
    touch(5, second);
    touch(5, first);

    assertThat(first.calls).isEqualTo(2);
    assertThat(second.calls).isEqualTo(1);
    assertThat(cache.misses()).isEqualTo(1);
  }

  @Test
  void leastRecentlyUsedBlockGoesFirst() throws Ext4Exception {
    Counter check = new Counter();
    for (int block = 0; block < cache.capacity(); block++) {
      touch(block, check);
    }
    touch(0, check);
    touch(cache.capacity(), check);
    long misses = cache.misses();

    touch(0, check);
    assertThat(cache.misses()).isEqualTo(misses);
    touch(1, check);
    assertThat(cache.misses()).isEqualTo(misses + 1);
  }

  @Test
  void everyBlockComesBackRightAfterEviction() throws Ext4Exception {
    Counter check = new Counter();
    for (int round = 0; round < 3; round++) {
      for (int block = 0; block < BLOCKS; block++) {
        touch((block * 37L) % BLOCKS, check);
      }
    }
  }

  @Test
  void heldBlocksStay() throws Ext4Exception {
    Counter check = new Counter();
    try (CachedBlock held = cache.get(3, check)) {
      for (int block = 4; block < BLOCKS; block++) {
        touch(block, check);
      }
      assertThat(held.bytes().get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 3);
    }
  }

  @Test
  void blocksAreReadAheadInOneRequestAndVerifiedWhenTheyAreAskedFor() throws Ext4Exception {
    Counter check = new Counter();
    touch(7, check);
    long requests = disk.driver().stats().requests();

    cache.readAhead(5, 6, 7, 8, 9);

    // Two runs: the block between them was there.
    assertThat(disk.driver().stats().requests() - requests).isEqualTo(2);
    assertThat(check.calls).isEqualTo(1);
    for (int block = 5; block <= 9; block++) {
      touch(block, check);
    }
    assertThat(disk.driver().stats().requests() - requests).isEqualTo(2);
    assertThat(check.calls).isEqualTo(5);
    assertThat(cache.misses()).isEqualTo(5);
  }

  @Test
  void readingAheadLeavesHalfOfTheCacheAlone() throws Ext4Exception {
    Counter check = new Counter();
    long[] wanted = LongStream.range(0, 90).toArray();
    touch(95, check);

    cache.readAhead(wanted);

    assertThat(cache.misses()).isEqualTo(1 + cache.capacity() / 2);
    touch(95, check);
    assertThat(cache.hits()).isEqualTo(1);
    for (long block : wanted) {
      touch(block, check);
    }
  }

  @Test
  void ofABatchThatFailsNothingIsThere() throws Ext4Exception {
    Counter check = new Counter();
    int evictable = cache.evictable();

    assertThatThrownBy(() -> cache.readAhead(5, 6, BLOCKS))
        .isInstanceOf(Ext4CorruptedException.class);

    assertThat(cache.peek(5)).isNull();
    assertThat(cache.evictable()).isEqualTo(evictable);
    touch(5, check);
  }

  @Test
  void holdingEveryBlockIsAnErrorOfTheCaller() throws Ext4Exception {
    Counter check = new Counter();
    List<CachedBlock> held = new ArrayList<>();
    for (int block = 0; block < cache.capacity(); block++) {
      held.add(cache.get(block, check));
    }

    assertThatThrownBy(() -> cache.get(BLOCKS - 1, check))
        .isInstanceOf(IllegalStateException.class);

    held.forEach(CachedBlock::close);
    touch(BLOCKS - 1, check);
  }

  @Test
  void blockThatFailsItsCheckIsCheckedAgainNextTime() throws Ext4Exception {
    BlockCheck fails =
        (_, block) -> {
          throw new Ext4CorruptedException("test", block, "never sound");
        };

    for (int round = 0; round < 2; round++) {
      assertThatThrownBy(() -> cache.get(5, fails)).isInstanceOf(Ext4CorruptedException.class);
    }
    touch(5, new Counter());
  }

  @Test
  void blockBehindTheDiskIsRefused() {
    assertThatThrownBy(() -> cache.get(BLOCKS, new Counter()))
        .isInstanceOf(Ext4CorruptedException.class)
        .hasMessageContaining("is the image cut off?");
  }
}
