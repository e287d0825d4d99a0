package dev.ringside.hostile;

import static dev.ringside.hostile.Attack.attack;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ringside.hostile.GuestRing.Buffer;
import dev.ringside.hostile.GuestRing.Used;
import dev.ringside.hostile.RawGuest.Request;
import dev.ringside.machine.GuestMemory;
import dev.ringside.virtio.spec.BlkConfigLayout;
import dev.ringside.virtio.spec.BlkRequestLayout;
import dev.ringside.virtio.spec.BlkRequestType;
import dev.ringside.virtio.spec.BlkStatus;
import dev.ringside.virtio.spec.Feature;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.TestFactory;

/** Rows 52 to 74 of the catalogue, and 68a. */
class BlkRequestRowsTest {
  private static final int SECTOR = BlkRequestLayout.SECTOR_SIZE;
  private static final int RANGE = BlkRequestLayout.RANGE_SIZE;
  private static final int UNMAP = 1;
  private static final int ZONE_TYPES_FROM = BlkRequestType.ZONE_APPEND.code();
  private static final int ZONE_TYPES_TO = BlkRequestType.ZONE_RESET_ALL.code();

  @TestFactory
  Stream<DynamicContainer> rows() {
    return Rows.tests(BlkRequestRow.values(), BlkRequestRowsTest::attacks);
  }

  static List<Attack> attacks(BlkRequestRow row) {
    return switch (row) {
      case HEADER_TOO_SHORT -> headerTooShort();
      case ANY_FRAMING -> anyFraming();
      case NO_STATUS -> noStatus();
      case WRONG_DIRECTION -> wrongDirection();
      case UNKNOWN_TYPE -> unknownType();
      case DATA_NOT_IN_SECTORS -> dataNotInSectors();
      case PAST_THE_END -> pastTheEnd();
      case READ_ONLY -> readOnly();
      case NO_DATA -> noData();
      case ID_BUFFER -> idBuffer();
      case FLUSH_WITH_DATA -> flushWithData();
      case RANGE_PAYLOAD -> ofEachRangeType(BlkRequestRowsTest::rangePayload);
      case TOO_MANY_RANGES -> ofEachRangeType(BlkRequestRowsTest::tooManyRanges);
      case RANGE_OUT_OF_BOUNDS -> ofEachRangeType(BlkRequestRowsTest::rangeOutOfBounds);
      case RANGE_FLAGS -> ofEachRangeType(BlkRequestRowsTest::rangeFlags);
      case NOT_NEGOTIATED -> notNegotiated();
      case ZONES_NOT_NEGOTIATED -> zonesNotNegotiated();
      case ERASE_ON_ZONES -> ZoneRows.eraseOnZones();
      case HOST_MANAGED -> ZoneRows.hostManaged();
      case ZONE_MISUSE -> ZoneRows.misuse();
      case WRITEBACK_FIELD -> writebackField();
      case ZEROES_READ_BACK -> zeroesReadBack();
      case SEGMENT_LIMITS -> segmentLimits();
      case SHARED_BUFFERS -> sharedBuffers();
    };
  }

  private static List<Attack> headerTooShort() {
    return List.of(
        attack(
            "15 bytes",
            guest -> {
              guest.bringUp();
              guest.offer(guest.out(15, 0), guest.in(1));
              guest.expectNeedsReset();
            }),
        attack(
            "missing",
            guest -> {
              guest.bringUp();
              guest.offer(guest.in(1));
              guest.expectNeedsReset();
            }),
        attack(
            "empty",
            guest -> {
              guest.bringUp();
              guest.offer(new Buffer(GuestMemory.FRAME_SIZE, 0, false), guest.in(1));
              guest.expectNeedsReset();
            }));
  }

