package dev.ringside.driver;

import static dev.ringside.virtio.spec.SplitLayout.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringside.blk.BlkSettings;
import dev.ringside.blk.WaitPolicy;
import dev.ringside.driver.testing.TestDisk;
import dev.ringside.virtio.queue.QueueConfig;
import dev.ringside.virtio.spec.BlkRequestLayout;
import dev.ringside.virtio.spec.DeviceStatus;
import dev.ringside.virtio.spec.Feature;
import dev.ringside.virtio.transport.Transport;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The same scenarios over every transport, for every way in which driver and device can wait, and
 * lay out their rings.
 */
class VirtioBlkDriverTest {
  private static final long INDIRECT_AND_EVENTS =
      Feature.setOf(Feature.INDIRECT_DESC, Feature.EVENT_IDX);
  private static final long PACKED = Feature.RING_PACKED.mask();
  private static final long IN_ORDER = Feature.IN_ORDER.mask();

  /** Sets of features that the driver does without. */
  private static final Long[] WITHOUT = {
    PACKED | IN_ORDER,
    PACKED | IN_ORDER | INDIRECT_AND_EVENTS,
    PACKED,
    IN_ORDER,
    IN_ORDER | INDIRECT_AND_EVENTS,
    0L
  };

  static Stream<TestDisk.Builder> disks() {
    return Stream.of(Transport.values())
        .flatMap(
            transport ->
                CompletionPolicy.KINDS.stream()
                    .flatMap(
                        completion ->
                            Stream.of(
                                    WaitPolicy.sleep(),
                                    WaitPolicy.poll(),
                                    WaitPolicy.adaptive(32_000))
                                .flatMap(waiting -> disks(transport, completion, waiting))));
  }

  private static Stream<TestDisk.Builder> disks(
      Transport transport, CompletionPolicy completion, WaitPolicy waiting) {
    return Stream.of(WITHOUT)
        .flatMap(
            without ->
                Stream.of(0, 2)
                    .map(
                        workers ->
                            TestDisk.blank(1 << 16)
                                .transport(transport)
                                .device(
                                    BlkSettings.DEFAULT.withWaiting(waiting).withWorkers(workers))
                                .driver(
                                    DriverSettings.DEFAULT
                                        .withCompletion(completion)
                                        .withFeatures(~without))));
  }

  @ParameterizedTest
  @MethodSource("disks")
  void readsBackWhatWasWritten(TestDisk.Builder builder) {
    try (TestDisk disk = builder.start()) {
      long out = disk.frames().allocate(8192);
      long in = disk.frames().allocate(8192);
      disk.memory().fill(out, 8192, (byte) 0x5a);

      BlockRequest write =
          new BlockRequest().write(100).segment(out, 4096).segment(out + 4096, 512);
      assertThat(disk.execute(write).status()).isEqualTo(BlockStatus.OK);
      assertThat(disk.execute(new BlockRequest().flush()).status()).isEqualTo(BlockStatus.OK);
      BlockRequest read = new BlockRequest().read(99).segment(in, 512).segment(in + 512, 5120);
      assertThat(disk.execute(read).status()).isEqualTo(BlockStatus.OK);

      assertThat(disk.memory().getU8(in + 511)).isZero();
      assertThat(disk.memory().getU8(in + 512)).isEqualTo(0x5a);
      assertThat(disk.memory().getU8(in + 512 + 4607)).isEqualTo(0x5a);
      assertThat(disk.memory().getU8(in + 512 + 4608)).isZero();
    }
  }

  @ParameterizedTest
  @MethodSource("disks")
  void completesAThousandRequestsInBatches(TestDisk.Builder builder) {
    try (TestDisk disk = builder.start()) {
      VirtioBlkDriver driver = disk.driver();
      int batch = driver.limits().queueDepth();
      long buffer = disk.frames().allocate(4096);
      int done = 0;
      while (done < 100 * batch) {
        for (int i = 0; i < batch; i++) {
          assertThat(driver.submit(new BlockRequest().read(i * 8L).segment(buffer, 4096))).isTrue();
        }
        assertThat(driver.submit(new BlockRequest().read(0).segment(buffer, 512))).isFalse();
        driver.kick();
        while (driver.inFlight() > 0) {
          driver.await();
          done += driver.reap();
        }
      }
      assertThat(driver.stats().requests()).isEqualTo(100L * batch);
      assertThat(driver.stats().kicksAsked()).isEqualTo(100);
    }
  }

