package dev.ringside.ext4.mapping;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringside.ext4.error.Errno;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.InodeFlag;
import dev.ringside.ext4.inode.InCoreInode;
import dev.ringside.ext4.journal.Handle;
import dev.ringside.ext4.testing.DebugfsBlocks;
import dev.ringside.ext4.testing.WritableImage;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/** What a file's mapping has to say: for every block that is no hole its place and its state. */
final class MappingModel {
  /** File blocks are below this, and some are far away. */
  private static final int RANGE = 3000;

  private static final long FAR = 70_000;

  private record Block(long place, boolean unwritten) {}

  private final WritableImage image;
  private final long number;
  private final FileMapping mapping;
  private final boolean extents;
  private TreeMap<Long, Block> blocks = new TreeMap<>();

  MappingModel(WritableImage image, long number) throws Ext4Exception {
    this.image = image;
    this.number = number;
    this.mapping = image.mapping(number);
    this.extents = image.inode(number).inode().has(InodeFlag.EXTENTS);
  }

  /** Does one thing to the mapping and to the model. */
  void change(RandomGenerator random) throws Ext4Exception {
    long first = random.nextInt(RANGE) + (random.nextInt(10) == 0 ? FAR : 0);
    long count = 1L + random.nextInt(random.nextInt(4) == 0 ? 200 : 8);
    try (Handle handle = image.start()) {
      switch (random.nextInt(extents ? 14 : 8)) {
        case 0, 1, 2, 3, 4, 5 -> fill(handle, first, count, extents && random.nextBoolean());
        case 6, 7 -> {
          mapping.remove(handle, first, count);
          blocks.subMap(first, first + count).clear();
        }
        case 8, 9 -> {
          mapping.markWritten(handle, first, count);
          blocks.subMap(first, first + count).replaceAll((_, b) -> new Block(b.place(), false));
        }
        case 10, 11 -> {
          mapping.markUnwritten(handle, first, count);
          blocks.subMap(first, first + count).replaceAll((_, b) -> new Block(b.place(), true));
        }
        case 12 -> {
          mapping.remove(handle, first, count);
          blocks.subMap(first, first + count).clear();
          mapping.shift(handle, first + count, -count);
          shift(first + count, -count);
        }
        case 13 -> {
          mapping.shift(handle, first, count);
          shift(first, count);
        }
        default -> throw new AssertionError();
      }
    } catch (Ext4Exception failure) {
      assertThat(failure.errno()).as(failure.getMessage()).isEqualTo(Errno.ENOSPC);
    }
  }

  /** Maps every hole of a range. */
  private void fill(Handle handle, long first, long count, boolean unwritten) throws Ext4Exception {
    long next = first;
    while (next < first + count) {
      IoMap now = mapping.map(next).upTo(first + count);
      if (now instanceof IoMap.Hole) {
        now = mapping.allocate(handle, next, now.count(), unwritten);
        long place = placeOf(now);
        for (int i = 0; i < now.count(); i++) {
          blocks.put(next + i, new Block(place + i, unwritten));
        }
      }
      next = now.end();
    }
  }

  private static long placeOf(IoMap map) {
    return switch (map) {
      case IoMap.Mapped mapped -> mapped.block();
      case IoMap.Unwritten unwritten -> unwritten.block();
      case IoMap.Hole _ -> 0;
    };
  }

  private void shift(long from, long distance) {
    TreeMap<Long, Block> moved = new TreeMap<>(blocks.headMap(from));
    blocks.tailMap(from).forEach((block, state) -> moved.put(block + distance, state));
    blocks = moved;
  }

  /** Compares a random place. */
  void check(RandomGenerator random) throws Ext4Exception {
    long at = random.nextInt(RANGE);
    compare(mapping, at, at + 50);
  }

  void checkAll() throws Ext4Exception {
    checkAll(mapping);
  }

  /** Compares the file in another mount. */
  void checkAll(WritableImage other) throws Ext4Exception {
    checkAll(other.mapping(number));
  }

  private void checkAll(FileMapping other) throws Ext4Exception {
    compare(other, 0, (blocks.isEmpty() ? 0 : blocks.lastKey()) + 100);
  }

  private void compare(FileMapping other, long from, long end) throws Ext4Exception {
    long next = from;
    while (next < end) {
      IoMap now = other.map(next).upTo(end);
      Map<Long, Block> expected = blocks.subMap(next, now.end());
      if (now instanceof IoMap.Hole) {
        assertThat(expected).isEmpty();
      } else {
        assertThat(expected).hasSize((int) now.count());
        long first = next;
        expected.forEach(
            (block, state) -> {
              assertThat(state.place()).isEqualTo(placeOf(now) + (block - first));
              assertThat(state.unwritten()).isEqualTo(now instanceof IoMap.Unwritten);
            });
      }
      next = now.end();
    }
  }

  /** Compares the file as debugfs sees it. */
  void checkAgainstDebugfs(Path path) {
    TreeMap<Long, Long> expected = new TreeMap<>();
    blocks.forEach((block, b) -> expected.put(block, b.unwritten() ? -b.place() : b.place()));
    assertThat(DebugfsBlocks.of(path, number)).isEqualTo(expected);
  }

  /** Gives the file a size that covers what is mapped. */
  void setSize() throws Ext4Exception {
    InCoreInode inode = image.inode(number);
    try (Handle handle = image.start()) {
      long end = blocks.isEmpty() ? 0 : blocks.lastKey() + 1;
      inode.inode().setSize(end * image.superblock().blockSize());
      inode.changed(handle);
    }
  }
}