  private static List<Attack> anyFraming() {
    return List.of(
        attack(
            "header byte by byte",
            Setup.DEFAULT.withQueueSize(32),
            guest -> {
              guest.bringUp();
              Request write = guest.request(BlkRequestType.OUT, 2, guest.out(SECTOR, 0x33));
              Buffer header = write.chain().getFirst();
              List<Buffer> chain = new ArrayList<>();
              for (int i = 0; i < header.length(); i++) {
                chain.add(new Buffer(header.address() + i, 1, false));
              }
              chain.addAll(write.chain().subList(1, 3));
              guest.expectStatus(BlkStatus.OK, new Request(chain, write.status()));
            }),
        attack(
            "header glued to data",
            guest -> {
              guest.bringUp();
              Buffer header = guest.out(BlkRequestLayout.HEADER_SIZE + SECTOR, 0);
              guest.ram().setU32(header.address(), BlkRequestType.OUT.code());
              Buffer status = guest.in(1);
              guest.expectStatus(
                  BlkStatus.OK, new Request(List.of(header, status), status.address()));
            }),
        attack(
            "status glued to data",
            guest -> {
              guest.bringUp();
              Buffer data = guest.in(SECTOR + 1);
              Buffer header = guest.header(BlkRequestType.IN.code(), 9);
              Used used =
                  guest.expectStatus(
                      BlkStatus.OK, new Request(List.of(header, data), data.address() + SECTOR));
              assertThat(used.length()).isEqualTo(SECTOR + 1);
              assertThat(guest.ram().getU8(data.address() + SECTOR - 1)).isEqualTo(Disk.byteOf(9));
            }),
        attack(
            "data cut at odd places",
            guest -> {
              guest.bringUp();
              Buffer data = guest.in(SECTOR);
              Request read = guest.request(BlkRequestType.IN, 9, cut(data, 1, 2, 100, 511));
              guest.expectStatus(BlkStatus.OK, read);
              assertThat(guest.ram().getU8(data.address() + SECTOR - 1)).isEqualTo(Disk.byteOf(9));
            }));
  }

  private static Buffer[] cut(Buffer whole, int... at) {
    List<Buffer> pieces = new ArrayList<>();
    long from = 0;
    for (int to : at) {
      pieces.add(new Buffer(whole.address() + from, to - from, whole.writable()));
      from = to;
    }
    pieces.add(new Buffer(whole.address() + from, whole.length() - from, whole.writable()));
    return pieces.toArray(Buffer[]::new);
  }

  private static List<Attack> noStatus() {
    return List.of(
        attack(
            "nothing writable",
            guest -> {
              guest.bringUp();
              guest.offer(guest.header(BlkRequestType.FLUSH.code(), 0));
              guest.expectNeedsReset();
            }),
        attack(
            "an empty buffer",
            guest -> {
              guest.bringUp();
              Buffer empty = new Buffer(GuestMemory.FRAME_SIZE, 0, true);
              guest.offer(guest.header(BlkRequestType.FLUSH.code(), 0), empty);
              guest.expectNeedsReset();
            }));
  }

  private static List<Attack> wrongDirection() {
    return List.of(
        attack(
            "status readable",
            guest -> {
              guest.bringUp();
              guest.offer(
                  guest.header(BlkRequestType.OUT.code(), 0),
                  guest.out(SECTOR, 0),
                  guest.out(1, 0));
              guest.expectNeedsReset();
            }),
        attack(
            "header writable",
            guest -> {
              guest.bringUp();
              Buffer header = guest.header(BlkRequestType.IN.code(), 0);
              guest.offer(
                  new Buffer(header.address(), header.length(), true),
                  guest.in(SECTOR),
                  guest.in(1));
              guest.expectNeedsReset();
            }));
  }

  private static List<Attack> unknownType() {
    return List.of(
        attack(
            "each of them, with and without data",
            guest -> {
              guest.bringUp();
              int[] types = {
                2,
                3,
                5,
                6,
                7,
                9,
                12,
                17,
                19,
                21,
                23,
                25,
                27,
                99,
                0x100,
                0x1_0000,
                0x7fff_ffff,
                0x8000_0000,
                0x8000_0001,
                0xffff_ffff
              };
              for (int type : types) {
                guest.expectStatus(BlkStatus.UNSUPP, guest.request(type, 0));
                guest.expectStatus(BlkStatus.UNSUPP, guest.request(type, 0, guest.in(SECTOR)));
                guest.expectStatus(BlkStatus.UNSUPP, guest.request(type, 0, guest.out(SECTOR, 0)));
              }
            }));
  }

