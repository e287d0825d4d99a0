package dev.ringside.blk;

import static dev.ringside.blk.RawGuest.*;
import static dev.ringside.virtio.spec.MmioRegister.*;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ringside.machine.LittleEndian;
import dev.ringside.storage.FileStorage;
import dev.ringside.storage.MemoryStorage;
import dev.ringside.storage.PowerLoss;
import dev.ringside.storage.Storage;
import dev.ringside.storage.WriteCacheStorage;
import dev.ringside.virtio.spec.BlkConfigLayout;
import dev.ringside.virtio.spec.BlkRequestType;
import dev.ringside.virtio.spec.BlkStatus;
import dev.ringside.virtio.spec.Feature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What a disk offers and how it answers, for a guest that writes every byte by hand. */
class DiskFeaturesTest {
  private static final int SECTORS = 64 * 1024;
  private static final long RANGES =
      Feature.setOf(
          Feature.VERSION_1,
          Feature.BLK_DISCARD,
          Feature.BLK_WRITE_ZEROES,
          Feature.BLK_SECURE_ERASE);
  private static final long CACHE =
      Feature.setOf(Feature.VERSION_1, Feature.BLK_FLUSH, Feature.BLK_CONFIG_WCE);

  private final Storage storage = MemoryStorage.ofSectors(SECTORS);

  /** Offsets as the published header for guests has them. */
  @Test
  void laysItsConfigurationSpaceOut() {
    DiskProfile disk =
        DiskProfile.DEFAULT
            .withBlockSizes(4096, 16384)
            .withMaxSegmentBytes(0x10000)
            .withRanges(
                new RangeLimits(100, 3, 8),
                new RangeLimits(200, 4, 1),
                new RangeLimits(300, 5, 16));
    try (RawGuest guest = new RawGuest(storage, BlkSettings.DEFAULT.withQueues(4).withDisk(disk))) {
      assertThat(guest.config(0, 8)).isEqualTo(SECTORS);
      assertThat(guest.config(8, 4)).isEqualTo(0x10000);
      assertThat(guest.config(12, 4)).isEqualTo(14);
      assertThat(guest.config(16, 2)).isEqualTo(SECTORS / (16 * 63));
      assertThat(guest.config(18, 1)).isEqualTo(16);
      assertThat(guest.config(19, 1)).isEqualTo(63);
      assertThat(guest.config(20, 4)).isEqualTo(4096);
      assertThat(guest.config(24, 1)).isEqualTo(2);
      assertThat(guest.config(25, 1)).isZero();
      assertThat(guest.config(26, 2)).isEqualTo(4);
      assertThat(guest.config(28, 4)).isZero();
      assertThat(guest.config(32, 1)).isEqualTo(1);
      assertThat(guest.config(33, 1)).isZero();
      assertThat(guest.config(34, 2)).isEqualTo(4);
      assertThat(guest.config(36, 4)).isEqualTo(100);
      assertThat(guest.config(40, 4)).isEqualTo(3);
      assertThat(guest.config(44, 4)).isEqualTo(8);
      assertThat(guest.config(48, 4)).isEqualTo(200);
      assertThat(guest.config(52, 4)).isEqualTo(4);
      assertThat(guest.config(56, 4)).isEqualTo(1);
      assertThat(guest.config(60, 4)).isEqualTo(300);
      assertThat(guest.config(64, 4)).isEqualTo(5);
      assertThat(guest.config(68, 4)).isEqualTo(16);
      assertThat(guest.config(72, 8)).isZero();
      assertThat(guest.config(92, 4)).isZero();
      assertThat(guest.config(93, 4)).isZero();
      write(guest, BlkConfigLayout.CAPACITY, 8, 1);
      assertThat(guest.config(0, 8)).isEqualTo(SECTORS);
    }
  }

  private static void write(RawGuest guest, int field, int width, long value) {
    guest.mmio.write(CONFIG + field, width, value);
  }

  @ParameterizedTest
  @EnumSource(
      value = Feature.class,
      names = {"BLK_MQ", "BLK_LIFETIME", "BLK_ZONED", "BLK_RO"})
  void offersNothingThatItDoesNotHave(Feature absent) {
    try (RawGuest guest = new RawGuest(storage, BlkSettings.DEFAULT)) {
      assertThat(absent.isIn(guest.offeredFeatures())).isFalse();
      assertThat(guest.config(BlkConfigLayout.NUM_QUEUES, 2)).isZero();
    }
  }

