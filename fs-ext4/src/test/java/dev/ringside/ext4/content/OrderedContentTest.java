package dev.ringside.ext4.content;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringside.driver.testing.TestDisk;
import dev.ringside.ext4.Ext4;
import dev.ringside.ext4.Ext4File;
import dev.ringside.ext4.Ext4Path;
import dev.ringside.ext4.MountOptions;
import dev.ringside.ext4.OpenFile;
import dev.ringside.ext4.OpenFlag;
import dev.ringside.ext4.Session;
import dev.ringside.ext4.access.Credentials;
import dev.ringside.ext4.error.Errno;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.journal.DataMode;
import dev.ringside.ext4.testing.RecordedDisk;
import dev.ringside.ext4.testing.Tool;
import dev.ringside.machine.IoVector;
import dev.ringside.storage.FileStorage;
import dev.ringside.storage.Storage;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** After a power loss a file never shows what its blocks held before they were its own. */
final class OrderedContentTest {
  /** What the disk is full of before, and no file is written with. */
  private static final byte STALE = 0x5a;

  private static final int DISK_BYTES = 12 << 20;
  private static final int CRASHES = 40;
  private static final int FILES = 4;
  private static final Set<OpenFlag> READ_WRITE =
      EnumSet.of(OpenFlag.READ, OpenFlag.WRITE, OpenFlag.CREATE);
  private static final long SEED = Long.getLong("ringside.seed", 20_261_120);

  @TempDir private Path directory;

  private Path staleImage() throws IOException {
    byte[] stale = new byte[DISK_BYTES];
    Arrays.fill(stale, STALE);
    Path image = Files.write(directory.resolve("image"), stale);
    Tool.MKE2FS.run(
        "-q", "-F", "-t", "ext4", "-b", "1024", "-J", "size=1", "-E", "nodiscard", image);
    return image;
  }