  private static List<Attack> dataNotInSectors() {
    return IntStream.of(1, 511, 513, 1023)
        .mapToObj(
            length ->
                attack(
                    length + " bytes",
                    guest -> {
                      guest.bringUp();
                      guest.expectStatus(
                          BlkStatus.IOERR, guest.request(BlkRequestType.IN, 0, guest.in(length)));
                      guest.expectStatus(
                          BlkStatus.IOERR,
                          guest.request(BlkRequestType.OUT, 0, guest.out(length, 0)));
                    }))
        .toList();
  }

  private static final long[] FAR_SECTORS = {
    Setup.SECTORS, 1L << 32, 1L << 54, 1L << 55, (1L << 55) - 1, Long.MAX_VALUE, Long.MIN_VALUE, -1
  };

  private static List<Attack> pastTheEnd() {
    return List.of(
        attack(
            "reads",
            guest -> {
              guest.bringUp();
              for (long sector : FAR_SECTORS) {
                guest.expectStatus(
                    BlkStatus.IOERR, guest.request(BlkRequestType.IN, sector, guest.in(SECTOR)));
              }
            }),
        attack(
            "writes",
            guest -> {
              guest.bringUp();
              for (long sector : FAR_SECTORS) {
                guest.expectStatus(
                    BlkStatus.IOERR,
                    guest.request(BlkRequestType.OUT, sector, guest.out(SECTOR, 0)));
              }
            }),
        attack(
            "across the end",
            guest -> {
              guest.bringUp();
              int last = Setup.SECTORS - 1;
              guest.expectStatus(
                  BlkStatus.IOERR,
                  guest.request(BlkRequestType.OUT, last, guest.out(2 * SECTOR, 0)));
              Buffer target = guest.in(SECTOR);
              guest.expectStatus(BlkStatus.OK, guest.request(BlkRequestType.IN, last, target));
              assertThat(guest.ram().getU8(target.address())).isEqualTo(Disk.byteOf(last));
            }));
  }

  private static List<Attack> readOnly() {
    Setup setup = Setup.DEFAULT.onReadOnlyDisk();
    return List.of(
        attack(
            "write",
            setup,
            guest -> {
              guest.bringUp();
              assertThat(Feature.BLK_RO.isIn(guest.offered())).isTrue();
              guest.expectStatus(
                  BlkStatus.IOERR, guest.request(BlkRequestType.OUT, 5, guest.out(SECTOR, 0)));
              guest.expectWorking();
            }),
        attack(
            "write by a guest that did not accept RO",
            setup.without(Feature.BLK_RO),
            guest -> {
              guest.bringUp();
              guest.expectStatus(
                  BlkStatus.IOERR, guest.request(BlkRequestType.OUT, 5, guest.out(SECTOR, 0)));
              guest.expectWorking();
            }),
        attack(
            "discard, write zeroes, erase",
            setup,
            guest -> {
              guest.bringUp();
              for (RangeType type : RangeType.values()) {
                Request request = guest.request(type.request, 0, guest.ranges(5, 1, 0));
                guest.send(request);
                guest.expectUsed();
                assertThat(guest.statusOf(request)).isIn(BlkStatus.IOERR, BlkStatus.UNSUPP);
              }
              guest.expectWorking();
            }));
  }

  private static List<Attack> noData() {
    return Stream.of(BlkRequestType.IN, BlkRequestType.OUT)
        .map(
            type ->
                attack(
                    type.name(),
                    guest -> {
                      guest.bringUp();
                      Used used = guest.expectStatus(BlkStatus.OK, guest.request(type, 0));
                      assertThat(used.length()).isEqualTo(1);
                    }))
        .toList();
  }

  private static List<Attack> idBuffer() {
    return IntStream.of(0, 1, 19, 20, 21, SECTOR)
        .mapToObj(
            length ->
                attack(
                    length + " bytes",
                    guest -> {
                      guest.bringUp();
                      Buffer id = guest.in(length);
                      Used used =
                          guest.expectStatus(
                              BlkStatus.OK, guest.request(BlkRequestType.GET_ID, 0, id));
                      int copied = Math.min(length, BlkRequestLayout.ID_BYTES);
                      assertThat(used.length()).isEqualTo(copied + 1);
                      for (int i = copied; i < length; i++) {
                        assertThat(guest.ram().getU8(id.address() + i))
                            .isEqualTo(RawGuest.UNTOUCHED);
                      }
                    }))
        .toList();
  }

