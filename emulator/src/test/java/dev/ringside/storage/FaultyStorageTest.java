package dev.ringside.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringside.fault.FaultCount;
import dev.ringside.fault.FaultPlan;
import dev.ringside.fault.FaultPlanException;
import dev.ringside.fault.Faults;
import dev.ringside.machine.EventLog;
import dev.ringside.machine.IoVector;
import dev.ringside.machine.RandomStreams;
import dev.ringside.machine.RunHash;
import dev.ringside.machine.SimulatedScheduler;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FaultyStorageTest {
  private static final int SECTORS = 64;
  private static final int SECTOR = Storage.SECTOR_SIZE;
  private static final byte OLD = 0x11;
  private static final byte NEW = 0x22;

  private final SimulatedScheduler scheduler =
      new SimulatedScheduler(new RandomStreams(1), new RunHash());
  private final FlushCounter inner = new FlushCounter();
  private Faults faults = noFaults();
  private Storage storage = inner;

  private Faults noFaults() {
    return new Faults(FaultPlan.NONE, new RandomStreams(1), scheduler, EventLog.OFF);
  }

  /** A disk in memory that counts its flushes. */
  private static final class FlushCounter implements Storage {
    private final Storage memory = MemoryStorage.ofSectors(SECTORS);
    private int flushes;

    @Override
    public long sectors() {
      return memory.sectors();
    }

    @Override
    public boolean readOnly() {
      return false;
    }

    @Override
    public boolean discards() {
      return true;
    }

    @Override
    public void read(long position, IoVector target) throws IOException {
      memory.read(position, target);
    }

    @Override
    public void write(long position, IoVector source) throws IOException {
      memory.write(position, source);
    }

    @Override
    public void flush() {
      flushes++;
    }

    @Override
    public void discard(long position, long length) throws IOException {
      memory.discard(position, length);
    }

    @Override
    public void close() {}
  }

  private void under(String plan) throws FaultPlanException {
    faults = new Faults(FaultPlan.parse(plan), new RandomStreams(5), scheduler, EventLog.OFF);
    storage = new FaultyStorage(inner, faults, scheduler);
  }

  /** A vector cut where no sector ends. */
  private static IoVector cut(byte[] data) {
    IoVector vector = new IoVector(MemorySegment.ofArray(data));
    vector.add(0, 100);
    vector.add(100, data.length - 100L);
    return vector;
  }

  private static void fill(Storage disk, int sector, int count, byte value) throws IOException {
    byte[] data = new byte[count * SECTOR];
    Arrays.fill(data, value);
    disk.write((long) sector * SECTOR, cut(data));
  }

  private static byte[] read(Storage disk, int sector, int count) throws IOException {
    byte[] data = new byte[count * SECTOR];
    disk.read((long) sector * SECTOR, cut(data));
    return data;
  }

  /** The first byte of every sector. */
  private static byte[] firstBytes(Storage disk, int sector, int count) throws IOException {
    byte[] data = read(disk, sector, count);
    byte[] firsts = new byte[count];
    for (int i = 0; i < count; i++) {
      firsts[i] = data[i * SECTOR];
    }
    return firsts;
  }

  private void expectFired(long... times) {
    assertThat(faults.report().stream().mapToLong(FaultCount::fired).toArray()).isEqualTo(times);
  }

  @Test
  void failsOnceAndChangesNothing() throws IOException {
    fill(inner, 0, 4, OLD);
    under("write sectors 2: io-error once");

    assertThatThrownBy(() -> fill(storage, 0, 4, NEW))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("injected: write of sectors 0-3");
    assertThat(firstBytes(inner, 0, 4)).containsOnly(OLD);
    fill(storage, 0, 4, NEW);
    assertThat(firstBytes(inner, 0, 4)).containsOnly(NEW);
    expectFired(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"read", "write", "flush", "discard"})
  void failsEveryOperationForEver(String operation) throws IOException {
    under(operation + " nth 2: io-error sticky");

    request(operation);
    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(() -> request(operation)).isInstanceOf(IOException.class);
    }
    expectFired(3);
  }

  private void request(String operation) throws IOException {
    switch (operation) {
      case "read" -> read(storage, 0, 1);
      case "write" -> fill(storage, 0, 1, NEW);
      case "flush" -> storage.flush();
      default -> storage.discard(0, SECTOR);
    }
  }

  @Test
  void aSectorStaysUnreadableUntilItIsRewritten() throws IOException {
    fill(inner, 0, 8, OLD);
    under("read sectors 3-4: latent-error once");

    assertThatThrownBy(() -> read(storage, 0, 8)).hasMessageContaining("sector 3 cannot be read");
    assertThatThrownBy(() -> read(storage, 4, 1)).hasMessageContaining("sector 4 cannot be read");
    assertThat(read(storage, 0, 3)).containsOnly(OLD);
    fill(storage, 3, 1, NEW);
    assertThat(read(storage, 0, 4)).startsWith(OLD).endsWith(NEW);
    assertThatThrownBy(() -> read(storage, 0, 8)).hasMessageContaining("sector 4 cannot be read");
    storage.discard(4L * SECTOR, SECTOR);
    assertThat(firstBytes(storage, 2, 4)).containsExactly(OLD, NEW, 0, OLD);
    expectFired(1);
  }

  @Test
  void aWriteCanLeaveUnreadableSectorsBehind() throws IOException {
    under("write nth 1: latent-error");

    fill(storage, 5, 2, NEW);
    assertThatThrownBy(() -> read(storage, 6, 1)).hasMessageContaining("sector 6 cannot be read");
    fill(storage, 5, 2, NEW);
    assertThat(read(storage, 5, 2)).containsOnly(NEW);
  }

  @ParameterizedTest
  @ValueSource(strings = {"read", "write"})
  void bitsFlipWhereTheyAreStored(String operation) throws IOException {
    fill(inner, 0, 8, OLD);
    under(operation + " sectors 2-3: bit-rot 5 once");

    if (operation.equals("write")) {
      fill(storage, 0, 8, OLD);
    }
    byte[] rotten = read(storage, 0, 8);

    int flipped = 0;
    for (int i = 0; i < rotten.length; i++) {
      int bits = Integer.bitCount((rotten[i] ^ OLD) & 0xff);
      flipped += bits;
      assertThat(bits == 0 || i / SECTOR == 2 || i / SECTOR == 3).as("byte %d", i).isTrue();
    }
    assertThat(flipped).isEqualTo(5);
    assertThat(read(inner, 0, 8)).isEqualTo(rotten);
    assertThat(read(storage, 0, 8)).isEqualTo(rotten);
    expectFired(1);
  }

  @Test
  void refusesToLetAReadOnlyDiskRot(@TempDir Path folder) throws IOException {
    Path image = Files.write(folder.resolve("image"), new byte[SECTOR]);
    try (Storage disk = FileStorage.openReadOnly(image)) {
      Faults rot =
          new Faults(
              FaultPlan.parse("read: bit-rot 1"), new RandomStreams(1), scheduler, EventLog.OFF);

      assertThatThrownBy(() -> new FaultyStorage(disk, rot, scheduler))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("read-only, and would change: read: bit-rot 1");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 511, 512, 1024, 1300})
  void storesTheFirstBytesOfATornWrite(int bytes) throws IOException {
    fill(inner, 0, 4, OLD);
    under("write: torn-write " + bytes);

    fill(storage, 0, 3, NEW);

    byte[] expected = new byte[4 * SECTOR];
    Arrays.fill(expected, OLD);
    Arrays.fill(expected, 0, bytes, NEW);
    assertThat(read(inner, 0, 4)).isEqualTo(expected);
    expectFired(1);
  }

  @Test
  void saysThatAWriteIsTornWhenAskedTo() throws IOException {
    under("write: torn-write 512 reported");

    fill(storage, 0, 1, NEW);
    assertThatThrownBy(() -> fill(storage, 0, 2, NEW)).hasMessageContaining("torn after 512 bytes");
    assertThat(firstBytes(inner, 0, 2)).containsExactly(NEW, 0);
  }

  @Test
  void dropsWritesAndDiscards() throws IOException {
    fill(inner, 0, 2, OLD);
    under("any: dropped-write");

    fill(storage, 0, 1, NEW);
    storage.discard(SECTOR, SECTOR);

    assertThat(read(storage, 0, 2)).containsOnly(OLD);
    expectFired(2);
  }

  @ParameterizedTest
  @ValueSource(ints = {8, -8, 8 + 61, 8 - 61, 8 + 61_000_000})
  void misdirectsAWriteOntoTheDisk(int away) throws IOException {
    under("write: misdirected " + away);

    fill(storage, 0, 4, NEW);

    int target = Math.floorMod(away, 61);
    assertThat(firstBytes(inner, 0, SECTORS)).containsOnly((byte) 0, NEW);
    assertThat(firstBytes(inner, target, 4)).containsOnly(NEW);
    assertThat(firstBytes(inner, target == 8 ? 0 : 8, 4)).containsOnly((byte) 0);
  }

  @Test
  void misdirectsARead() throws IOException {
    fill(inner, 10, 1, NEW);
    under("read nth 1: misdirected 3");

    assertThat(read(storage, 7, 1)).containsOnly(NEW);
    assertThat(read(storage, 7, 1)).containsOnly((byte) 0);
  }

  @Test
  void readsWhatWasThereBeforeTheLastChange() throws IOException {
    fill(inner, 0, 4, OLD);
    under("read sectors 1-2 every 2: stale-read");

    fill(storage, 0, 3, NEW);
    assertThat(firstBytes(storage, 0, 4)).containsExactly(NEW, NEW, NEW, OLD);
    // Sector 0 is remembered by no rule, and 3 was not changed.
    assertThat(firstBytes(storage, 0, 4)).containsExactly(NEW, OLD, OLD, OLD);
    storage.discard(SECTOR, SECTOR);
    assertThat(firstBytes(storage, 0, 4)).containsExactly(NEW, 0, NEW, OLD);
    assertThat(firstBytes(storage, 0, 4)).containsExactly(NEW, NEW, OLD, OLD);
    expectFired(2);
  }

  @Test
  void losesAFlush() throws IOException {
    under("flush nth 2: lost-flush");

    storage.flush();
    storage.flush();
    storage.flush();

    assertThat(inner.flushes).isEqualTo(2);
    expectFired(1);
  }

  @Test
  void flushesBeforeAnybodyAsksForIt() throws IOException {
    under("write nth 2: early-flush");

    fill(storage, 0, 1, NEW);
    assertThat(inner.flushes).isZero();
    fill(storage, 0, 1, NEW);
    assertThat(inner.flushes).isEqualTo(1);
  }

  @Test
  void takesItsTime() throws IOException {
    under("flush: delay 30us\nflush nth 2: delay 5us");

    scheduler.run(
        () -> {
          try {
            storage.flush();
            assertThat(scheduler.clock().nanoTime()).isEqualTo(30_000);
            storage.flush();
            assertThat(scheduler.clock().nanoTime()).isEqualTo(65_000);
          } catch (IOException unexpected) {
            throw new AssertionError(unexpected);
          }
        });
    expectFired(2, 1);
  }

  @Test
  void severalFaultsAddUp() throws IOException {
    fill(inner, 0, SECTORS, OLD);
    under("write: torn-write 700\nwrite: misdirected 2\nwrite: early-flush");

    fill(storage, 0, 4, NEW);

    assertThat(firstBytes(inner, 0, 6)).containsExactly(OLD, OLD, NEW, NEW, OLD, OLD);
    assertThat(inner.flushes).isEqualTo(1);
    expectFired(1, 1, 1);
  }
}
