package dev.ringside.driver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringside.driver.testing.TestDisk;
import dev.ringside.driver.testing.TestTime;
import dev.ringside.machine.Bus;
import dev.ringside.machine.CostModel;
import dev.ringside.machine.EventLog;
import dev.ringside.machine.RegisterWindow;
import dev.ringside.machine.Scheduler;
import dev.ringside.machine.WiredInterruptLine;
import dev.ringside.machine.pci.PciAddressMap;
import dev.ringside.virtio.spec.Feature;
import dev.ringside.virtio.spec.MmioRegister;
import dev.ringside.virtio.transport.DeviceSlot;
import dev.ringside.virtio.transport.Transport;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a driver writes to notify its device, seen on the bus between them. */
class NotificationTest {
  private static final int SIZE = 8;
  private static final int BATCH = 3;
  private static final int QUEUE = 1;
  private static final long NOTIFICATION_DATA = Feature.NOTIFICATION_DATA.mask();
  private static final long NOTIF_CONFIG_DATA = Feature.NOTIF_CONFIG_DATA.mask();

  /** One write of 16 or 32 bits. */
  record Write(int width, long value) {}

  /** A window that hands everything on to another bus, and notes what is written. */
  private record Tap(Bus behind, long base, List<Write> writes) implements RegisterWindow {
    @Override
    public long read(long offset, int width) {
      return behind.read(base + offset, width);
    }

    @Override
    public void write(long offset, int width, long value) {
      writes.add(new Write(width, value));
      behind.write(base + offset, width, value);
    }
  }

  /** The notifications of three batches of three, each sent to a device that sleeps. */
  private static List<Write> notifications(Transport transport, boolean packed, long without) {
    List<Write> notifications = new ArrayList<>();
    TestTime.SIMULATED.run(
        scheduler -> {
          try (TestDisk disk =
              TestDisk.blank(64)
                  .scheduler(scheduler)
                  .transport(transport)
                  .queues(2)
                  .queueSize(SIZE)
                  .start()) {
            notify(disk, transport, packed, without, scheduler, notifications);
          }
        });
    return notifications;
  }

  private static void notify(
      TestDisk disk,
      Transport transport,
      boolean packed,
      long without,
      Scheduler scheduler,
      List<Write> notifications) {
    List<Write> writes = new ArrayList<>();
    DriverSettings settings =
        DriverSettings.DEFAULT
            .withQueues(2)
            .withCompletion(CompletionPolicy.SPIN)
            .withFeatures(~without & ~(packed ? 0 : Feature.RING_PACKED.mask()));
    try (VirtioBlkDriver driver = probe(disk, transport, settings, scheduler, writes)) {
      DiskQueue queue = driver.queues().get(QUEUE);
      for (int batch = 0; batch < 3; batch++) {
        scheduler.sleep(1);
        for (int i = 0; i < BATCH; i++) {
          queue.submit(new BlockRequest().flush());
        }
        writes.clear();
        queue.kick();
        notifications.addAll(writes);
        while (queue.inFlight() > 0) {
          queue.await();
          queue.reap();
        }
      }
    }
  }

  /** Another driver of the same device, with a tap on its bus. */
  private static VirtioBlkDriver probe(
      TestDisk disk,
      Transport transport,
      DriverSettings settings,
      Scheduler scheduler,
      List<Write> writes) {
    Bus bus = new Bus();
    Guest guest =
        new Guest(
            disk.memory(),
            disk.frames(),
            new WiredInterruptLine(scheduler, CostModel.ZERO),
            scheduler,
            EventLog.OFF);
    PciAddressMap map = PciAddressMap.DEFAULT;
    return switch (transport) {
      case MMIO, MMIO_LEGACY -> {
        long base = DeviceSlot.MMIO_BASE;
        bus.map(base, MmioRegister.WINDOW_SIZE, new Tap(disk.bus(), base, writes));
        yield MmioProbe.probe(bus, base, guest, settings);
      }
      case PCI, PCI_INTX -> {
        bus.map(map.ecam(), PciAddressMap.BUS_SIZE, new Tap(disk.bus(), map.ecam(), writes));
        bus.map(map.memory(), map.memorySize(), new Tap(disk.bus(), map.memory(), writes));
        yield PciProbe.probe(bus, map, null, guest, settings);
      }
    };
  }

  /** The available index of a split ring; offset and wrap counter of a packed one. */
  @Tag("NOTIFICATION_DATA")
  @ParameterizedTest
  @CsvSource({
    "MMIO, false, 0x0003, 0x0006, 0x0009",
    "MMIO, true, 0x8003, 0x8006, 0x0001",
    "PCI, false, 0x0003, 0x0006, 0x0009",
    "PCI, true, 0x8003, 0x8006, 0x0001"
  })
  void carriesTheRingsPosition(
      Transport transport, boolean packed, String first, String second, String third) {
    List<Write> expected =
        List.of(first, second, third).stream()
            .map(position -> new Write(Integer.BYTES, Long.decode(position) << 16 | QUEUE))
            .toList();
    assertThat(notifications(transport, packed, NOTIF_CONFIG_DATA))
        .extracting(write -> new Write(write.width(), write.value() & 0xffff_ffffL))
        .isEqualTo(expected);
  }

  @Tag("NOTIF_CONFIG_DATA")
  @ParameterizedTest
  @CsvSource({"false", "true"})
  void carriesWhatTheDeviceWantsToBeToldOfAQueue(boolean packed) {
    assertThat(notifications(Transport.PCI, packed, NOTIFICATION_DATA))
        .containsOnly(new Write(Short.BYTES, 0x8000 | QUEUE));
    assertThat(notifications(Transport.PCI, packed, 0))
        .extracting(write -> write.value() & 0xffff)
        .containsOnly(0x8000L | QUEUE);
  }

  @ParameterizedTest
  @CsvSource({"MMIO, 4", "MMIO_LEGACY, 4", "PCI, 2", "PCI_INTX, 2"})
  void carriesOnlyTheNumberWithoutTheFeatures(Transport transport, int width) {
    assertThat(notifications(transport, false, NOTIFICATION_DATA | NOTIF_CONFIG_DATA))
        .hasSize(3)
        .containsOnly(new Write(width, QUEUE));
  }
}