  private static List<Attack> flushWithData() {
    return List.of(
        attack(
            "readable, writable, a sector",
            guest -> {
              guest.bringUp();
              BlkRequestType flush = BlkRequestType.FLUSH;
              guest.expectStatus(BlkStatus.OK, guest.request(flush, 7));
              guest.expectStatus(BlkStatus.OK, guest.request(flush, -1));
              guest.expectStatus(BlkStatus.OK, guest.request(flush, 0, guest.out(SECTOR, 0)));
              Buffer untouched = guest.in(SECTOR);
              Used used = guest.expectStatus(BlkStatus.OK, guest.request(flush, 0, untouched));
              assertThat(used.length()).isEqualTo(1);
              assertThat(guest.ram().getU8(untouched.address())).isEqualTo(RawGuest.UNTOUCHED);
            }));
  }

  /** The requests that carry ranges, with their feature and their limits in the configuration. */
  private enum RangeType {
    DISCARD(
        BlkRequestType.DISCARD,
        Feature.BLK_DISCARD,
        BlkConfigLayout.MAX_DISCARD_SECTORS,
        BlkConfigLayout.MAX_DISCARD_SEG),
    WRITE_ZEROES(
        BlkRequestType.WRITE_ZEROES,
        Feature.BLK_WRITE_ZEROES,
        BlkConfigLayout.MAX_WRITE_ZEROES_SECTORS,
        BlkConfigLayout.MAX_WRITE_ZEROES_SEG),
    SECURE_ERASE(
        BlkRequestType.SECURE_ERASE,
        Feature.BLK_SECURE_ERASE,
        BlkConfigLayout.MAX_SECURE_ERASE_SECTORS,
        BlkConfigLayout.MAX_SECURE_ERASE_SEG);

    private final BlkRequestType request;
    private final Feature feature;
    private final int maxSectorsField;
    private final int maxRangesField;

    RangeType(BlkRequestType request, Feature feature, int maxSectorsField, int maxRangesField) {
      this.request = request;
      this.feature = feature;
      this.maxSectorsField = maxSectorsField;
      this.maxRangesField = maxRangesField;
    }

    Setup setup() {
      return Setup.DEFAULT.with(feature);
    }

    long maxSectors(RawGuest guest) {
      return guest.transport().readConfig(maxSectorsField, Integer.BYTES);
    }

    long maxRanges(RawGuest guest) {
      return guest.transport().readConfig(maxRangesField, Integer.BYTES);
    }
  }

  private static List<Attack> ofEachRangeType(Function<RangeType, Attack.Body> body) {
    return Stream.of(RangeType.values())
        .map(type -> attack(type.name(), type.setup(), body.apply(type)))
        .toList();
  }

  private static Attack.Body rangePayload(RangeType type) {
    return guest -> {
      guest.bringUp();
      guest.expectStatus(BlkStatus.IOERR, guest.request(type.request, 0));
      for (int length : new int[] {1, RANGE / 2, RANGE - 1, RANGE + 1}) {
        guest.expectStatus(BlkStatus.IOERR, guest.request(type.request, 0, guest.out(length, 0)));
      }
    };
  }

  private static Attack.Body tooManyRanges(RangeType type) {
    return guest -> {
      guest.bringUp();
      int tooMany = (int) Math.min(type.maxRanges(guest), SECTOR) + 1;
      long[] values = new long[3 * tooMany];
      for (int i = 0; i < tooMany; i++) {
        values[3 * i + 1] = 1;
      }
      Request request = guest.request(type.request, 0, guest.ranges(values));
      guest.send(request);
      guest.expectUsed();
      assertThat(guest.statusOf(request)).isIn(BlkStatus.IOERR, BlkStatus.UNSUPP);
    };
  }

