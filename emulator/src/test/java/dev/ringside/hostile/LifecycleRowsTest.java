package dev.ringside.hostile;

import static dev.ringside.hostile.Attack.attack;
import static dev.ringside.virtio.spec.MmioRegister.*;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ringside.hostile.GuestRing.Buffer;
import dev.ringside.hostile.RawGuest.Request;
import dev.ringside.virtio.spec.BlkRequestType;
import dev.ringside.virtio.spec.BlkStatus;
import dev.ringside.virtio.spec.DeviceStatus;
import dev.ringside.virtio.spec.Feature;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.TestFactory;

/** Rows 34 to 51 of the catalogue. */
class LifecycleRowsTest {
  private static final int SECTOR = 512;

  /** How often a guest looks before it gives up on a register. */
  private static final int PATIENCE = 10_000;

  private static final int[] ABSENT_QUEUES = {2, 3, 64, 0x7fff, 0xffff};

  private static final int[] ODD_INDICES = {2, 3, 64, 0x7fff_ffff, 0x8000_0000, -1};

  @TestFactory
  Stream<DynamicContainer> rows() {
    return Rows.tests(LifecycleRow.values(), LifecycleRowsTest::attacks);
  }

  static List<Attack> attacks(LifecycleRow row) {
    return switch (row) {
      case BAD_FEATURES -> badFeatures();
      case FEATURES_CHANGED_LATE -> featuresChangedLate();
      case STATUS_OUT_OF_ORDER -> statusOutOfOrder();
      case RESET_WITH_IO_IN_FLIGHT -> resetWithIoInFlight();
      case QUEUE_RESET -> queueReset();
      case INITIALIZED_TWICE -> initializedTwice();
      case KICKS_WHILE_BROKEN -> kicksWhileBroken();
      case CONFIG_GENERATION -> configGeneration();
      case REGISTER_WIDTH -> registerWidth();
      case UNKNOWN_REGISTERS -> unknownRegisters();
      case SELECTORS_OUT_OF_RANGE -> selectorsOutOfRange();
      case ENABLE_IS_NO_BOOLEAN -> enableIsNoBoolean();
      case ABSENT_SHARED_MEMORY -> absentSharedMemory();
      case PCI_CFG_WINDOW -> PciRows.configurationAccess();
      case MSIX_VECTOR -> PciRows.vectors();
      case PCI_FUNCTION_DISTURBED -> PciRows.disturbances();
      case CONFIG_WIDTH -> configWidth();
      case SUSPEND -> suspend();
    };
  }

  private static List<Attack> badFeatures() {
    return List.of(
        attack(
            "each bit that was not offered",
            guest -> {
              long missing = ~guest.offered();
              for (int bit = 0; bit < Long.SIZE; bit++) {
                if ((missing & 1L << bit) != 0) {
                  guest.negotiate(guest.accepted() | 1L << bit);
                  expectRefusal(guest);
                }
              }
            }),
        attack(
            "without VERSION_1",
            guest -> {
              guest.negotiate(guest.accepted() & ~Feature.VERSION_1.mask());
              expectRefusal(guest);
            }),
        attack(
            "none",
            guest -> {
              guest.negotiate(0);
              expectRefusal(guest);
            }),
        attack(
            "all",
            guest -> {
              guest.negotiate(-1);
              expectRefusal(guest);
            }));
  }

  private static void expectRefusal(RawGuest guest) {
    assertThat(guest.hasStatus(DeviceStatus.FEATURES_OK)).isFalse();
    guest.addStatus(DeviceStatus.DRIVER_OK);
    assertThat(guest.hasStatus(DeviceStatus.DRIVER_OK)).isFalse();
    guest.kick();
    guest.rest();
    guest.reset();
  }

