package dev.ringside.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringside.blk.BlkSettings;
import dev.ringside.driver.testing.TestDisk;
import dev.ringside.machine.Bus;
import dev.ringside.machine.CostModel;
import dev.ringside.machine.EventLog;
import dev.ringside.machine.FrameAllocator;
import dev.ringside.machine.GuestMemory;
import dev.ringside.machine.RealScheduler;
import dev.ringside.machine.WiredInterruptLine;
import dev.ringside.storage.NullStorage;
import dev.ringside.virtio.queue.RingViolation;
import dev.ringside.virtio.queue.RingViolationException;
import dev.ringside.virtio.spec.Feature;
import dev.ringside.virtio.transport.Transport;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What the driver says when there is no device, or one that it cannot work with. */
class BadDeviceTest {
  @Test
  void findsNothingWhereNothingIsMapped() {
    try (GuestMemory memory = GuestMemory.anonymous(1 << 20)) {
      RealScheduler scheduler = new RealScheduler();
      Guest guest =
          new Guest(
              memory,
              new FrameAllocator(memory),
              new WiredInterruptLine(scheduler, CostModel.ZERO),
              scheduler,
              EventLog.OFF);

      assertThatThrownBy(
              () -> MmioProbe.probe(new Bus(), 0xfeb0_0000L, guest, DriverSettings.DEFAULT))
          .isInstanceOf(BlockDeviceException.class)
          .hasMessageContaining("no virtio block device at 0xfeb00000")
          .hasMessageContaining("magic");
    }
  }

  @Test
  void givesUpOnALegacyDevice() {
    TestDisk.Builder legacy =
        TestDisk.blank(64)
            .device(BlkSettings.DEFAULT.withOfferedFeatures(~Feature.VERSION_1.mask()));

    assertThatThrownBy(legacy::start)
        .isInstanceOf(BlockDeviceException.class)
        .hasMessageContaining("VERSION_1");
  }

  @Test
  void givesUpOnAQueueWithoutRoomForARequest() {
    assertThatThrownBy(TestDisk.blank(64).queueSize(2)::start)
        .isInstanceOf(BlockDeviceException.class)
        .hasMessageContaining("queue of 2");
  }

  static Stream<Arguments> waysToWait() {
    return Stream.of(Transport.values())
        .flatMap(
            transport ->
                CompletionPolicy.KINDS.stream()
                    .map(completion -> Arguments.of(completion, transport)));
  }

  /** A driver that waits must not wait for a device that has stopped. */
  @ParameterizedTest
  @MethodSource("waysToWait")
  void noticesADeviceThatNeedsAReset(CompletionPolicy completion, Transport transport) {
    DriverSettings settings = DriverSettings.DEFAULT.withCompletion(completion);
    // The storage does not touch memory, so that the request could end well.
    try (TestDisk disk =
        TestDisk.over(new NullStorage(64)).transport(transport).driver(settings).start()) {
      long buffer = disk.frames().allocate(512);
      disk.driver().submit(new BlockRequest().read(0).segment(buffer, 512));
      disk.function().fail(new RingViolationException(RingViolation.CHAIN_TOO_LONG, "for a test"));

      assertThatThrownBy(() -> disk.driver().await())
          .isInstanceOf(BlockDeviceException.class)
          .hasMessageContaining("needs a reset; 1 requests are lost");
    }
  }

  private static void submitTo(TestDisk disk, Consumer<BlockRequest> make) {
    BlockRequest request = new BlockRequest();
    make.accept(request);
    disk.driver().submit(request);
  }

  @Test
  void refusesRequestsThatTheDeviceCouldOnlyFail() {
    try (TestDisk disk = TestDisk.blank(64).start()) {
      assertThatThrownBy(() -> submitTo(disk, request -> request.read(64).segment(4096, 512)))
          .hasMessageContaining("past the end of a disk of 64 sectors");
      assertThatThrownBy(() -> submitTo(disk, request -> request.read(-1).segment(4096, 512)))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> submitTo(disk, request -> request.write(0).segment(4096, 511)))
          .hasMessageContaining("not whole sectors");
      assertThatThrownBy(() -> submitTo(disk, request -> request.write(0)))
          .hasMessageContaining("0 segments");
      assertThatThrownBy(() -> submitTo(disk, request -> request.discard(60, 5)))
          .hasMessageContaining("past the end");
      assertThat(disk.driver().inFlight()).isZero();
    }
  }

  @Test
  void readsTheLimitsOfTheDevice() {
    try (TestDisk disk = TestDisk.blank(64).queueSize(16).start()) {
      BlockLimits limits = disk.driver().limits();

      assertThat(limits.sectors()).isEqualTo(64);
      assertThat(limits.maxSegments()).isEqualTo(14);
      assertThat(limits.queueDepth()).isEqualTo(16);
      assertThat(limits.flush()).isTrue();
      assertThat(limits.discard()).isTrue();
    }
  }

  @Test
  void readsTheSerialAndDiscards() {
    try (TestDisk disk = TestDisk.blank(64).start()) {
      long buffer = disk.frames().allocate(512);
      disk.memory().fill(buffer, 512, (byte) 1);
      assertThat(disk.execute(new BlockRequest().write(9).segment(buffer, 512)).status())
          .isEqualTo(BlockStatus.OK);
      assertThat(disk.execute(new BlockRequest().discard(9, 1)).status()).isEqualTo(BlockStatus.OK);
      assertThat(disk.execute(new BlockRequest().read(9).segment(buffer, 512)).status())
          .isEqualTo(BlockStatus.OK);
      assertThat(disk.memory().getU8(buffer)).isZero();

      assertThat(disk.execute(new BlockRequest().getId().segment(buffer, 20)).status())
          .isEqualTo(BlockStatus.OK);
      assertThat(disk.memory().getU8(buffer)).isEqualTo('r');
    }
  }
}
