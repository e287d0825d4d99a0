package dev.ringside.ext4.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringside.ext4.content.ContentImage.Kind;
import dev.ringside.ext4.content.ContentImage.Model;
import dev.ringside.ext4.content.ContentImage.Mounted;
import dev.ringside.ext4.error.Errno;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.inode.InCoreInode;
import dev.ringside.machine.IoVector;
import dev.ringside.storage.FileStorage;
import dev.ringside.storage.Storage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is read before it is asked for is the file as it is when it is asked for. */
final class ReadaheadTest {
  private static final int SIZE = 3 << 20;
  private static final int PIECE = 16 << 10;

  @TempDir private Path directory;

  /** A disk with a place that cannot be read. */
  private static final class Scratched implements Storage {
    private final Storage below;
    private volatile long badPosition = Long.MAX_VALUE;

    Scratched(Storage below) {
      this.below = below;
    }

    @Override
    public void read(long position, IoVector target) throws IOException {
      if (position <= badPosition && badPosition < position + target.bytes()) {
        throw new IOException("a scratch");
      }
      below.read(position, target);
    }

    @Override
    public void write(long position, IoVector source) throws IOException {
      below.write(position, source);
    }

    @Override
    public long sectors() {
      return below.sectors();
    }

    @Override
    public boolean readOnly() {
      return below.readOnly();
    }

    @Override
    public boolean discards() {
      return below.discards();
    }

    @Override
    public void flush() throws IOException {
      below.flush();
    }

    @Override
    public void discard(long position, long length) throws IOException {
      below.discard(position, length);
    }

    @Override
    public void close() throws IOException {
      below.close();
    }
  }

  private ContentImage image(Kind kind, byte[] content) {
    ContentImage image = ContentImage.make(directory, kind, 16);
    image.write(directory, "file", content);
    return image;
  }

  private static void assertReads(Mounted mounted, InCoreInode file, int position, byte[] expected)
      throws Ext4Exception {
    byte[] target = new byte[PIECE];
    int wanted = Math.max(0, Math.min(PIECE, expected.length - position));
    assertThat(mounted.content().read(file, position, target, 0, PIECE)).isEqualTo(wanted);
    assertThat(Arrays.copyOf(target, wanted))
        .as("%d bytes at %d", wanted, position)
        .isEqualTo(Arrays.copyOfRange(expected, position, position + wanted));
  }

  @Test
  void nextWindowIsOnItsWayWhenTheReaderHasItsBytes() throws IOException {
    byte[] content = ContentImage.pattern(1, SIZE);
    try (Mounted mounted = image(Kind.EXTENTS_4K, content).mount()) {
      InCoreInode file = mounted.file("file");

      assertReads(mounted, file, 0, content);

      assertThat(mounted.image().disk().driver().inFlight()).isPositive();
    }
  }

  @Test
  void readerThatJumpsIsNotReadAheadFor() throws IOException {
    byte[] content = ContentImage.pattern(1, SIZE);
    try (Mounted mounted = image(Kind.EXTENTS_4K, content).mount()) {
      InCoreInode file = mounted.file("file");

      assertReads(mounted, file, 40 * PIECE, content);
      assertReads(mounted, file, 20 * PIECE, content);

      assertThat(mounted.image().disk().driver().inFlight()).isZero();
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void sequentialReaderSeesEveryChangeInBetween(Kind kind) throws IOException {
    byte[] content = ContentImage.pattern(1, SIZE);
    ContentImage image = image(kind, content);
    Model model = new Model(content);
    Random random = new Random(11);
    for (int cache : new int[] {40 << 10, 300 << 10, 2 << 20}) {
      try (Mounted mounted = image.mount(options -> options.withPageCacheBytes(cache))) {
        InCoreInode file = mounted.file("file");
        for (int position = 0; position < model.size(); position += PIECE) {
          assertReads(mounted, file, position, model.bytes());
          change(mounted, file, model, random, position);
        }
        assertThat(mounted.readAll(file)).isEqualTo(model.bytes());
      }
      image.assertSound();
      assertThat(image.dump(directory, "file")).isEqualTo(model.bytes());
    }
  }

  /** Now and then, mostly a little ahead of the reader. */
  private static void change(
      Mounted mounted, InCoreInode file, Model model, Random random, int reader)
      throws Ext4Exception {
    int position = Math.min(model.size(), reader + random.nextInt(200_000));
    int length = 1 + random.nextInt(30_000);
    switch (random.nextInt(12)) {
      case 0, 1 -> {
        byte[] source = ContentImage.pattern(random.nextInt(), length);
        mounted.content().write(file, position, source, 0, length, WriteAccess.ROOT);
        model.write(position, source);
      }
      case 2 -> {
        int size = Math.max(SIZE / 2, model.size() - length);
        mounted.content().truncate(file, size, WriteAccess.ROOT);
        model.truncate(size);
      }
      case 3 -> {
        mounted
            .content()
            .allocate(
                file,
                EnumSet.of(AllocateMode.PUNCH_HOLE, AllocateMode.KEEP_SIZE),
                position,
                length,
                WriteAccess.ROOT);
        model.zero(position, position + length);
      }
      default -> {
        // Reads on.
      }
    }
  }

  private static long placeOf(Mounted mounted, InCoreInode file, long position)
      throws Ext4Exception {
    return mounted.content().extents(file, false).stream()
        .filter(extent -> extent.position() <= position)
        .filter(extent -> position < extent.position() + extent.length())
        .mapToLong(extent -> extent.diskPosition() + position - extent.position())
        .findFirst()
        .orElseThrow();
  }

  @Test
  void whatCannotBeReadIsToldToWhoAsksForItAndToNobodyElse() throws IOException {
    byte[] content = ContentImage.pattern(1, SIZE);
    ContentImage image = image(Kind.EXTENTS_4K, content);
    Scratched disk = new Scratched(FileStorage.openWritable(image.path()));
    try (Mounted mounted = image.mount(disk, options -> options)) {
      InCoreInode file = mounted.file("file");
      int bad = 10 * PIECE;
      disk.badPosition = placeOf(mounted, file, bad);

      for (int position = 0; position < bad; position += PIECE) {
        assertReads(mounted, file, position, content);
      }
      assertThatThrownBy(() -> mounted.content().read(file, bad, new byte[PIECE], 0, PIECE))
          .isInstanceOfSatisfying(
              Ext4Exception.class, failure -> assertThat(failure.errno()).isEqualTo(Errno.EIO));
      disk.badPosition = Long.MAX_VALUE;
      assertThat(mounted.readAll(file)).isEqualTo(content);
    }
  }

  @Test
  void fileThatIsReadAheadCanBeLeftAtAnyTime() throws IOException {
    byte[] content = ContentImage.pattern(1, SIZE);
    ContentImage image = image(Kind.EXTENTS_1K, content);
    for (int pieces = 1; pieces < 20; pieces++) {
      try (Mounted mounted = image.mount()) {
        InCoreInode file = mounted.file("file");
        for (int i = 0; i < pieces; i++) {
          assertReads(mounted, file, i * PIECE, content);
        }
      }
    }
    image.assertSound();
  }
}