  private static List<Attack> featuresChangedLate() {
    return List.of(
        attack(
            "INDIRECT_DESC is added",
            Setup.DEFAULT.without(Feature.INDIRECT_DESC),
            guest -> {
              guest.negotiate(guest.accepted());
              guest.acceptFeatures(guest.accepted() | Feature.INDIRECT_DESC.mask());
              guest.programQueue();
              guest.transport().enableQueue(0, 1);
              guest.acceptFeatures(guest.accepted() | Feature.INDIRECT_DESC.mask());
              guest.addStatus(DeviceStatus.DRIVER_OK);
              guest.acceptFeatures(guest.accepted() | Feature.INDIRECT_DESC.mask());
              guest.ring().offerIndirect(guest.allocate(SECTOR), 32, 0);
              guest.kick();
              guest.expectNeedsReset();
            }),
        attack(
            "all are taken away",
            guest -> {
              guest.bringUp();
              guest.acceptFeatures(0);
              guest.addStatus(DeviceStatus.FEATURES_OK);
              guest.expectWorking();
            }));
  }

  private static List<Attack> statusOutOfOrder() {
    return List.of(
        attack(
            "FEATURES_OK left out",
            guest -> {
              guest.addStatus(DeviceStatus.ACKNOWLEDGE | DeviceStatus.DRIVER);
              guest.acceptFeatures(guest.accepted());
              guest.programQueue();
              guest.transport().enableQueue(0, 1);
              guest.addStatus(DeviceStatus.DRIVER_OK);
              assertThat(guest.hasStatus(DeviceStatus.DRIVER_OK)).isFalse();
              guest.offer(guest.request(BlkRequestType.FLUSH, 0).chain());
              guest.expectNothingUsed();
            }),
        attack(
            "everything at once",
            guest -> {
              guest.acceptFeatures(guest.accepted());
              guest.transport().status(0xff);
              guest.rest();
            }),
        attack(
            "DRIVER_OK twice",
            guest -> {
              guest.bringUp();
              guest.addStatus(DeviceStatus.DRIVER_OK);
              guest.addStatus(DeviceStatus.DRIVER_OK);
              guest.expectWorking();
            }),
        attack(
            "bits cleared",
            guest -> {
              guest.bringUp();
              int before = guest.transport().status();
              for (int bits = 1; bits <= before; bits <<= 1) {
                guest.transport().status(bits & before);
                if ((bits & before) != 0) {
                  assertThat(guest.transport().status()).isEqualTo(before);
                }
              }
              guest.expectWorking();
            }),
        attack(
            "NEEDS_RESET written by the guest",
            guest -> {
              guest.bringUp();
              guest.addStatus(DeviceStatus.NEEDS_RESET);
              guest.expectWorking();
            }),
        attack(
            "FAILED, then on as if nothing had been",
            guest -> {
              guest.bringUp();
              guest.addStatus(DeviceStatus.FAILED);
              guest.addStatus(DeviceStatus.DRIVER_OK);
              guest.kick();
              guest.rest();
              assertThat(guest.hasStatus(DeviceStatus.FAILED)).isTrue();
            }));
  }

  private static List<Attack> resetWithIoInFlight() {
    return IntStream.of(1, 5)
        .mapToObj(
            requests ->
                attack(
                    requests + " requests",
                    Setup.DEFAULT.onSlowDisk(),
                    guest -> {
                      guest.bringUp();
                      for (int i = 0; i < requests; i++) {
                        guest.send(guest.request(BlkRequestType.IN, i, guest.in(SECTOR)));
                      }
                      guest.sleep(RawGuest.SERVICE_NS / 2);
                      guest.reset();
                      guest.expectSilence();
                    }))
        .toList();
  }