  @Test
  void offersToSwitchTheCacheOnlyTogetherWithFlushes() {
    long withoutFlush = ~Feature.BLK_FLUSH.mask();
    try (RawGuest guest =
        new RawGuest(storage, BlkSettings.DEFAULT.withOfferedFeatures(withoutFlush))) {
      assertThat(Feature.BLK_CONFIG_WCE.isIn(guest.offeredFeatures())).isFalse();
      assertThat(guest.config(BlkConfigLayout.CACHE_MODE, 1)).isZero();
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = BlkRequestType.class,
      names = {"IN", "OUT", "GET_ID"},
      mode = EnumSource.Mode.EXCLUDE)
  void supportsNothingThatWasNotAgreedOn(BlkRequestType type) {
    try (RawGuest guest =
        RawGuest.started(storage, DiskProfile.DEFAULT, Feature.VERSION_1.mask())) {
      assertThat(guest.range(0, 0, 1, 0).request(type, 0, 16, true)).isEqualTo(BlkStatus.UNSUPP);
    }
  }

  @Test
  void changesNothingWhenItIsReadOnly(@TempDir Path folder) throws IOException {
    Path image = Files.write(folder.resolve("ro.img"), new byte[SECTORS]);
    try (Storage readOnly = FileStorage.openReadOnly(image);
        RawGuest guest =
            RawGuest.started(
                readOnly, DiskProfile.DEFAULT, Feature.setOf(Feature.VERSION_1, Feature.BLK_RO))) {
      assertThat(guest.offeredFeatures() & RANGES).isEqualTo(Feature.VERSION_1.mask());
      guest.memory.fill(DATA, 512, (byte) 1);
      assertThat(guest.request(BlkRequestType.OUT, 0, 512, true)).isEqualTo(BlkStatus.IOERR);
      guest.range(0, 0, 1, 0);
      assertThat(guest.request(BlkRequestType.DISCARD, 0, 16, true)).isEqualTo(BlkStatus.IOERR);
      assertThat(guest.request(BlkRequestType.WRITE_ZEROES, 0, 16, true))
          .isEqualTo(BlkStatus.IOERR);
      assertThat(guest.request(BlkRequestType.SECURE_ERASE, 0, 16, true))
          .isEqualTo(BlkStatus.IOERR);
      assertThat(guest.request(BlkRequestType.IN, 0, 512, false)).isEqualTo(BlkStatus.OK);
      assertThat(guest.memory.getU8(DATA)).isZero();
    }
  }

  /** The unit of the protocol stays the sector, whatever the block size (section 5.2.5). */
  @Test
  void toleratesRequestsThatAreNotWholeBlocks() {
    DiskProfile disk = DiskProfile.DEFAULT.withBlockSizes(4096, 4096);
    try (RawGuest guest = RawGuest.started(storage, disk, Feature.VERSION_1.mask())) {
      guest.memory.fill(DATA, 512, (byte) 5);
      assertThat(guest.request(BlkRequestType.OUT, 3, 512, true)).isEqualTo(BlkStatus.OK);
      assertThat(guest.request(BlkRequestType.IN, 2, 1536, false)).isEqualTo(BlkStatus.OK);
      assertThat(guest.memory.getU8(DATA + 511)).isZero();
      assertThat(guest.memory.getU8(DATA + 512)).isEqualTo(5);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = BlkRequestType.class,
      names = {"DISCARD", "WRITE_ZEROES", "SECURE_ERASE"})
  void clearsSeveralRangesWithOneRequest(BlkRequestType type) {
    try (RawGuest guest = RawGuest.started(storage, DiskProfile.DEFAULT, RANGES)) {
      guest.memory.fill(DATA, 4096, (byte) 7);
      assertThat(guest.request(BlkRequestType.OUT, 10, 4096, true)).isEqualTo(BlkStatus.OK);
      guest.range(0, 10, 1, 0).range(1, 12, 2, 0).range(2, SECTORS - 1, 1, 0);
      assertThat(guest.request(type, 0, 48, true)).isEqualTo(BlkStatus.OK);
      assertThat(guest.usedLength()).isEqualTo(1);

      assertThat(guest.request(BlkRequestType.IN, 10, 4096, false)).isEqualTo(BlkStatus.OK);
      int[] expected = {0, 7, 0, 0, 7, 7, 7, 7};
      for (int sector = 0; sector < expected.length; sector++) {
        assertThat(guest.memory.getU8(DATA + 512L * sector)).isEqualTo(expected[sector]);
        assertThat(guest.memory.getU8(DATA + 512L * sector + 511)).isEqualTo(expected[sector]);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "DISCARD, 0, 0", "DISCARD, 1, 2", "DISCARD, 2, 2",
    "WRITE_ZEROES, 0, 0", "WRITE_ZEROES, 1, 0", "WRITE_ZEROES, 3, 2",
    "SECURE_ERASE, 0, 0", "SECURE_ERASE, 1, 2"
  })
  void supportsOnlyFlagsThatItKnows(BlkRequestType type, int flags, int status) {
    try (RawGuest guest = RawGuest.started(storage, DiskProfile.DEFAULT, RANGES)) {
      // In the last range: nothing may have happened to the first.
      guest.memory.fill(DATA, 512, (byte) 7);
      assertThat(guest.request(BlkRequestType.OUT, 0, 512, true)).isEqualTo(BlkStatus.OK);
      guest.range(0, 0, 1, 0).range(1, 5, 1, flags);
      assertThat(guest.request(type, 0, 32, true)).isEqualTo(status);
      assertThat(guest.request(BlkRequestType.IN, 0, 512, false)).isEqualTo(BlkStatus.OK);
      assertThat(guest.memory.getU8(DATA)).isEqualTo(status == BlkStatus.OK ? 0 : 7);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "0, 8, 32, 0", // as much as is allowed
    "0, 9, 32, 1", // a range too long
    "65535, 2, 32, 1", // past the end
    "-1, 1, 32, 1",
    "9223372036854775807, 1, 32, 1", // times 512 overflows
    "0, -1, 32, 1", // 2^32 - 1 sectors
    "0, 0, 32, 0", // nothing
    "0, 1, 48, 1", // a range too many
    "0, 1, 17, 1", // no whole range
    "0, 1, 0, 1" // no range
  })
  void checksEveryRange(long sector, int count, int length, int status) {
    RangeLimits limits = new RangeLimits(8, 2, 1);
    DiskProfile disk = DiskProfile.DEFAULT.withRanges(limits, limits, limits);
    try (RawGuest guest = RawGuest.started(storage, disk, RANGES)) {
      for (BlkRequestType type :
          new BlkRequestType[] {
            BlkRequestType.DISCARD, BlkRequestType.WRITE_ZEROES, BlkRequestType.SECURE_ERASE
          }) {
        guest.range(0, 0, 1, 0).range(1, sector, count, 0).range(2, 0, 1, 0);
        assertThat(guest.request(type, 0, length, true)).as("%s", type).isEqualTo(status);
      }
    }
  }

  @Test
  void switchesItsCacheModeWhenItIsWrittenZeroOrOne() {
    try (RawGuest guest = RawGuest.started(storage, DiskProfile.DEFAULT, CACHE)) {
      assertThat(guest.config(BlkConfigLayout.CACHE_MODE, 1)).isEqualTo(1);
      write(guest, BlkConfigLayout.CACHE_MODE, 1, 2);
      write(guest, BlkConfigLayout.CACHE_MODE, 4, 0);
      assertThat(guest.config(BlkConfigLayout.CACHE_MODE, 1)).isEqualTo(1);
      write(guest, BlkConfigLayout.CACHE_MODE, 1, 0);
      assertThat(guest.config(BlkConfigLayout.CACHE_MODE, 1)).isZero();
      write(guest, BlkConfigLayout.CACHE_MODE, 1, 255);
      assertThat(guest.config(BlkConfigLayout.CACHE_MODE, 1)).isZero();
      guest.write(STATUS, 0);
      assertThat(guest.config(BlkConfigLayout.CACHE_MODE, 1)).isEqualTo(1);
    }
  }

  @Test
  void keepsItsCacheModeFromADriverThatCannotSwitchIt() {
    long features = Feature.setOf(Feature.VERSION_1, Feature.BLK_FLUSH);
    try (RawGuest guest = RawGuest.started(storage, DiskProfile.DEFAULT, features)) {
      write(guest, BlkConfigLayout.CACHE_MODE, 1, 0);
      assertThat(guest.config(BlkConfigLayout.CACHE_MODE, 1)).isEqualTo(1);
    }
  }

  /** Which writes a power failure may take, by what was agreed on (section 5.2.6.2). */
  @ParameterizedTest
  @CsvSource({
    "true, true, -1, false", // writeback: volatile
    "true, true, 0, true", // switched to writethrough
    "true, false, -1, false", // flushes, and no switch: writeback
    "false, true, -1, true", // a switch, and no flushes: starts as writethrough
    "false, true, 1, false", // and is switched
    "false, false, -1, true" // neither: each write is stable
  })
  void makesCompletedWritesStableAsTheModeSays(
      boolean flush, boolean wce, int written, boolean survives) throws IOException {
    long features =
        Feature.VERSION_1.mask()
            | (flush ? Feature.BLK_FLUSH.mask() : 0)
            | (wce ? Feature.BLK_CONFIG_WCE.mask() : 0);
    try (WriteCacheStorage cache = WriteCacheStorage.over(storage, 1 << 20)) {
      try (RawGuest guest = RawGuest.started(cache, DiskProfile.DEFAULT, features)) {
        if (written >= 0) {
          write(guest, BlkConfigLayout.CACHE_MODE, 1, written);
        }
        guest.memory.fill(DATA, 512, (byte) 9);
        assertThat(guest.request(BlkRequestType.OUT, 4, 512, true)).isEqualTo(BlkStatus.OK);
        cache.crash(PowerLoss.DROPS_ALL);
        assertThat(guest.request(BlkRequestType.IN, 4, 512, false)).isEqualTo(BlkStatus.OK);
        assertThat(guest.memory.getU8(DATA)).isEqualTo(survives ? 9 : 0);
      }
    }
  }

  @Test
  void makesWhatWasWrittenBeforeStableWhenItSwitchesToWritethrough() throws IOException {
    try (WriteCacheStorage cache = WriteCacheStorage.over(storage, 1 << 20);
        RawGuest guest = RawGuest.started(cache, DiskProfile.DEFAULT, CACHE)) {
      assertThat(guest.request(BlkRequestType.OUT, 4, 512, true)).isEqualTo(BlkStatus.OK);
      assertThat(cache.volatileWrites()).hasSize(1);
      write(guest, BlkConfigLayout.CACHE_MODE, 1, 0);
      assertThat(cache.volatileWrites()).isEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource({
    // sectors written, of 100 that the multi-level and 1000 that the single-level cells take
    "0, 1, 1, 1",
    "10, 1, 1, 1",
    "11, 1, 1, 2",
    "79, 1, 1, 8",
    "80, 2, 1, 8",
    "90, 3, 1, 9",
    "100, 3, 1, 10",
    "101, 3, 2, 11"
  })
  void wearsOutAsItIsWritten(int sectors, int reserve, int single, int multi) {
    DiskProfile disk = DiskProfile.DEFAULT.withEndurance(new Endurance(1000L * 512, 100L * 512));
    long features = Feature.setOf(Feature.VERSION_1, Feature.BLK_LIFETIME);
    try (RawGuest guest = RawGuest.started(storage, disk, features)) {
      for (int left = sectors; left > 0; left -= Math.min(left, 64)) {
        long bytes = Math.min(left, 64) * 512L;
        assertThat(guest.request(BlkRequestType.OUT, 0, bytes, true)).isEqualTo(BlkStatus.OK);
      }
      assertThat(guest.request(BlkRequestType.IN, 0, 512, false)).isEqualTo(BlkStatus.OK);
      assertThat(guest.request(BlkRequestType.GET_LIFETIME, 0, 6, false)).isEqualTo(BlkStatus.OK);
      assertThat(guest.usedLength()).isEqualTo(7);
      assertThat(LittleEndian.getU16(guest.memory.segment(), DATA)).isEqualTo(reserve);
      assertThat(guest.memory.getU16(DATA + 2)).isEqualTo(single);
      assertThat(guest.memory.getU16(DATA + 4)).isEqualTo(multi);
    }
  }

  @Test
  void growsAndShrinksUnderARunningDriver() throws IOException {
    try (RawGuest guest =
        RawGuest.started(storage, DiskProfile.DEFAULT, Feature.VERSION_1.mask())) {
      int generation = guest.read(CONFIG_GENERATION);
      assertThat(guest.request(BlkRequestType.OUT, SECTORS, 512, true)).isEqualTo(BlkStatus.IOERR);

      guest.device.resize(guest.function, SECTORS + 8);

      assertThat(guest.read(CONFIG_GENERATION)).isNotEqualTo(generation);
      assertThat(guest.read(INTERRUPT_STATUS) & INTERRUPT_CONFIG).isNotZero();
      guest.write(INTERRUPT_ACK, INTERRUPT_CONFIG);
      assertThat(guest.config(BlkConfigLayout.CAPACITY, 8)).isEqualTo(SECTORS + 8);
      assertThat(guest.request(BlkRequestType.OUT, SECTORS, 512, true)).isEqualTo(BlkStatus.OK);

      guest.device.resize(guest.function, 8);

      assertThat(guest.config(BlkConfigLayout.CAPACITY, 8)).isEqualTo(8);
      assertThat(guest.request(BlkRequestType.IN, 8, 512, false)).isEqualTo(BlkStatus.IOERR);
      assertThat(guest.request(BlkRequestType.IN, 7, 512, false)).isEqualTo(BlkStatus.OK);
    }
  }

  @Test
  void tellsNobodyOfAResizeBeforeTheDriverIsReady() throws IOException {
    try (RawGuest guest = new RawGuest(storage, BlkSettings.DEFAULT)) {
      int generation = guest.read(CONFIG_GENERATION);
      guest.device.resize(guest.function, SECTORS + 8);

      assertThat(guest.read(CONFIG_GENERATION)).isNotEqualTo(generation);
      assertThat(guest.read(INTERRUPT_STATUS)).isZero();
    }
  }
}