  private static Attack.Body rangeOutOfBounds(RangeType type) {
    return guest -> {
      guest.bringUp();
      long[][] ranges = {
        {0, Setup.SECTORS + 1, 0},
        {Setup.SECTORS - 1, 2, 0},
        {Setup.SECTORS, 1, 0},
        {1L << 55, 1, 0},
        {Long.MAX_VALUE, 1, 0},
        {Long.MIN_VALUE, 1, 0},
        {-1, 1, 0},
        {0, 0xffff_ffffL, 0},
        {0, type.maxSectors(guest) + 1, 0}
      };
      for (long[] range : ranges) {
        if (range[1] <= 0xffff_ffffL) {
          guest.expectStatus(BlkStatus.IOERR, guest.request(type.request, 0, guest.ranges(range)));
        }
      }
      guest.expectStatus(
          BlkStatus.OK, guest.request(type.request, 0, guest.ranges(Setup.SECTORS - 8, 8, 0)));
    };
  }

  private static Attack.Body rangeFlags(RangeType type) {
    return guest -> {
      guest.bringUp();
      for (int flags : new int[] {UNMAP, 2, 3, 0x100, 0x8000_0000, -1}) {
        boolean known = type == RangeType.WRITE_ZEROES && flags == UNMAP;
        guest.expectStatus(
            known ? BlkStatus.OK : BlkStatus.UNSUPP,
            guest.request(type.request, 0, guest.ranges(8, 8, flags)));
      }
    };
  }

  private static List<Attack> notNegotiated() {
    return Stream.concat(
            Stream.of(RangeType.values())
                .map(
                    type ->
                        attack(
                            type.name(),
                            Setup.DEFAULT.without(type.feature),
                            guest -> {
                              guest.bringUp();
                              guest.expectStatus(
                                  BlkStatus.UNSUPP,
                                  guest.request(type.request, 0, guest.ranges(8, 8, 0)));
                            })),
            Stream.of(
                attack(
                    "FLUSH",
                    Setup.DEFAULT.without(Feature.BLK_FLUSH, Feature.BLK_CONFIG_WCE),
                    guest -> {
                      guest.bringUp();
                      guest.expectStatus(BlkStatus.UNSUPP, guest.request(BlkRequestType.FLUSH, 0));
                    }),
                attack(
                    "GET_LIFETIME",
                    Setup.DEFAULT.without(Feature.BLK_LIFETIME),
                    guest -> {
                      guest.bringUp();
                      guest.expectStatus(
                          BlkStatus.UNSUPP,
                          guest.request(BlkRequestType.GET_LIFETIME, 0, guest.in(SECTOR)));
                    })))
        .toList();
  }

  private static List<Attack> zonesNotNegotiated() {
    return List.of(
        attack(
            "each of them",
            guest -> {
              guest.bringUp();
              for (int type = ZONE_TYPES_FROM; type <= ZONE_TYPES_TO; type++) {
                guest.expectStatus(BlkStatus.UNSUPP, guest.request(type, 0, guest.in(SECTOR)));
                guest.expectStatus(BlkStatus.UNSUPP, guest.request(type, 0, guest.out(SECTOR, 0)));
              }
            }));
  }

  private static List<Attack> writebackField() {
    return List.of(
        attack(
            "neither 0 nor 1",
            Setup.DEFAULT.with(Feature.BLK_CONFIG_WCE),
            guest -> {
              guest.bringUp();
              for (int value : new int[] {0, 1}) {
                guest.transport().writeConfig(BlkConfigLayout.CACHE_MODE, 1, value);
                assertThat(guest.transport().readConfig(BlkConfigLayout.CACHE_MODE, 1))
                    .isEqualTo(value);
                guest.transport().writeConfig(BlkConfigLayout.CACHE_MODE, 1, 2);
                guest.transport().writeConfig(BlkConfigLayout.CACHE_MODE, 1, 0xff);
                assertThat(guest.transport().readConfig(BlkConfigLayout.CACHE_MODE, 1))
                    .isEqualTo(value);
              }
              guest.expectWorking();
            }),
        attack(
            "without the feature",
            Setup.DEFAULT.without(Feature.BLK_CONFIG_WCE),
            guest -> {
              guest.bringUp();
              long before = guest.transport().readConfig(BlkConfigLayout.CACHE_MODE, 1);
              guest.transport().writeConfig(BlkConfigLayout.CACHE_MODE, 1, 0);
              guest.transport().writeConfig(BlkConfigLayout.CACHE_MODE, 1, 1);
              assertThat(guest.transport().readConfig(BlkConfigLayout.CACHE_MODE, 1))
                  .isEqualTo(before);
              guest.expectWorking();
            }));
  }