  private static List<Attack> queueReset() {
    Setup setup = Setup.DEFAULT.with(Feature.RING_RESET);
    return List.of(
        attack(
            "idle",
            setup,
            guest -> {
              guest.bringUp();
              guest.roundTrip();
              awaitQueueReset(guest);
              guest.expectSilence();
              guest.programQueue();
              guest.transport().enableQueue(0, 1);
              guest.expectWorking();
            }),
        attack(
            "in flight",
            setup.onSlowDisk(),
            guest -> {
              guest.bringUp();
              guest.send(guest.request(BlkRequestType.IN, 1, guest.in(SECTOR)));
              guest.sleep(RawGuest.SERVICE_NS / 2);
              awaitQueueReset(guest);
              guest.expectSilence();
              guest.programQueue();
              guest.transport().enableQueue(0, 1);
              guest.expectWorking();
            }),
        attack(
            "twice, and of a queue that is not enabled",
            setup,
            guest -> {
              guest.bringUp();
              awaitQueueReset(guest);
              awaitQueueReset(guest);
              guest.programQueue();
              guest.transport().enableQueue(0, 1);
              guest.expectWorking();
            }),
        attack(
            "with a new size",
            setup,
            guest -> {
              guest.bringUp();
              awaitQueueReset(guest);
              guest.programQueue(4);
              guest.transport().enableQueue(0, 1);
              guest.expectWorking();
            }),
        attack(
            "neither 0 nor 1, and of unknown queues",
            setup,
            guest -> {
              guest.bringUp();
              guest.transport().resetQueue(0, 0);
              for (int queue : ABSENT_QUEUES) {
                guest.transport().resetQueue(queue, 1);
              }
              guest.expectWorking();
            }),
        attack(
            "kicks while it is reset",
            setup,
            guest -> {
              guest.bringUp();
              awaitQueueReset(guest);
              guest.kick();
              guest.offer(guest.request(BlkRequestType.FLUSH, 0).chain());
              guest.expectNothingUsed();
            }),
        attack(
            "without the feature",
            Setup.DEFAULT.without(Feature.RING_RESET),
            guest -> {
              guest.bringUp();
              guest.transport().resetQueue(0, 1);
              guest.expectWorking();
            }));
  }

  /** Section 2.6.1: both registers read 0 when the reset is complete. */
  private static void awaitQueueReset(RawGuest guest) {
    guest.transport().resetQueue(0, 1);
    for (int looks = 0; guest.transport().queueReset(0) != 0; looks++) {
      assertThat(looks).isLessThan(PATIENCE);
      guest.sleep(RawGuest.SERVICE_NS);
    }
    assertThat(guest.transport().queueEnabled(0)).isZero();
  }

  private static List<Attack> initializedTwice() {
    return List.of(
        attack(
            "all steps again",
            guest -> {
              guest.bringUp();
              guest.transport().status(DeviceStatus.ACKNOWLEDGE);
              guest.acceptFeatures(Feature.VERSION_1.mask());
              guest.addStatus(DeviceStatus.FEATURES_OK);
              guest.transport().queueSize(0, 2);
              guest.transport().queueAddresses(0, GuestRam.HIGH_START, 0x5000, 0x6000);
              guest.transport().enableQueue(0, 1);
              guest.addStatus(DeviceStatus.DRIVER_OK);
              guest.expectWorking();
            }));
  }

  private static List<Attack> kicksWhileBroken() {
    return List.of(
        attack(
            "with valid requests, and every step but a reset",
            guest -> {
              guest.bringUp();
              guest.offer(guest.in(1), guest.header(BlkRequestType.FLUSH.code(), 0));
              guest.expectNeedsReset();
              guest.transport().enableQueue(0, 1);
              guest.addStatus(DeviceStatus.DRIVER_OK);
              guest.offer(guest.request(BlkRequestType.FLUSH, 0).chain());
              guest.expectNothingUsed();
              assertThat(guest.hasStatus(DeviceStatus.NEEDS_RESET)).isTrue();
            }));
  }

  private static List<Attack> configGeneration() {
    return List.of(
        attack(
            "it stays while nothing changes",
            guest -> {
              guest.bringUp();
              int before = guest.transport().configGeneration();
              long capacity = guest.transport().readConfig(0, Long.BYTES);
              guest.roundTrip();
              assertThat(guest.transport().readConfig(0, Long.BYTES)).isEqualTo(capacity);
              assertThat(guest.transport().configGeneration()).isEqualTo(before);
            }),
        attack(
            "it changes with the capacity, each time",
            guest -> {
              guest.bringUp();
              for (long sectors : new long[] {2 * Setup.SECTORS, 8, Setup.SECTORS}) {
                int before = guest.transport().configGeneration();
                guest.resizeDisk(sectors);
                guest.rest();
                assertThat(guest.transport().configGeneration()).isNotEqualTo(before);
                assertThat(guest.transport().readConfig(0, Long.BYTES)).isEqualTo(sectors);
                assertThat(guest.transport().configInterrupt()).isTrue();
              }
            }));
  }

