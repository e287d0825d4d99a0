package dev.ringside.storage;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import dev.ringside.machine.IoVector;
import dev.ringside.machine.RandomStreams;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class StorageTest {
  private static final int SECTORS = 1024;
  private static final int SECTOR = Storage.SECTOR_SIZE;
  private static final long SEED = 4711;

  @TempDir static Path folder;

  private static byte[] randomContent() {
    byte[] content = new byte[SECTORS * SECTOR];
    new RandomStreams(SEED).stream("image").nextBytes(content);
    return content;
  }

  private static Path randomImage(String name) throws IOException {
    return Files.write(folder.resolve(name), randomContent());
  }

  /** A storage that is blank at first, or holds the random content. */
  private record Case(String name, Storage storage, boolean blank) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Case> storages() throws IOException {
    Storage base = FileStorage.openReadOnly(randomImage("base.img"));
    return Stream.of(
        new Case("memory", MemoryStorage.ofSectors(SECTORS), true),
        new Case("file", FileStorage.openWritable(randomImage("rw.img")), false),
        new Case("overlay", OverlayStorage.over(base), false),
        new Case(
            "write cache",
            WriteCacheStorage.over(MemoryStorage.ofSectors(SECTORS), 64 * SECTOR),
            true),
        new Case("by writes", new WriteOnly(MemoryStorage.ofSectors(SECTORS)), true));
  }

  /** Random writes, discards and reads, with pieces cut anywhere, against an array. */
  @ParameterizedTest
  @MethodSource("storages")
  void behavesLikeAnArray(Case given) throws IOException {
    byte[] model = given.blank() ? new byte[SECTORS * SECTOR] : randomContent();
    RandomGenerator random = new RandomStreams(SEED).stream(given.name());
    try (Storage storage = given.storage();
        Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(1 << 20);
      for (int step = 0; step < 2_000; step++) {
        int first = random.nextInt(SECTORS);
        int count = 1 + random.nextInt(Math.min(300, SECTORS - first));
        int position = first * SECTOR;
        int length = count * SECTOR;
        switch (random.nextInt(7)) {
          case 0 -> {
            byte[] data = new byte[length];
            random.nextBytes(data);
            storage.write(position, scatter(memory, data, random));
            System.arraycopy(data, 0, model, position, length);
          }
          case 1 -> {
            if (storage.discards()) {
              storage.discard(position, length);
              Arrays.fill(model, position, position + length, (byte) 0);
            }
          }
          case 2 -> {
            storage.writeZeroes(position, length, random.nextBoolean());
            Arrays.fill(model, position, position + length, (byte) 0);
          }
          case 3 -> {
            if (storage.secureErases()) {
              storage.secureErase(position, length);
              Arrays.fill(model, position, position + length, (byte) 0);
            }
          }
          default -> {
            IoVector target = scatter(memory, new byte[length], random);
            storage.read(position, target);
            assertThat(gather(target))
                .as("step %d of seed %d", step, SEED)
                .isEqualTo(Arrays.copyOfRange(model, position, position + length));
          }
        }
      }
      storage.flush();
    }
  }

  /** A kind that has only what a kind must have: the rest is done by its writes. */
  private record WriteOnly(Storage inner) implements Storage {
    @Override
    public long sectors() {
      return inner.sectors();
    }

    @Override
    public boolean readOnly() {
      return false;
    }

    @Override
    public boolean discards() {
      return false;
    }

    @Override
    public void read(long position, IoVector target) throws IOException {
      inner.read(position, target);
    }

    @Override
    public void write(long position, IoVector source) throws IOException {
      inner.write(position, source);
    }

    @Override
    public void flush() throws IOException {
      inner.flush();
    }

    @Override
    public void discard(long position, long length) throws IOException {
      throw new IOException("cannot discard");
    }

    @Override
    public void close() throws IOException {
      inner.close();
    }
  }

  /** Sectors that come back after a cut are zeros, not what they were. */
  @ParameterizedTest
  @MethodSource("storages")
  void forgetsWhatIsCutOff(Case given) throws IOException {
    try (Storage storage = given.storage()) {
      if (storage instanceof WriteOnly) {
        assertThatThrownBy(() -> storage.resize(SECTORS * 2)).isInstanceOf(IOException.class);
        return;
      }
      IoVector all = ones(SECTORS);
      storage.write(0, all);

      storage.resize(257);
      assertThat(storage.sectors()).isEqualTo(257);
      storage.resize(SECTORS * 400L);

      assertThat(storage.sectors()).isEqualTo(SECTORS * 400L);
      storage.write((SECTORS * 400L - 1) * SECTOR, ones(1));
      storage.read(0, all);
      byte[] expected = new byte[SECTORS * SECTOR];
      Arrays.fill(expected, 0, 257 * SECTOR, (byte) 1);
      assertThat(gather(all)).isEqualTo(expected);
    }
  }

  private static IoVector ones(int sectors) {
    MemorySegment memory = Arena.ofAuto().allocate((long) sectors * SECTOR);
    memory.fill((byte) 1);
    IoVector vector = new IoVector(memory);
    vector.add(0, memory.byteSize());
    return vector;
  }

  private static long allocatedBytes(Path file) throws IOException {
    return (long) blocks(file) * SECTOR;
  }

  /** What {@code stat} calls blocks, in units of 512 bytes. */
  private static int blocks(Path file) throws IOException {
    Process stat = new ProcessBuilder("stat", "-c", "%b", file.toString()).start();
    return Integer.parseInt(new String(stat.getInputStream().readAllBytes(), US_ASCII).trim());
  }

  @Test
  void givesTheSpaceOfAFileBack() throws IOException {
    Path image = randomImage("holes.img");
    try (Storage storage = FileStorage.openWritable(image)) {
      assumeTrue(storage.discards(), "the file system of %s has no holes".formatted(folder));
      storage.flush();
      long before = allocatedBytes(image);

      storage.discard(64 * 1024, 256 * 1024);
      assertThat(allocatedBytes(image)).isEqualTo(before - 256 * 1024);
      storage.writeZeroes(0, 64 * 1024, true);
      assertThat(allocatedBytes(image)).isEqualTo(before - 320 * 1024);
      storage.writeZeroes(400 * 1024, 64 * 1024, false);
      storage.discard(0, 0);
      assertThat(allocatedBytes(image)).isEqualTo(before - 320 * 1024);
      assertThat(Files.size(image)).isEqualTo((long) SECTORS * SECTOR);
    }
  }

  @Test
  void refusesToChangeAFileThatIsOpenForReading() throws IOException {
    try (Storage storage = FileStorage.openReadOnly(randomImage("reading.img"))) {
      assertThat(storage.discards()).isFalse();
      assertThat(storage.secureErases()).isFalse();
      assertThatThrownBy(() -> storage.resize(1)).hasMessageContaining("open for reading only");
      assertThatThrownBy(() -> storage.discard(0, SECTOR)).isInstanceOf(IOException.class);
      assertThatThrownBy(() -> storage.writeZeroes(0, SECTOR, false))
          .isInstanceOf(IOException.class);
    }
  }

  /** Reads and writes of a file take no heap once their buffer is made. */
  @Test
  void transfersAFileWithoutAllocation() throws IOException {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    int rounds = 2_000;
    try (Storage storage = FileStorage.openWritable(randomImage("transfers.img"))) {
      IoVector data = ones(8);
      for (int i = 0; i < rounds; i++) {
        storage.write(4096, data);
        storage.read(8192, data);
      }
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < rounds; i++) {
        storage.write(4096, data);
        storage.read(8192, data);
      }
      // The JVM may allocate on this thread's account; a view for each transfer would be 200 KB.
      assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(40_000);
    }
  }

  /** Lays data out in one to four pieces with gaps. */
  private static IoVector scatter(MemorySegment memory, byte[] data, RandomGenerator random) {
    IoVector vector = new IoVector(memory);
    int pieces = 1 + random.nextInt(4);
    int at = 0;
    long offset = random.nextInt(100);
    for (int i = 0; i < pieces; i++) {
      int length = i == pieces - 1 ? data.length - at : random.nextInt((data.length - at) / 2 + 1);
      MemorySegment.copy(data, at, memory, ValueLayout.JAVA_BYTE, offset, length);
      vector.add(offset, length);
      at += length;
      offset += length + random.nextInt(50);
    }
    return vector;
  }

  private static byte[] gather(IoVector vector) {
    byte[] data = new byte[Math.toIntExact(vector.bytes())];
    vector.copyTo(MemorySegment.ofArray(data));
    return data;
  }

  @Test
  void leavesTheBaseOfAnOverlayAlone() throws IOException {
    Path image = randomImage("untouched.img");
    byte[] before = Files.readAllBytes(image);
    try (Storage overlay = OverlayStorage.over(FileStorage.openReadOnly(image));
        Arena arena = Arena.ofConfined()) {
      IoVector everything = new IoVector(arena.allocate(before.length));
      everything.add(0, before.length);
      overlay.write(0, everything);
      overlay.discard(0, before.length);
      overlay.flush();
    }

    assertThat(Files.readAllBytes(image)).isEqualTo(before);
  }

  @Test
  void letsOneWriterOpenAnImage() throws IOException {
    Path image = randomImage("locked.img");
    try (Storage first = FileStorage.openWritable(image)) {
      assertThat(first.readOnly()).isFalse();
      assertThatThrownBy(() -> FileStorage.openWritable(image))
          .isInstanceOf(FileSystemException.class)
          .hasMessageContaining("open for writing elsewhere");
    }
  }

  @Test
  void saysWhatIsNoImage() {
    assertThatThrownBy(() -> FileStorage.openReadOnly(folder.resolve("absent.img")))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessageContaining("absent.img");
    assertThatThrownBy(() -> FileStorage.openReadOnly(folder))
        .isInstanceOf(FileSystemException.class)
        .hasMessageContaining("is a directory");
  }

  @Test
  void takesNoMemoryForWhatWasNotWritten() throws IOException {
    long fourTebibytes = 1L << 33;
    try (Storage storage = MemoryStorage.ofSectors(fourTebibytes);
        Arena arena = Arena.ofConfined()) {
      IoVector sector = new IoVector(arena.allocate(SECTOR));
      sector.add(0, SECTOR);
      long heap = Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();

      storage.write((fourTebibytes - 1) * SECTOR, sector);
      storage.discard(0, (fourTebibytes - 1) * SECTOR / 1024);

      long grown = Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory() - heap;
      assertThat(grown).isLessThan(64 << 20);
    }
  }
}