  private static byte[] content(Random random, int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) (1 + random.nextInt(STALE - 1));
    }
    return bytes;
  }

  private static Ext4Path path(int file) {
    return Ext4Path.of("/file" + file);
  }

  @ParameterizedTest
  @EnumSource(
      value = DataMode.class,
      names = {"ORDERED", "JOURNAL"})
  void noFileShowsWhatWasThereBefore(DataMode mode) throws IOException {
    System.out.println("OrderedContentTest: replay with -Dringside.seed=" + SEED);
    Random random = new Random(SEED);
    RecordedDisk disk = RecordedDisk.of(staleImage());
    byte[] kept = content(random, 70_001);
    int keptFrom;
    MountOptions options = MountOptions.READ_WRITE.withDataMode(mode).withPageCacheBytes(200 << 10);
    try (TestDisk guest = TestDisk.over(disk).memoryBytes(64L << 20).start();
        Ext4 ext4 = Ext4.mount(guest.driver(), options)) {
      Session session = ext4.session(Credentials.ROOT);
      try (OpenFile file = session.open(Ext4Path.of("/kept"), READ_WRITE, 0644)) {
        file.write(kept, 0, kept.length);
        file.sync();
      }
      keptFrom = disk.count();
      for (int i = 0; i < 150; i++) {
        change(session, random);
      }
    }
    int steps = disk.count();
    for (int i = 0; i < CRASHES; i++) {
      int crash = keptFrom + random.nextInt(steps - keptFrom + 1);
      Path after = Files.write(directory.resolve("crash"), disk.torn(crash, random));
      Tool.E2FSCK.runUpTo(1, "-f", "-y", after);
      Tool.E2FSCK.run("-f", "-n", after);
      assertClean(after, kept, "crash after %d of %d writes".formatted(crash, steps));
    }
  }

  /** Holds the first write of marked content back until a flush overtakes it, or gives up hope. */
  private static final class Slow implements Storage {
    private static final byte MARK = 0x77;
    private static final int PATIENCE_MS = 300;

    private final Storage below;
    private boolean wasHeld;
    private boolean held;
    private boolean overtaken;

    Slow(Storage below) {
      this.below = below;
    }

    @Override
    public void write(long position, IoVector source) throws IOException {
      if (source.memory().get(ValueLayout.JAVA_BYTE, source.offset(0)) == MARK) {
        hold();
      }
      below.write(position, source);
    }

    private synchronized void hold() throws IOException {
      if (wasHeld) {
        return;
      }
      wasHeld = true;
      held = true;
      try {
        long deadline = System.nanoTime() + PATIENCE_MS * 1_000_000L;
        long left = PATIENCE_MS;
        while (!overtaken && left > 0) {
          wait(left);
          left = (deadline - System.nanoTime()) / 1_000_000;
        }
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        throw new IOException(interrupted);
      } finally {
        held = false;
      }
    }

    @Override
    public void flush() throws IOException {
      synchronized (this) {
        overtaken |= held;
        notifyAll();
      }
      below.flush();
    }

    @Override
    public void read(long position, IoVector target) throws IOException {
      below.read(position, target);
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
    public void discard(long position, long length) throws IOException {
      below.discard(position, length);
    }

    @Override
    public void close() throws IOException {
      below.close();
    }
  }

  @Test
  void commitWaitsForContentThatWasBegunInTheBackground() throws IOException {
    Slow disk = new Slow(RecordedDisk.of(staleImage()));
    byte[] bytes = new byte[100 << 10];
    Arrays.fill(bytes, Slow.MARK);
    MountOptions options = MountOptions.READ_WRITE.withPageCacheBytes(400 << 10);
    try (TestDisk guest = TestDisk.over(disk).workers(2).memoryBytes(64L << 20).start();
        Ext4 ext4 = Ext4.mount(guest.driver(), options)) {
      Session session = ext4.session(Credentials.ROOT);
      try (OpenFile slow = session.open(path(0), READ_WRITE, 0644);
          OpenFile other = session.open(path(1), READ_WRITE, 0644)) {
        slow.write(bytes, 0, bytes.length);
        slow.write(bytes, 0, bytes.length);

        other.sync();
      }
    }
    assertThat(disk.wasHeld).as("content was written").isTrue();
    assertThat(disk.overtaken).as("a flush came before the content").isFalse();
  }

  private static void change(Session session, Random random) throws IOException {
    try (OpenFile file = session.open(path(random.nextInt(FILES)), READ_WRITE, 0644)) {
      int place = random.nextInt(400_000);
      byte[] bytes = content(random, 1 + random.nextInt(30_000));
      switch (random.nextInt(8)) {
        case 0, 1, 2 -> file.writeAt(place, bytes, 0, bytes.length);
        case 3 -> file.writeAt(file.stat().size(), bytes, 0, bytes.length);
        case 4 -> {
          file.allocate(Set.of(), place, 60_000);
          file.writeAt(place + 10_000, bytes, 0, bytes.length);
        }
        case 5 -> file.truncate(place);
        case 6 ->
            file.allocate(
                Set.of(AllocateMode.PUNCH_HOLE, AllocateMode.KEEP_SIZE), place, bytes.length);
        default -> file.sync();
      }
    }
  }

  private static void assertClean(Path image, byte[] kept, String when) throws IOException {
    try (TestDisk guest = TestDisk.over(FileStorage.openReadOnly(image)).start();
        Ext4 ext4 = Ext4.mount(guest.driver())) {
      assertThat(read(ext4.open(Ext4Path.of("/kept")))).as(when).isEqualTo(kept);
      for (int i = 0; i < FILES; i++) {
        Ext4File file;
        try {
          file = ext4.open(path(i));
        } catch (Ext4Exception failure) {
          assertThat(failure.errno()).isEqualTo(Errno.ENOENT);
          continue;
        }
        byte[] bytes = read(file);
        for (int at = 0; at < bytes.length; at++) {
          if (bytes[at] == STALE) {
            throw new AssertionError("%s: file %d is stale at byte %d".formatted(when, i, at));
          }
        }
      }
    }
  }

  private static byte[] read(Ext4File file) throws IOException {
    byte[] bytes = new byte[(int) file.size()];
    if (bytes.length > 0) {
      assertThat(file.read(0, bytes, 0, bytes.length)).isEqualTo(bytes.length);
    }
    return bytes;
  }

  @Test
  void spaceThatWasFreedCanBeWrittenAtOnce() throws IOException {
    Path image = staleImage();
    byte[] most = content(new Random(SEED), 6 << 20);
    try (TestDisk guest =
            TestDisk.over(FileStorage.openWritable(image)).memoryBytes(64L << 20).start();
        Ext4 ext4 = Ext4.mount(guest.driver(), MountOptions.READ_WRITE)) {
      Session session = ext4.session(Credentials.ROOT);
      for (int i = 0; i < 3; i++) {
        try (OpenFile file = session.open(path(0), READ_WRITE, 0644)) {
          assertThat(file.write(most, 0, most.length)).isEqualTo(most.length);
        }
        session.unlink(path(0));
      }
    }
    Tool.E2FSCK.run("-f", "-n", image);
  }
}