  private static List<Attack> registerWidth() {
    return List.of(
        attack(
            "every width and alignment, in front of a device that is at rest",
            LifecycleRowsTest::accessInWrongWidths),
        attack(
            "and in front of one that runs",
            guest -> {
              guest.bringUp();
              accessInWrongWidths(guest);
              guest.expectWorking();
            }));
  }

  private static void accessInWrongWidths(RawGuest guest) {
    for (int offset = 0; offset < CONFIG; offset++) {
      for (int width : new int[] {1, 2, 4, 8}) {
        if (width != Integer.BYTES || offset % Integer.BYTES != 0) {
          guest.mmio().write(offset, width, -1);
          guest.mmio().write(offset, width, 1);
          guest.mmio().write(offset, width, 0);
          assertThat(guest.mmio().read(offset, width))
              .as("%d bytes at 0x%x", width, offset)
              .isZero();
        }
      }
    }
  }

  private static final Set<Integer> READ_ONLY =
      Set.of(
          MAGIC_VALUE,
          VERSION_NUMBER,
          DEVICE_ID,
          VENDOR_ID,
          DEVICE_FEATURES,
          QUEUE_SIZE_MAX,
          INTERRUPT_STATUS,
          SHM_LEN_LOW,
          SHM_LEN_HIGH,
          SHM_BASE_LOW,
          SHM_BASE_HIGH,
          CONFIG_GENERATION);

  private static final Set<Integer> WRITE_ONLY =
      Set.of(
          DEVICE_FEATURES_SEL,
          DRIVER_FEATURES_SEL,
          DRIVER_FEATURES,
          QUEUE_SEL,
          QUEUE_SIZE,
          QUEUE_NOTIFY,
          INTERRUPT_ACK,
          QUEUE_DESC_LOW,
          QUEUE_DESC_HIGH,
          QUEUE_DRIVER_LOW,
          QUEUE_DRIVER_HIGH,
          QUEUE_DEVICE_LOW,
          QUEUE_DEVICE_HIGH,
          SHM_SEL);

  /** Queue reset is read and written, too. */
  private static final int QUEUE_RESET_REGISTER = 0x0c0;

  private static final Set<Integer> READ_AND_WRITTEN =
      Set.of(QUEUE_READY, STATUS, QUEUE_RESET_REGISTER);

  private static List<Attack> unknownRegisters() {
    return List.of(
        attack(
            "unknown offsets",
            guest -> {
              guest.bringUp();
              for (int offset = 0; offset < CONFIG; offset += Integer.BYTES) {
                if (!READ_ONLY.contains(offset)
                    && !WRITE_ONLY.contains(offset)
                    && !READ_AND_WRITTEN.contains(offset)) {
                  guest.mmio().write(offset, Integer.BYTES, -1);
                  guest.mmio().write(offset, Integer.BYTES, 0);
                  assertThat(guest.mmio().read(offset, Integer.BYTES)).as("0x%x", offset).isZero();
                }
              }
              guest.expectWorking();
            }),
        attack(
            "writes to what is read-only",
            guest -> {
              guest.bringUp();
              for (int offset : READ_ONLY) {
                long before = guest.mmio().read(offset, Integer.BYTES);
                guest.mmio().write(offset, Integer.BYTES, ~before);
                assertThat(guest.mmio().read(offset, Integer.BYTES)).isEqualTo(before);
              }
              guest.expectWorking();
            }),
        attack(
            "reads of what is write-only",
            guest -> {
              guest.bringUp();
              for (int offset : WRITE_ONLY) {
                assertThat(guest.mmio().read(offset, Integer.BYTES)).as("0x%x", offset).isZero();
              }
              guest.expectWorking();
            }),
        attack(
            "beyond the configuration space",
            guest -> {
              guest.bringUp();
              for (int offset = CONFIG + 0x80; offset < WINDOW_SIZE + 64; offset++) {
                guest.mmio().write(offset, Byte.BYTES, -1);
                guest.mmio().read(offset, Byte.BYTES);
              }
              guest.expectWorking();
            }));
  }

