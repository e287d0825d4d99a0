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
import dev.ringside.machine.IoVector;
import dev.ringside.storage.FileStorage;
import dev.ringside.storage.Storage;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** One call of read is one batch: a request for each run, and one kick. */
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
  void whatFollowsOnTheDiskIsOneRequestAndAllGoWithOneKick() throws IOException {
    try (TestDisk disk = disk(image()).start();
        Ext4 ext4 = Ext4.mount(disk.driver())) {
      Ext4File file = ext4.open(FRAGMENTED);
      byte[] target = new byte[40 * BLOCK];
      file.read(0, target, 0, BLOCK);
      DriverStats stats = disk.driver().stats();
      long requests = stats.requests();
      long kicks = stats.kicksAsked();

      // Every second block is a hole: 20 runs, which lie in two places on the disk.
      file.read(0, target, 0, target.length);

      assertThat(stats.requests() - requests).isEqualTo(2);
      assertThat(stats.kicksAsked() - kicks).isEqualTo(1);
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
      file.read(0, target, 0, BLOCK);

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