  @Tag("SUSPEND")
  @ParameterizedTest
  @EnumSource(names = {"MMIO", "PCI", "PCI_INTX"})
  void suspendsAndResumesItsDevice(Transport transport) {
    try (TestDisk disk = TestDisk.blank(64).transport(transport).workers(2).start()) {
      VirtioBlkDriver driver = disk.driver();
      long buffer = disk.frames().allocate(4096);
      for (int i = 0; i < 8; i++) {
        driver.submit(new BlockRequest().read(i).segment(buffer + 512L * i, 512));
      }
      driver.kick();
      driver.suspend();
      assertThat(disk.function().status() & DeviceStatus.DRIVER_OK).isZero();
      int before = driver.reap();
      driver.resume();
      while (driver.inFlight() > 0) {
        driver.await();
        before += driver.reap();
      }
      assertThat(before).isEqualTo(8);
      assertThat(disk.execute(new BlockRequest().flush()).status()).isEqualTo(BlockStatus.OK);
    }
  }

  @Tag("ACCESS_PLATFORM")
  @Tag("ORDER_PLATFORM")
  @ParameterizedTest
  @EnumSource
  void agreesOnWhatItsTransportOffers(Transport transport) {
    try (TestDisk disk = TestDisk.blank(64).transport(transport).start()) {
      long features = disk.driver().features();
      boolean legacy = transport == Transport.MMIO_LEGACY;
      boolean pci = transport == Transport.PCI || transport == Transport.PCI_INTX;
      assertThat(Feature.VERSION_1.isIn(features)).isNotEqualTo(legacy);
      assertThat(Feature.ANY_LAYOUT.isIn(features)).isEqualTo(legacy);
      assertThat(Feature.NOTIFICATION_DATA.isIn(features)).isNotEqualTo(legacy);
      assertThat(Feature.RING_RESET.isIn(features)).isNotEqualTo(legacy);
      assertThat(Feature.ACCESS_PLATFORM.isIn(features)).isNotEqualTo(legacy);
      assertThat(Feature.ORDER_PLATFORM.isIn(features)).isNotEqualTo(legacy);
      assertThat(disk.execute(new BlockRequest().flush()).status()).isEqualTo(BlockStatus.OK);
      assertThat(Feature.NOTIF_CONFIG_DATA.isIn(features)).isEqualTo(pci);
      if (legacy) {
        assertThatThrownBy(() -> disk.driver().suspend()).hasMessageContaining("suspended");
      }
    }
  }

  /** A header in two parts, and data that share their buffers with the status. */
  @Tag("ANY_LAYOUT")
  @Test
  void leavesTheFramingToALegacyDriver() {
    try (TestDisk disk = TestDisk.blank(64).transport(Transport.MMIO_LEGACY).start()) {
      assertThat(Feature.ANY_LAYOUT.isIn(disk.driver().features())).isTrue();
      QueueConfig queue = Objects.requireNonNull(disk.function().queue(0));
      long header = disk.frames().allocate(BlkRequestLayout.HEADER_SIZE);
      int length = BlockLimits.SECTOR_SIZE + BlkRequestLayout.STATUS_SIZE;
      long data = disk.frames().allocate(length);
      disk.memory().fill(data, length, (byte) 0xff);

      long[] addresses = {header, header + 5, data, data + 100};
      int[] lengths = {5, BlkRequestLayout.HEADER_SIZE - 5, 100, length - 100};
      for (int i = 0; i < addresses.length; i++) {
        int flags = (i >= 2 ? DESC_F_WRITE : 0) | (i < addresses.length - 1 ? DESC_F_NEXT : 0);
        long at = queue.descriptorArea() + (long) DESCRIPTOR_SIZE * i;
        disk.memory().setU64(at + DESCRIPTOR_ADDR, addresses[i]);
        disk.memory()
            .setU64(at + DESCRIPTOR_LEN_FLAGS_NEXT, descriptorWord(lengths[i], flags, i + 1));
      }
      disk.memory().setU16Release(queue.driverArea() + AVAIL_IDX, 1);
      disk.function().notifyQueue(0);
      while (disk.memory().getU16Acquire(queue.deviceArea() + USED_IDX) == 0) {
        Thread.onSpinWait();
      }

      assertThat(disk.memory().getU8(data + BlockLimits.SECTOR_SIZE)).isZero();
      assertThat(disk.memory().getU8(data)).isZero();
      assertThat(disk.memory().getU8(data + BlockLimits.SECTOR_SIZE - 1)).isZero();
    }
  }

  /** A notification in each form that can be agreed on. */
  @ParameterizedTest
  @EnumSource(names = {"NOTIFICATION_DATA", "NOTIF_CONFIG_DATA", "EVENT_IDX"})
  void notifiesWithoutAFeature(Feature missing) {
    for (Transport transport : Transport.values()) {
      try (TestDisk disk =
          TestDisk.blank(64)
              .transport(transport)
              .driver(DriverSettings.DEFAULT.withFeatures(~missing.mask()))
              .start()) {
        assertThat(disk.execute(new BlockRequest().flush()).status()).isEqualTo(BlockStatus.OK);
        assertThat(disk.driver().stats().kicksSent()).isEqualTo(1);
      }
    }
  }
}