  private static List<Attack> selectorsOutOfRange() {
    return List.of(
        attack(
            "feature words",
            guest -> {
              for (int word : ODD_INDICES) {
                assertThat(guest.transport().deviceFeatures(word)).as("word %d", word).isZero();
                guest.transport().driverFeatures(word, 0);
              }
              guest.bringUp();
              guest.expectWorking();
            }),
        attack(
            "queues",
            guest -> {
              guest.bringUp();
              for (int queue : ABSENT_QUEUES) {
                assertThat(guest.transport().queueSizeMax(queue)).as("queue %d", queue).isZero();
                guest.transport().queueSize(queue, 2);
                guest.transport().queueAddresses(queue, 0x10000, 0x11000, 0x12000);
                guest.transport().enableQueue(queue, 1);
                assertThat(guest.transport().queueEnabled(queue)).isZero();
                guest.transport().notifyQueue(queue);
              }
              guest.expectWorking();
            }));
  }

  private static List<Attack> enableIsNoBoolean() {
    return List.of(
        attack(
            "other values",
            guest -> {
              guest.negotiate(guest.accepted());
              guest.programQueue();
              for (int value : ODD_INDICES) {
                guest.transport().enableQueue(0, value & ~1);
                assertThat(guest.transport().queueEnabled(0)).isZero();
              }
              guest.transport().enableQueue(0, 1);
              guest.addStatus(DeviceStatus.DRIVER_OK);
              for (int value : ODD_INDICES) {
                guest.transport().enableQueue(0, value);
              }
              guest.expectWorking();
            }),
        attack(
            "0 while it runs",
            guest -> {
              guest.bringUp();
              guest.transport().enableQueue(0, 0);
              assertThat(guest.transport().queueEnabled(0)).isBetween(0, 1);
              guest.kick();
              guest.rest();
              assertThat(guest.hasStatus(DeviceStatus.NEEDS_RESET)).isFalse();
            }));
  }

  private static List<Attack> absentSharedMemory() {
    return List.of(
        attack(
            "any region",
            guest -> {
              for (int region : new int[] {0, 1, 255, -1}) {
                guest.mmio().write(SHM_SEL, Integer.BYTES, region);
                for (int register :
                    new int[] {SHM_LEN_LOW, SHM_LEN_HIGH, SHM_BASE_LOW, SHM_BASE_HIGH}) {
                  assertThat((int) guest.mmio().read(register, Integer.BYTES)).isEqualTo(-1);
                }
              }
            }));
  }

  private static List<Attack> configWidth() {
    return List.of(
        attack(
            "every offset, every width, far beyond the end",
            guest -> {
              guest.bringUp();
              for (int offset = 0; offset < 0x110; offset++) {
                for (int width : new int[] {1, 2, 4, 8}) {
                  guest.transport().readConfig(offset, width);
                  guest.transport().writeConfig(offset, width, -1);
                }
              }
              assertThat(guest.transport().readConfig(0, Long.BYTES)).isEqualTo(Setup.SECTORS);
              guest.expectWorking();
            }));
  }

  private static List<Attack> suspend() {
    Setup setup = Setup.DEFAULT.with(Feature.SUSPEND).onSlowDisk();
    return List.of(
        attack(
            "with a request in flight",
            setup,
            guest -> {
              guest.bringUp();
              Buffer target = guest.in(SECTOR);
              Request read = guest.request(BlkRequestType.IN, 3, target);
              guest.send(read);
              guest.sleep(RawGuest.SERVICE_NS / 2);
              guest.addStatus(DeviceStatus.SUSPEND);
              int either = DeviceStatus.SUSPEND | DeviceStatus.NEEDS_RESET;
              for (int looks = 0; !guest.hasStatus(either); looks++) {
                assertThat(looks).isLessThan(PATIENCE);
                guest.sleep(RawGuest.SERVICE_NS);
              }
              guest.expectSilence();
            }),
        attack(
            "before DRIVER_OK, and twice",
            setup,
            guest -> {
              guest.negotiate(guest.accepted());
              guest.addStatus(DeviceStatus.SUSPEND);
              guest.addStatus(DeviceStatus.SUSPEND);
              guest.rest();
            }),
        attack(
            "without the feature",
            Setup.DEFAULT.without(Feature.SUSPEND),
            guest -> {
              guest.bringUp();
              guest.addStatus(DeviceStatus.SUSPEND);
              guest.expectStatus(BlkStatus.OK, guest.request(BlkRequestType.FLUSH, 0));
            }));
  }
}
