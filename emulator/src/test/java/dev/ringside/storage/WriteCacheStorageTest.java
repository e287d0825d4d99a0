package dev.ringside.storage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringside.machine.IoVector;
import dev.ringside.machine.RandomStreams;
import dev.ringside.storage.WriteCacheStorage.VolatileWrite;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WriteCacheStorageTest {
  private static final int SECTOR = Storage.SECTOR_SIZE;
  private static final int SECTORS = 64;

  private final MemoryStorage medium = MemoryStorage.ofSectors(SECTORS);
  private final WriteCacheStorage cache = WriteCacheStorage.over(medium, 16 * SECTOR);

  @AfterEach
  void close() throws IOException {
    cache.close();
  }

  private static IoVector sectors(int count, int value) {
    MemorySegment memory = MemorySegment.ofArray(new byte[count * SECTOR]);
    memory.fill((byte) value);
    IoVector vector = new IoVector(memory);
    vector.add(0, memory.byteSize());
    return vector;
  }

  private void write(int sector, int count, int value) throws IOException {
    cache.write((long) sector * SECTOR, sectors(count, value));
  }

  /** The first byte of each sector; a sector that is torn in itself fails the test. */
  private List<Integer> content(int sector, int count) throws IOException {
    byte[] bytes = new byte[count * SECTOR];
    IoVector target = new IoVector(MemorySegment.ofArray(bytes));
    target.add(0, bytes.length);
    cache.read((long) sector * SECTOR, target);
    List<Integer> values = new ArrayList<>();
    for (int at = 0; at < bytes.length; at += SECTOR) {
      assertThat(bytes[at + SECTOR - 1]).isEqualTo(bytes[at]);
      values.add((int) bytes[at]);
    }
    return values;
  }

  @Test
  void losesWhatWasNotFlushed() throws IOException {
    write(0, 2, 1);
    cache.flush();
    write(1, 2, 2);
    assertThat(content(0, 3)).containsExactly(1, 2, 2);

    cache.crash(PowerLoss.DROPS_ALL);

    assertThat(content(0, 3)).containsExactly(1, 1, 0);
    assertThat(cache.volatileWrites()).isEmpty();
  }

  @Test
  void mayKeepEverything() throws IOException {
    write(0, 2, 1);
    write(1, 2, 2);

    cache.crash(PowerLoss.KEEPS_ALL);

    assertThat(content(0, 3)).containsExactly(1, 2, 2);
  }

  @Test
  void tearsAndReordersBySectors() throws IOException {
    write(0, 3, 1);
    write(1, 3, 2);
    write(2, 3, 3);
    // Of the first write sector 1, of the second its last, of the third none.
    cache.crash((write, sector) -> (write == 0 && sector == 1) || (write == 1 && sector == 2));

    assertThat(content(0, 5)).containsExactly(0, 1, 0, 2, 0);
  }

  @Test
  void bringsBackTheVersionInBetween() throws IOException {
    write(5, 1, 1);
    cache.flush();
    write(5, 1, 2);
    write(5, 1, 3);

    cache.crash((write, sector) -> write == 0);

    assertThat(content(5, 1)).containsExactly(2);
  }

  @Test
  void takesBackDiscardsAndZeros() throws IOException {
    write(0, 4, 1);
    cache.flush();
    cache.discard(0, SECTOR);
    cache.writeZeroes(2 * SECTOR, SECTOR, false);
    assertThat(content(0, 4)).containsExactly(0, 1, 0, 1);
    assertThat(cache.volatileWrites())
        .containsExactly(new VolatileWrite(0, SECTOR), new VolatileWrite(2 * SECTOR, SECTOR));

    cache.crash(PowerLoss.DROPS_ALL);

    assertThat(content(0, 4)).containsExactly(1, 1, 1, 1);
  }

  @Test
  void emptiesItselfWhenItIsFull() throws IOException {
    write(0, 10, 1);
    write(10, 10, 2);

    cache.crash(PowerLoss.DROPS_ALL);

    assertThat(content(0, 20).subList(0, 10)).containsOnly(1);
    assertThat(content(10, 10)).containsOnly(0);
  }

  @Test
  void makesARequestStableThatIsLargerThanTheCache() throws IOException {
    write(40, 1, 5);
    write(0, 17, 1);

    cache.crash(PowerLoss.DROPS_ALL);

    assertThat(content(0, 17)).containsOnly(1);
    assertThat(content(40, 1)).containsExactly(5);
  }

  @Test
  void erasesFromTheCacheToo() throws IOException {
    write(3, 1, 1);
    cache.flush();
    write(3, 1, 2);
    cache.secureErase(3 * SECTOR, SECTOR);

    cache.crash(PowerLoss.DROPS_ALL);

    assertThat(content(3, 1)).containsExactly(0);
  }

  @Test
  void makesEverythingStableWhenItIsResized() throws IOException {
    write(0, 1, 1);
    cache.resize(SECTORS * 2);

    cache.crash(PowerLoss.DROPS_ALL);

    assertThat(cache.sectors()).isEqualTo(SECTORS * 2);
    assertThat(content(0, 1)).containsExactly(1);
  }

  /**
   * After any crash each sector has a version that it had since the last flush, or that flush's.
   */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void leavesEachSectorWithOneOfItsVersions(long seed) throws IOException {
    RandomStreams streams = new RandomStreams(seed);
    RandomGenerator random = streams.stream("writes");
    PowerLoss loss = PowerLoss.drawnFrom(streams.stream("power"));
    List<List<Integer>> versions = new ArrayList<>();
    for (int sector = 0; sector < SECTORS; sector++) {
      versions.add(new ArrayList<>(List.of(0)));
    }
    boolean lostSomething = false;
    for (int round = 0; round < 200; round++) {
      for (int step = 0; step < 4; step++) {
        int first = random.nextInt(SECTORS - 3);
        int count = 1 + random.nextInt(3);
        int value = 1 + (round * 4 + step) % 100;
        write(first, count, value);
        for (int sector = first; sector < first + count; sector++) {
          versions.get(sector).add(value);
        }
      }
      if (random.nextInt(3) == 0) {
        cache.flush();
        for (List<Integer> had : versions) {
          had.subList(0, had.size() - 1).clear();
        }
      } else {
        cache.crash(loss);
        List<Integer> now = content(0, SECTORS);
        for (int sector = 0; sector < SECTORS; sector++) {
          List<Integer> had = versions.get(sector);
          assertThat(now.get(sector)).as("round %d of seed %d", round, seed).isIn(had);
          lostSomething |= !now.get(sector).equals(had.getLast());
          had.clear();
          had.add(now.get(sector));
        }
      }
    }
    assertThat(lostSomething).isTrue();
  }
}