  private static List<Attack> zeroesReadBack() {
    return IntStream.of(0, UNMAP)
        .mapToObj(
            flags ->
                attack(
                    flags == 0 ? "written" : "unmapped",
                    Setup.DEFAULT.with(Feature.BLK_WRITE_ZEROES),
                    guest -> {
                      guest.bringUp();
                      guest.expectStatus(
                          BlkStatus.OK,
                          guest.request(
                              BlkRequestType.WRITE_ZEROES, 0, guest.ranges(10, 2, flags)));
                      Buffer target = guest.in(4 * SECTOR);
                      guest.expectStatus(BlkStatus.OK, guest.request(BlkRequestType.IN, 9, target));
                      int[] expected = {Disk.byteOf(9), 0, 0, Disk.byteOf(12)};
                      for (int i = 0; i < expected.length; i++) {
                        long sector = target.address() + (long) i * SECTOR;
                        assertThat(guest.ram().getU8(sector)).isEqualTo(expected[i]);
                        assertThat(guest.ram().getU8(sector + SECTOR - 1)).isEqualTo(expected[i]);
                      }
                    }))
        .toList();
  }

  private static List<Attack> segmentLimits() {
    return List.of(
        attack(
            "more segments than seg_max",
            Setup.DEFAULT.withQueueSize(512).withRam(4 << 20),
            guest -> {
              guest.bringUp();
              long max = guest.transport().readConfig(BlkConfigLayout.SEG_MAX, Integer.BYTES);
              int segments = (int) Math.min(max + 2, 510);
              int length = 2 * SECTOR / 32;
              Buffer piece = guest.in(length);
              Buffer[] data = Collections.nCopies(segments / 32 * 32, piece).toArray(Buffer[]::new);
              expectOkOrError(guest, guest.request(BlkRequestType.IN, 0, data));
            }),
        attack(
            "a segment larger than size_max",
            Setup.DEFAULT.withSegmentsOf(4 * SECTOR).with(Feature.BLK_SIZE_MAX),
            guest -> {
              guest.bringUp();
              long max = guest.transport().readConfig(BlkConfigLayout.SIZE_MAX, Integer.BYTES);
              assertThat(max).isEqualTo(4 * SECTOR);
              Buffer data = guest.in((int) max + SECTOR);
              expectOkOrError(guest, guest.request(BlkRequestType.IN, 0, data));
            }));
  }

  private static void expectOkOrError(RawGuest guest, Request request) {
    guest.send(request);
    guest.expectUsed();
    assertThat(guest.statusOf(request)).isIn(BlkStatus.OK, BlkStatus.IOERR);
  }

  private static List<Attack> sharedBuffers() {
    return List.of(
        attack(
            "one buffer in requests that are in flight together",
            Setup.DEFAULT.onSlowDisk(),
            guest -> {
              guest.bringUp();
              Buffer shared = guest.in(SECTOR);
              Request first = guest.request(BlkRequestType.IN, 1, shared);
              Request second = guest.request(BlkRequestType.IN, 2, shared);
              guest.send(first);
              guest.send(second);
              guest.rest();
              assertThat(guest.statusOf(first)).isEqualTo(BlkStatus.OK);
              assertThat(guest.statusOf(second)).isEqualTo(BlkStatus.OK);
              assertThat(guest.ram().getU8(shared.address())).isIn(Disk.byteOf(1), Disk.byteOf(2));
            }),
        attack(
            "one buffer in two queues, and kicks of queues that are not there",
            Setup.DEFAULT.withQueues(2).onSlowDisk(),
            guest -> {
              GuestRing second = guest.bringUpWithTwoQueues();
              Buffer shared = guest.in(SECTOR);
              Request first = guest.request(BlkRequestType.IN, 1, shared);
              Request other = guest.request(BlkRequestType.IN, 2, shared);
              guest.send(first);
              guest.allow(other.chain());
              second.offer(other.chain());
              for (int queue = 1; queue < 5; queue++) {
                guest.transport().notifyQueue(queue);
              }
              guest.rest();
              assertThat(second.take()).isNotNull();
              assertThat(guest.statusOf(first)).isEqualTo(BlkStatus.OK);
              assertThat(guest.statusOf(other)).isEqualTo(BlkStatus.OK);
            }));
  }
}
