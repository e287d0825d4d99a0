package dev.ringside.ext4;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringside.driver.BatchPolicy;
import dev.ringside.driver.DriverSettings;
import dev.ringside.driver.DriverStats;
import dev.ringside.driver.testing.TestDisk;
import dev.ringside.ext4.error.Errno;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.testing.Fixture;
import dev.ringside.ext4.testing.Tool;
import dev.ringside.machine.IoVector;
import dev.ringside.storage.FileStorage;
import dev.ringside.storage.Storage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One call of read is one batch: a request for each run on the disk, and one kick. */
final class ReadBatchTest {
  private static final Ext4Path FRAGMENTED = Ext4Path.of("/files/fragmented");
  private static final int BLOCK = 4096;

  private static TestDisk.Builder disk(Storage storage) {
    return TestDisk.over(storage).driver(DriverSettings.DEFAULT.withBatching(BatchPolicy.onLast()));
  }

  private static Storage image() throws IOException {
    return FileStorage.openReadOnly(Fixture.EXT4_4K.path());
  }

  @Test
  void whatFollowsOnTheDiskIsOneRequestAcrossHoles() throws IOException {
    try (TestDisk disk = disk(image()).start();
        Ext4 ext4 = Ext4.mount(disk.driver())) {
      Ext4File file = ext4.open(FRAGMENTED);
      byte[] target = new byte[40 * BLOCK];
      // Brings in the nodes of the extent tree.
      ext4.mapping(file.stat().inode());
      DriverStats stats = disk.driver().stats();
      long requests = stats.requests();
      long kicks = stats.kicksAsked();

      // Every second block is a hole: 20 runs, but they follow each other on the disk. A reader
      // that begins in the middle has nothing read ahead.
      file.read(20 * BLOCK, target, 0, target.length);

      assertThat(stats.requests() - requests).isEqualTo(1);
      assertThat(stats.kicksAsked() - kicks).isEqualTo(1);
    }
  }

  @Test
  void whatIsScatteredOnTheDiskIsOneBatch(@TempDir Path directory) throws IOException {
    int blocks = 60;
    byte[] content = new byte[blocks * BLOCK];
    new Random(1).nextBytes(content);
    Path source = Files.write(directory.resolve("block"), Arrays.copyOf(content, BLOCK));
    Path scattered = Files.write(directory.resolve("scattered"), content);
    Path image = directory.resolve("image");
    Tool.MKE2FS.run(
        "-q", "-F", "-t", "ext4", "-b", BLOCK, "-N", 512, "-O", "^has_journal", image, "1M");
    // Files of one block fill the disk; where every second one was, there is room for the last.
    StringBuilder commands = new StringBuilder();
    int files = 240;
    for (int i = 0; i < files; i++) {
      commands.append("write ").append(source).append(" f").append(i).append('\n');
    }
    for (int i = 0; i < files; i += 2) {
      commands.append("rm f").append(i).append('\n');
    }
    commands.append("write ").append(scattered).append(" scattered\n");
    Tool.DEBUGFS.run("-w", "-f", Files.writeString(directory.resolve("commands"), commands), image);
    try (TestDisk disk = disk(FileStorage.openReadOnly(image)).start();
        Ext4 ext4 = Ext4.mount(disk.driver())) {
      Ext4File file = ext4.open(Ext4Path.of("/scattered"));
      long runs = ext4.mapping(file.stat().inode()).extents();
      assertThat(runs).isGreaterThan(blocks / 3);
      DriverStats stats = disk.driver().stats();
      long requests = stats.requests();
      long kicks = stats.kicksAsked();
      byte[] target = new byte[content.length];

      file.read(0, target, 0, target.length);

      assertThat(target).isEqualTo(content);
      assertThat(stats.requests() - requests).isEqualTo(runs);
      assertThat(stats.kicksAsked() - kicks).isEqualTo(1);
    }
  }

  @Test
  void whatWasReadIsReadAgainWithoutTheDisk() throws IOException {
    try (TestDisk disk = disk(image()).start();
        Ext4 ext4 = Ext4.mount(disk.driver())) {
      Ext4File file = ext4.open(FRAGMENTED);
      byte[] target = new byte[40 * BLOCK];
      byte[] again = new byte[40 * BLOCK];
      file.read(0, target, 0, target.length);
      long requests = disk.driver().stats().requests();

      file.read(0, again, 0, again.length);

      assertThat(again).isEqualTo(target);
      assertThat(disk.driver().stats().requests()).isEqualTo(requests);
    }
  }

  @Test
  void batchLargerThanTheRingIsReadAllTheSame() throws IOException {
    try (TestDisk wide = disk(image()).start();
        Ext4 expected = Ext4.mount(wide.driver());
        TestDisk narrow = disk(image()).queueSize(8).start();
        Ext4 ext4 = Ext4.mount(narrow.driver())) {
      byte[] target = new byte[600 * BLOCK];
      byte[] reference = new byte[600 * BLOCK];

      assertThat(ext4.open(FRAGMENTED).read(0, target, 0, target.length))
          .isEqualTo(expected.open(FRAGMENTED).read(0, reference, 0, reference.length));

      assertThat(target).isEqualTo(reference);
    }
  }

  @Test
  void holesTakeNoRequest() throws IOException {
    try (TestDisk disk = disk(image()).start();
        Ext4 ext4 = Ext4.mount(disk.driver())) {
      Ext4File file = ext4.open(Ext4Path.of("/files/hole"));
      long requests = disk.driver().stats().requests();
      byte[] target = new byte[1 << 20];
      target[7] = 1;

      file.read(12345, target, 0, target.length);

      assertThat(target).containsOnly(0);
      assertThat(disk.driver().stats().requests()).isEqualTo(requests);
    }
  }

  @Test
  void failedReadIsAnErrorAndTheNextOneWorks() throws IOException {
    BrokenStorage storage = new BrokenStorage(image());
    try (TestDisk disk = disk(storage).start();
        Ext4 ext4 = Ext4.mount(disk.driver())) {
      Ext4File file = ext4.open(FRAGMENTED);
      byte[] target = new byte[40 * BLOCK];
      file.map(0);

      storage.failAfter = 0;
      assertThatThrownBy(() -> file.read(0, target, 0, target.length))
          .isInstanceOfSatisfying(
              Ext4Exception.class, failure -> assertThat(failure.errno()).isEqualTo(Errno.EIO));

      storage.failAfter = Integer.MAX_VALUE;
      assertThat(file.read(0, target, 0, target.length)).isEqualTo(target.length);
    }
  }

  /** Reads until it breaks. */
  private static final class BrokenStorage implements Storage {
    private final Storage base;
    private int failAfter = Integer.MAX_VALUE;

    BrokenStorage(Storage base) {
      this.base = base;
    }

    @Override
    public void read(long position, IoVector target) throws IOException {
      failAfter--;
      if (failAfter < 0) {
        throw new IOException("broken");
      }
      base.read(position, target);
    }

    @Override
    public long sectors() {
      return base.sectors();
    }

    @Override
    public boolean readOnly() {
      return base.readOnly();
    }

    @Override
    public boolean discards() {
      return base.discards();
    }

    @Override
    public void write(long position, IoVector source) throws IOException {
      base.write(position, source);
    }

    @Override
    public void flush() throws IOException {
      base.flush();
    }

    @Override
    public void discard(long position, long length) throws IOException {
      base.discard(position, length);
    }

    @Override
    public void close() throws IOException {
      base.close();
    }
  }
}
