package dev.ringside.hostile;

import static dev.ringside.hostile.Attack.attack;
import static dev.ringside.hostile.PackedGuestRing.AVAIL;
import static dev.ringside.hostile.PackedGuestRing.EVENTS_DESCRIPTOR;
import static dev.ringside.hostile.PackedGuestRing.EVENTS_DISABLE;
import static dev.ringside.hostile.PackedGuestRing.EVENTS_ENABLE;
import static dev.ringside.hostile.PackedGuestRing.EVENTS_RESERVED;
import static dev.ringside.hostile.PackedGuestRing.INDIRECT;
import static dev.ringside.hostile.PackedGuestRing.NEXT;
import static dev.ringside.hostile.PackedGuestRing.USED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ringside.hostile.GuestRing.Buffer;
import dev.ringside.hostile.GuestRing.Used;
import dev.ringside.hostile.RawGuest.Request;
import dev.ringside.virtio.spec.BlkRequestType;
import dev.ringside.virtio.spec.BlkStatus;
import dev.ringside.virtio.spec.DeviceStatus;
import dev.ringside.virtio.spec.Feature;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.TestFactory;

/** Rows 27 to 33 of the catalogue. */
class PackedRingRowsTest {
  private static final int SECTOR = 512;
  private static final int ENTRY = 16;

  /** The largest queue, and RAM that holds it. */
  private static final Setup LARGEST =
      Setup.DEFAULT.withQueueSize(32768).withRam(GuestRam.LOW_SIZE + (4 << 20));

  @TestFactory
  Stream<DynamicContainer> rows() {
    return Rows.tests(PackedRingRow.values(), PackedRingRowsTest::attacks);
  }

  static List<Attack> attacks(PackedRingRow row) {
    return switch (row) {
      case FLAGS_OF_ANOTHER_LAP -> flagsOfAnotherLap();
      case LIST_TOO_LONG -> listTooLong();
      case FIRST_BEFORE_REST -> firstBeforeRest();
      case BUFFER_ID -> bufferId();
      case MIXED_LIST -> mixedList();
      case EVENT_SUPPRESSION -> eventSuppression();
      case QUEUE_SIZES -> queueSizes();
    };
  }

  private static List<Attack> flagsOfAnotherLap() {
    return IntStream.of(0, USED, AVAIL | USED)
        .mapToObj(
            flags ->
                attack(
                    "flags 0x%x in the first lap".formatted(flags),
                    guest -> {
                      guest.bringUp();
                      Buffer header = guest.header(BlkRequestType.FLUSH.code(), 0);
                      guest.packed().descriptor(0, header, 0, flags | NEXT);
                      guest.kick();
                      guest.rest();
                      assertThat(guest.hasStatus(DeviceStatus.NEEDS_RESET)).isFalse();
                      assertThat(guest.transport().usedInterrupt()).isFalse();
                    }))
        .toList();
  }

  private static List<Attack> listTooLong() {
    return List.of(
        attack(
            "every slot of this lap",
            guest -> {
              guest.bringUp();
              Buffer piece = guest.out(SECTOR, 0);
              for (int slot = guest.ring().size() - 1; slot >= 0; slot--) {
                guest.packed().descriptor(slot, piece, 0, AVAIL | NEXT);
              }
              guest.kick();
              guest.expectNeedsReset();
            }),
        attack(
            "every slot of both laps at once",
            guest -> {
              guest.bringUp();
              Buffer piece = guest.out(SECTOR, 0);
              for (int slot = guest.ring().size() - 1; slot > 0; slot--) {
                guest.packed().descriptor(slot, piece, 0, AVAIL | USED | NEXT);
              }
              guest.packed().descriptor(0, piece, 0, AVAIL | NEXT);
              guest.kick();
              guest.expectNeedsReset();
            }));
  }

  private static List<Attack> firstBeforeRest() {
    return List.of(
        attack(
            "the rest comes after the kick",
            guest -> {
              guest.bringUp();
              Request flush = guest.request(BlkRequestType.FLUSH, 0);
              guest.allow(flush.chain());
              guest.packed().descriptor(0, flush.chain().get(0), 0, AVAIL | NEXT);
              guest.kick();
              guest.rest();
              guest.packed().descriptor(1, flush.chain().get(1), 0, AVAIL);
              guest.kick();
              guest.rest();
              boolean broken = guest.hasStatus(DeviceStatus.NEEDS_RESET);
              assertThat(broken || guest.statusOf(flush) == BlkStatus.OK).isTrue();
            }));
  }

