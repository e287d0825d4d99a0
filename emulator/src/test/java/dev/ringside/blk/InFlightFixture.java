package dev.ringside.blk;

import static dev.ringside.virtio.spec.SplitLayout.DESC_F_NEXT;
import static dev.ringside.virtio.spec.SplitLayout.DESC_F_WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ringside.machine.EventLog;
import dev.ringside.machine.RealScheduler;
import dev.ringside.storage.MemoryStorage;
import dev.ringside.virtio.queue.RawRing;
import dev.ringside.virtio.spec.BlkRequestType;
import dev.ringside.virtio.spec.Feature;
import dev.ringside.virtio.transport.RawGuest;
import dev.ringside.virtio.transport.Transport;
import org.junit.jupiter.api.AfterEach;

/** A device with a request that waits for its storage, and a guest that stops it meanwhile. */
abstract class InFlightFixture {
  static final int SIZE = 16;
  static final long HEADER = 0x8000;
  private static final long DATA = 0x9000;

  final BlockingStorage storage = new BlockingStorage(MemoryStorage.ofSectors(64));
  final RawGuest guest;
  final RawRing ring;

  InFlightFixture(Transport transport, int workers) {
    this.guest =
        new RawGuest(
            transport,
            new VirtioBlkDevice(
                storage,
                new RealScheduler(),
                EventLog.OFF,
                BlkSettings.DEFAULT.withQueueSize(SIZE).withWorkers(workers)));
    this.ring = new RawRing(guest.memory(), SIZE);
    guest
        .negotiate(Feature.setOf(Feature.VERSION_1, Feature.RING_RESET, Feature.SUSPEND))
        .enable(0, SIZE)
        .live();
  }

  @AfterEach
  void close() {
    guest.close();
  }

  /** Sector 0 waits until the storage is released; others do not. */
  void submit(int number, long sector) {
    long header = HEADER + 16L * number;
    guest.memory().setU64(header, BlkRequestType.IN.code());
    guest.memory().setU64(header + 8, sector);
    ring.descriptor(2 * number, header, 16, DESC_F_NEXT, 2 * number + 1)
        .descriptor(2 * number + 1, DATA + 1024L * number, 513, DESC_F_WRITE, 0)
        .makeAvailable(2 * number);
    guest.kick(0);
  }

  void awaitUsed(int count) {
    while (ring.usedIndex() != count) {
      guest.line().await();
      guest.takeInterrupts();
    }
  }

  /** Runs a register's write that has to wait, and lets the storage go once it does. */
  void whileItWaits(Runnable write, Runnable look) throws InterruptedException {
    submit(0, 0);
    storage.awaitReader();
    Thread other = Thread.ofPlatform().start(write);
    while (other.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
    assertThat(ring.usedIndex()).isZero();
    look.run();
    storage.release();
    other.join();
  }

  void worksAgain() {
    submit(1, 1);
    awaitUsed(2);
    assertThat(ring.usedId(1)).isEqualTo(2);
  }
}
