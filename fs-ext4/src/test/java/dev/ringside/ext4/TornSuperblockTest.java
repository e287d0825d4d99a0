package dev.ringside.ext4;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringside.driver.testing.TestDisk;
import dev.ringside.ext4.access.Credentials;
import dev.ringside.ext4.error.Ext4CorruptedException;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.Superblock;
import dev.ringside.ext4.testing.JournalImages;
import dev.ringside.ext4.testing.RecordedDisk;
import dev.ringside.ext4.testing.Tool;
import dev.ringside.storage.Storage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A superblock of which a crash left one sector new and one old is made whole; damage is not. */
final class TornSuperblockTest {
  private static final int SECOND_SECTOR = Superblock.DISK_OFFSET + Storage.SECTOR_SIZE;
  private static final int END = Superblock.DISK_OFFSET + Superblock.SIZE;

  /** Of guest memory: what the caches of a mount for writing take, and some. */
  private static final long RAM_BYTES = 64L << 20;

  /** {@code s_feature_incompat} and its flag {@code needs_recovery}. */
  private static final int RECOVER_BIT = 0x60 * Byte.SIZE + 2;

  /** {@code s_feature_ro_compat} and its flag {@code metadata_csum}: without it nothing tells. */
  private static final int CHECKSUMS_BIT = 0x64 * Byte.SIZE + 10;

  private static final Set<OpenFlag> NEW = Set.of(OpenFlag.WRITE, OpenFlag.CREATE);

  @TempDir private Path directory;

  @BeforeEach
  void needsMke2fs() {
    Tool.MKE2FS.assumePresent();
  }

  /** A disk that was mounted, written to, frozen, thawed and unmounted. */
  private RecordedDisk written(JournalImages kind) throws Ext4Exception {
    RecordedDisk disk = RecordedDisk.of(kind.make(directory.resolve("image")));
    try (TestDisk mounted = TestDisk.over(disk).memoryBytes(RAM_BYTES).start();
        Ext4 ext4 = Ext4.mount(mounted.driver(), MountOptions.READ_WRITE)) {
      Session session = ext4.session(Credentials.ROOT);
      session.mkdir(Ext4Path.of("/first"), 0755);
      ext4.sync();
      session.mkdir(Ext4Path.of("/second"), 0755);
      ext4.freeze();
      ext4.thaw();
    }
    return disk;
  }

  private static byte[] mix(byte[] first, byte[] second) {
    byte[] mixed = first.clone();
    System.arraycopy(second, SECOND_SECTOR, mixed, SECOND_SECTOR, END - SECOND_SECTOR);
    return mixed;
  }

  private static boolean isTorn(byte[] mixed, byte[] before, byte[] after) {
    return !sameSuperblock(mixed, before) && !sameSuperblock(mixed, after);
  }

  private static boolean sameSuperblock(byte[] one, byte[] other) {
    int from = Superblock.DISK_OFFSET;
    return Arrays.equals(one, from, END, other, from, END);
  }

  @ParameterizedTest
  @EnumSource(names = {"EXT4_1K", "EXT4_2K", "EXT4_4K"})
  void isMadeWholeWhereverACrashTearsIt(JournalImages kind) throws IOException {
    RecordedDisk disk = written(kind);
    int torn = 0;
    for (int step = 0; step < disk.count(); step++) {
      byte[] before = disk.after(step);
      byte[] after = disk.after(step + 1);
      for (byte[] mixed : new byte[][] {mix(before, after), mix(after, before)}) {
        if (isTorn(mixed, before, after)) {
          torn++;
          assertMended(mixed, "step %d, %s".formatted(step, disk.steps().get(step)));
        }
      }
    }
    // The flag is set and cleared twice; what the journal brings home comes on top.
    assertThat(torn).isGreaterThanOrEqualTo(10);
  }

  private void assertMended(byte[] content, String when) throws IOException {
    RecordedDisk disk = RecordedDisk.of(content);
    try (TestDisk mounted = TestDisk.over(disk).memoryBytes(RAM_BYTES).start();
        Ext4 ext4 = Ext4.mount(mounted.driver(), MountOptions.DEFAULT)) {
      assertThat(ext4.wasSuperblockTorn()).as(when).isTrue();
      ext4.stat(Ext4Path.of("/file000"));
    }
    assertThat(disk.count()).as("writes of a mount for reading").isZero();
    for (boolean expected : new boolean[] {true, false}) {
      try (TestDisk mounted = TestDisk.over(disk).memoryBytes(RAM_BYTES).start();
          Ext4 ext4 = Ext4.mount(mounted.driver(), MountOptions.READ_WRITE)) {
        assertThat(ext4.wasSuperblockTorn()).as(when).isEqualTo(expected);
        ext4.session(Credentials.ROOT).open(Ext4Path.of("/new"), NEW, 0600).close();
      }
    }
    Path image = Files.write(directory.resolve("mended"), disk.content());
    Tool.E2FSCK.run("-fn", image);
  }

  /** No flag of an unmounted filesystem's superblock can be wrong without anybody noticing. */
  @Test
  void oneWrongBitIsDamageNevertheless() throws IOException {
    byte[] sound = Files.readAllBytes(JournalImages.EXT4_4K.make(directory.resolve("image")));
    RecordedDisk disk = RecordedDisk.of(sound);
    try (TestDisk mounted = TestDisk.over(disk).memoryBytes(RAM_BYTES).start()) {
      for (int bit = 0; bit < Superblock.SIZE * Byte.SIZE; bit++) {
        disk.flip(Superblock.DISK_OFFSET, bit);
        if (bit != RECOVER_BIT && bit != CHECKSUMS_BIT) {
          assertThatThrownBy(() -> Ext4.mount(mounted.driver()))
              .as("bit %d of byte 0x%x", bit % Byte.SIZE, bit / Byte.SIZE)
              .isInstanceOf(Ext4Exception.class);
        }
        disk.flip(Superblock.DISK_OFFSET, bit);
      }
      Ext4.mount(mounted.driver()).close();
    }
  }

  /** A log that has no copy of the superblock does not help one that is damaged. */
  @Test
  void oneWrongBitIsDamageWhenTheJournalHasNoCopy() throws IOException {
    RecordedDisk disk = RecordedDisk.of(JournalImages.EXT4_1K.make(directory.resolve("image")));
    int flagWrite = 0;
    try (TestDisk mounted = TestDisk.over(disk).memoryBytes(RAM_BYTES).start()) {
      Ext4.mount(mounted.driver(), MountOptions.READ_WRITE).close();
      flagWrite = disk.writesTo(Superblock.DISK_OFFSET)[0];
    }
    RecordedDisk dirty = RecordedDisk.of(disk.after(flagWrite + 1));
    // The number of mounts.
    dirty.flip(Superblock.DISK_OFFSET, 0x34 * Byte.SIZE);
    try (TestDisk mounted = TestDisk.over(dirty).memoryBytes(RAM_BYTES).start()) {
      for (MountOptions options :
          new MountOptions[] {MountOptions.DEFAULT, MountOptions.READ_WRITE}) {
        assertThatThrownBy(() -> Ext4.mount(mounted.driver(), options))
            .isInstanceOf(Ext4CorruptedException.class)
            .hasMessageContaining("checksum 0x");
      }
    }
    assertThat(dirty.count()).as("writes").isZero();
  }
}
