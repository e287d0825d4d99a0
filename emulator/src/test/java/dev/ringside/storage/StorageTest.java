package dev.ringside.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringside.machine.IoVector;
import dev.ringside.machine.RandomStreams;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
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
        new Case("overlay", OverlayStorage.over(base), false));
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
        switch (random.nextInt(storage.discards() ? 4 : 3)) {
          case 0 -> {
            byte[] data = new byte[length];
            random.nextBytes(data);
            storage.write(position, scatter(memory, data, random));
            System.arraycopy(data, 0, model, position, length);
          }
          case 3 -> {
            storage.discard(position, length);
            Arrays.fill(model, position, position + length, (byte) 0);
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