  private static List<Attack> bufferId() {
    return List.of(
        attack(
            "beyond the ring",
            guest -> {
              guest.bringUp();
              for (int id : new int[] {guest.ring().size(), 0x8000, 0xffff}) {
                Request flush = guest.request(BlkRequestType.FLUSH, 0);
                guest.allow(flush.chain());
                guest.packed().offer(flush.chain(), id, 0);
                guest.kick();
                assertThat(guest.expectUsed().id()).isEqualTo(id);
                assertThat(guest.statusOf(flush)).isEqualTo(BlkStatus.OK);
              }
            }),
        attack(
            "twice in flight",
            Setup.DEFAULT.onSlowDisk(),
            guest -> {
              guest.bringUp();
              Request first = guest.request(BlkRequestType.IN, 1, guest.in(SECTOR));
              Request second = guest.request(BlkRequestType.IN, 2, guest.in(SECTOR));
              guest.allow(first.chain());
              guest.allow(second.chain());
              guest.packed().offer(first.chain(), 7, 0);
              guest.packed().offer(second.chain(), 7, 0);
              guest.kick();
              Used used = guest.expectUsed();
              assertThat(used.id()).isEqualTo(7);
              assertThat(Objects.requireNonNull(guest.ring().take()).id()).isEqualTo(7);
              assertThat(guest.statusOf(first)).isEqualTo(BlkStatus.OK);
              assertThat(guest.statusOf(second)).isEqualTo(BlkStatus.OK);
            }));
  }

  private static List<Attack> mixedList() {
    return List.of(
        attack(
            "direct, then indirect",
            guest -> {
              guest.bringUp();
              Request flush = guest.request(BlkRequestType.FLUSH, 0);
              long table = guest.allocate(ENTRY);
              guest.ring().table(table, flush.chain().subList(1, 2), 0);
              Buffer reference = new Buffer(table, ENTRY, false);
              guest.packed().descriptor(1, reference, 0, AVAIL | INDIRECT);
              guest.packed().descriptor(0, flush.chain().getFirst(), 0, AVAIL | NEXT);
              guest.kick();
              guest.expectNeedsReset();
            }),
        attack(
            "every flag but WRITE in a table",
            guest -> {
              guest.bringUp();
              Request flush = guest.request(BlkRequestType.FLUSH, 0);
              guest.allow(flush.chain());
              long table = guest.allocate(2 * ENTRY);
              guest.ring().table(table, flush.chain(), 0xffff & ~PackedGuestRing.WRITE);
              guest.ring().offerIndirect(table, 2 * ENTRY, 0);
              guest.kick();
              guest.expectUsed();
              assertThat(guest.statusOf(flush)).isEqualTo(BlkStatus.OK);
            }));
  }

  private static List<Attack> eventSuppression() {
    return List.of(
        attack(
            "reserved flags",
            guest -> {
              guest.bringUp();
              guest.packed().driverEvent(0, EVENTS_RESERVED);
              guest.roundTrip();
            }),
        attack(
            "an offset without EVENT_IDX",
            guest -> {
              guest.bringUp();
              guest.packed().driverEvent(0x7fff, EVENTS_DESCRIPTOR);
              guest.roundTrip();
            }),
        attack(
            "an offset beyond the ring",
            Setup.DEFAULT.with(Feature.EVENT_IDX),
            guest -> {
              guest.bringUp();
              guest.packed().driverEvent(0x7fff, EVENTS_DESCRIPTOR);
              Request flush = guest.request(BlkRequestType.FLUSH, 0);
              guest.send(flush);
              guest.expectUsed();
              guest.packed().driverEvent(0, EVENTS_ENABLE);
              guest.roundTrip();
            }),
        attack(
            "flags with every reserved bit",
            guest -> {
              guest.bringUp();
              guest.packed().driverEvent(0xffff, 0xfffc | EVENTS_ENABLE);
              guest.roundTrip();
            }),
        attack(
            "disabled, and asked for again",
            guest -> {
              guest.bringUp();
              guest.packed().driverEvent(0, EVENTS_DISABLE);
              guest.send(guest.request(BlkRequestType.FLUSH, 0));
              guest.expectUsed();
              assertThat(guest.transport().usedInterrupt()).isFalse();
              guest.packed().driverEvent(0, EVENTS_ENABLE);
              guest.roundTrip();
            }));
  }

  private static List<Attack> queueSizes() {
    return List.of(
        sized(3, Setup.DEFAULT),
        sized(5, Setup.DEFAULT),
        sized(16, Setup.DEFAULT),
        sized(32768, LARGEST),
        sized(32767, LARGEST),
        attack(
            "size 1, which holds no request but enables",
            guest -> {
              guest.negotiate(guest.accepted());
              guest.programQueue(1);
              guest.transport().enableQueue(0, 1);
              assertThat(guest.transport().queueEnabled(0)).isEqualTo(1);
              guest.addStatus(DeviceStatus.DRIVER_OK);
              guest.offer(guest.header(BlkRequestType.FLUSH.code(), 0));
              guest.expectNeedsReset();
            }));
  }

  /** Three laps and more of requests, so that both wrap counters flip. */
  private static Attack sized(int size, Setup setup) {
    int requests = Math.min(3 * size, 64);
    return attack(
        "size " + size,
        setup,
        guest -> {
          guest.negotiate(guest.accepted());
          guest.programQueue(size);
          guest.transport().enableQueue(0, 1);
          guest.addStatus(DeviceStatus.DRIVER_OK);
          Request flush = guest.request(BlkRequestType.FLUSH, 0);
          for (int i = 0; i < requests; i++) {
            guest.expectStatus(BlkStatus.OK, flush);
            guest.ram().setU8(flush.status(), RawGuest.UNTOUCHED);
          }
        });
  }
}
