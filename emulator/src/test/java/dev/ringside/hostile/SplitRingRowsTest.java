package dev.ringside.hostile;

import static dev.ringside.hostile.Attack.attack;
import static dev.ringside.virtio.spec.SplitLayout.DESC_F_INDIRECT;
import static dev.ringside.virtio.spec.SplitLayout.DESC_F_NEXT;
import static dev.ringside.virtio.spec.SplitLayout.DESC_F_WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ringside.hostile.GuestRing.Buffer;
import dev.ringside.hostile.RawGuest.Request;
import dev.ringside.machine.GuestMemory;
import dev.ringside.virtio.spec.BlkRequestType;
import dev.ringside.virtio.spec.BlkStatus;
import dev.ringside.virtio.spec.DeviceStatus;
import dev.ringside.virtio.spec.Feature;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.TestFactory;

/** Rows 1 to 26 of the catalogue. */
class SplitRingRowsTest {
  private static final int SECTOR = 512;
  private static final int ENTRY = 16;

  @TestFactory
  Stream<DynamicContainer> rows() {
    return Rows.tests(SplitRingRow.values(), SplitRingRowsTest::attacks);
  }

  static List<Attack> attacks(SplitRingRow row) {
    return switch (row) {
      case AVAILABLE_INDEX_JUMPS -> availableIndexJumps();
      case HEAD_OUT_OF_RANGE -> headOutOfRange();
      case NEXT_OUT_OF_RANGE -> nextOutOfRange();
      case LOOP -> loop();
      case CHAIN_TOO_LARGE -> chainTooLarge();
      case BUFFER_OUTSIDE_RAM -> bufferOutsideRam();
      case BUFFER_ON_A_RING -> bufferOnARing();
      case EMPTY_BUFFER -> emptyBuffer();
      case READABLE_AFTER_WRITABLE -> readableAfterWritable();
      case INDIRECT_NOT_NEGOTIATED -> indirectNotNegotiated();
      case INDIRECT_NESTED -> indirectNested();
      case INDIRECT_WITH_NEXT -> indirectWithNext();
      case INDIRECT_LENGTH -> indirectLength();
      case INDIRECT_AND_WRITE -> indirectAndWrite();
      case DIRECT_THEN_INDIRECT -> directThenIndirect();
      case INDIRECT_TABLE_PLACE -> indirectTablePlace();
      case HEAD_IN_FLIGHT -> headInFlight();
      case DESCRIPTOR_CHANGED_IN_FLIGHT -> descriptorChangedInFlight();
      case UNKNOWN_DESCRIPTOR_FLAGS -> unknownDescriptorFlags();
      case USED_RING_SCRIBBLED -> usedRingScribbled();
      case SUPPRESSION_NONSENSE -> suppressionNonsense();
      case IDLE_KICKS -> idleKicks();
      case KICK_BEFORE_DRIVER_OK -> kickBeforeDriverOk();
      case QUEUE_SIZE -> queueSize();
      case RING_PLACE -> ringPlace();
      case QUEUE_RECONFIGURED -> queueReconfigured();
    };
  }

  private static List<Attack> availableIndexJumps() {
    return IntStream.of(17, 0x8000, 0xffff)
        .mapToObj(
            index ->
                attack(
                    "to " + index,
                    guest -> {
                      guest.bringUp();
                      guest.split().availableIndex(index);
                      guest.kick();
                      guest.expectNeedsReset();
                    }))
        .toList();
  }

  private static List<Attack> headOutOfRange() {
    return IntStream.of(16, 0xffff)
        .mapToObj(
            head ->
                attack(
                    "descriptor " + head,
                    guest -> {
                      guest.bringUp();
                      guest.split().makeAvailable(head);
                      guest.kick();
                      guest.expectNeedsReset();
                    }))
        .toList();
  }

  private static List<Attack> nextOutOfRange() {
    return List.of(
        attack(
            "beyond the queue",
            guest -> {
              guest.bringUp();
              Buffer header = guest.header(BlkRequestType.FLUSH.code(), 0);
              guest.split().descriptor(0, header, DESC_F_NEXT, 16).makeAvailable(0);
              guest.kick();
              guest.expectNeedsReset();
            }),
        attack(
            "beyond an indirect table",
            guest -> {
              guest.bringUp();
              long table = guest.allocate(ENTRY);
              Buffer header = guest.header(BlkRequestType.FLUSH.code(), 0);
              guest.split().entry(table, 0, header, DESC_F_NEXT, 2);
              guest.split().offerIndirect(table, 2 * ENTRY, 0);
              guest.kick();
              guest.expectNeedsReset();
            }));
  }

  private static List<Attack> loop() {
    return List.of(
        attack(
            "a descriptor to itself",
            guest -> {
              guest.bringUp();
              Buffer header = guest.header(BlkRequestType.OUT.code(), 0);
              guest.split().descriptor(0, header, DESC_F_NEXT, 0).makeAvailable(0);
              guest.kick();
              guest.expectNeedsReset();
            }),
        attack(
            "two descriptors to each other, both empty",
            guest -> {
              guest.bringUp();
              Buffer empty = new Buffer(GuestMemory.FRAME_SIZE, 0, false);
              guest
                  .split()
                  .descriptor(0, empty, DESC_F_NEXT, 1)
                  .descriptor(1, empty, DESC_F_NEXT, 0)
                  .makeAvailable(0);
              guest.kick();
              guest.expectNeedsReset();
            }),
        attack(
            "the whole queue, and one more",
            guest -> {
              guest.bringUp();
              Buffer piece = guest.out(SECTOR, 0);
              for (int i = 0; i < guest.ring().size(); i++) {
                guest.split().descriptor(i, piece, DESC_F_NEXT, (i + 1) % guest.ring().size());
              }
              guest.split().makeAvailable(3);
              guest.kick();
              guest.expectNeedsReset();
            }));
  }

  /** 16 MiB often enough: the sum counts, not the memory. */
  private static List<Attack> chainTooLarge() {
    int pieceBytes = 1 << 24;
    int pieces = 1 << 8;
    Setup setup = Setup.DEFAULT.withRam(pieceBytes + (int) GuestRam.LOW_SIZE).withQueueSize(512);
    return List.of(
        attack(
            "2^32 and a few",
            setup,
            guest -> {
              guest.bringUp();
              Buffer piece = new Buffer(GuestRam.HIGH_START, pieceBytes, false);
              List<Buffer> data = Collections.nCopies(pieces, piece);
              guest.offer(
                  guest.request(BlkRequestType.OUT, 0, data.toArray(Buffer[]::new)).chain());
              guest.expectNeedsReset();
            }),
        attack(
            "just below 2^32",
            setup,
            guest -> {
              guest.bringUp();
              Buffer piece = new Buffer(GuestRam.HIGH_START, pieceBytes, false);
              List<Buffer> data = Collections.nCopies(pieces - 1, piece);
              guest.expectStatus(
                  BlkStatus.IOERR,
                  guest.request(BlkRequestType.OUT, 0, data.toArray(Buffer[]::new)));
            }));
  }

  private static List<Attack> bufferOutsideRam() {
    long end = GuestRam.HIGH_START + Setup.DEFAULT.ramBytes() - GuestRam.LOW_SIZE;
    return LongStream.of(
            end, // behind RAM
            end - 1, // over its end
            GuestRam.LOW_SIZE - 1, // into the hole
            RawGuest.REGISTERS, // the device's own registers
            GuestRam.HIGH_START - 1, // out of the hole
            0x1_0000_0000L,
            Long.MAX_VALUE - 100,
            Long.MIN_VALUE,
            -SECTOR, // up to 2^64
            -1) // around 2^64
        .boxed()
        .flatMap(
            address ->
                Stream.of(true, false)
                    .map(
                        writable ->
                            attack(
                                "%s at 0x%x".formatted(writable ? "writable" : "readable", address),
                                guest -> {
                                  guest.bringUp();
                                  BlkRequestType type =
                                      writable ? BlkRequestType.IN : BlkRequestType.OUT;
                                  Buffer data = new Buffer(address, SECTOR, writable);
                                  guest.offer(guest.request(type, 0, data).chain());
                                  guest.expectNeedsReset();
                                })))
        .toList();
  }

  /** The status must go where the descriptors said before the data was written over them. */
  private static List<Attack> bufferOnARing() {
    return List.of(
        attack("descriptors", guest -> readOnto(guest, ringStart(guest))),
        attack(
            "available ring",
            guest -> {
              guest.bringUp();
              readOnto(guest, guest.isPacked() ? ringStart(guest) : guest.split().available());
            }),
        attack(
            "used ring",
            guest -> {
              guest.bringUp();
              readOnto(guest, guest.isPacked() ? ringStart(guest) : guest.split().used());
            }));
  }

  private static long ringStart(RawGuest guest) {
    if (!guest.hasStatus(DeviceStatus.DRIVER_OK)) {
      guest.bringUp();
    }
    return guest.isPacked() ? guest.packed().ring() : guest.split().descriptors();
  }

  private static void readOnto(RawGuest guest, long target) {
    Request request = guest.request(BlkRequestType.IN, 7, new Buffer(target, SECTOR, true));
    guest.send(request);
    guest.rest();
    // What now stands on the ring may break a rule before the request is given back.
    if (!guest.hasStatus(DeviceStatus.NEEDS_RESET)) {
      assertThat(guest.statusOf(request)).isEqualTo(BlkStatus.OK);
    }
  }

  private static List<Attack> emptyBuffer() {
    Buffer empty = new Buffer(GuestMemory.FRAME_SIZE, 0, false);
    Buffer emptyWritable = new Buffer(GuestMemory.FRAME_SIZE, 0, true);
    return List.of(
        attack(
            "between header and data",
            guest -> {
              guest.bringUp();
              guest.expectStatus(
                  BlkStatus.OK,
                  guest.request(BlkRequestType.OUT, 1, empty, guest.out(SECTOR, 1), empty));
            }),
        attack(
            "writable, around data",
            guest -> {
              guest.bringUp();
              guest.expectStatus(
                  BlkStatus.OK,
                  guest.request(
                      BlkRequestType.IN, 1, emptyWritable, guest.in(SECTOR), emptyWritable));
            }),
        attack(
            "behind the status",
            guest -> {
              guest.bringUp();
              Request flush = guest.request(BlkRequestType.FLUSH, 0);
              List<Buffer> chain =
                  List.of(flush.chain().getFirst(), flush.chain().getLast(), emptyWritable);
              guest.expectStatus(BlkStatus.OK, new Request(chain, flush.status()));
            }));
  }

  private static List<Attack> readableAfterWritable() {
    return List.of(
        attack(
            "data",
            guest -> {
              guest.bringUp();
              guest.offer(
                  guest.header(BlkRequestType.OUT.code(), 0), guest.in(1), guest.out(SECTOR, 0));
              guest.expectNeedsReset();
            }),
        attack(
            "in an indirect table",
            guest -> {
              guest.bringUp();
              long table = guest.allocate(3 * ENTRY);
              Buffer header = guest.header(BlkRequestType.OUT.code(), 0);
              guest.ring().table(table, List.of(header, guest.in(1), guest.out(SECTOR, 0)), 0);
              guest.ring().offerIndirect(table, 3 * ENTRY, 0);
              guest.kick();
              guest.expectNeedsReset();
            }),
        attack(
            "an empty one",
            guest -> {
              guest.bringUp();
              Buffer empty = new Buffer(GuestMemory.FRAME_SIZE, 0, false);
              guest.offer(guest.header(BlkRequestType.FLUSH.code(), 0), guest.in(1), empty);
              guest.expectNeedsReset();
            }));
  }

  /** A flush in a table of its own. */
  private static Request flushIn(RawGuest guest, long table, int tableFlags) {
    Request flush = guest.request(BlkRequestType.FLUSH, 0);
    guest.ring().table(table, flush.chain(), tableFlags);
    return flush;
  }

  private static List<Attack> indirectNotNegotiated() {
    return List.of(
        attack(
            "a valid table",
            Setup.DEFAULT.without(Feature.INDIRECT_DESC),
            guest -> {
              guest.bringUp();
              long table = guest.allocate(2 * ENTRY);
              flushIn(guest, table, 0);
              guest.ring().offerIndirect(table, 2 * ENTRY, 0);
              guest.kick();
              guest.expectNeedsReset();
            }));
  }

  private static List<Attack> indirectNested() {
    return List.of(
        attack(
            "a table in a table",
            guest -> {
              guest.bringUp();
              long inner = guest.allocate(2 * ENTRY);
              flushIn(guest, inner, 0);
              long outer = guest.allocate(ENTRY);
              Buffer reference = new Buffer(inner, 2 * ENTRY, false);
              guest.split().entry(outer, 0, reference, DESC_F_INDIRECT, 0);
              guest.ring().offerIndirect(outer, ENTRY, 0);
              guest.kick();
              guest.expectNeedsReset();
            }),
        attack(
            "a table that holds itself",
            guest -> {
              guest.bringUp();
              long table = guest.allocate(ENTRY);
              Buffer itself = new Buffer(table, ENTRY, false);
              guest.split().entry(table, 0, itself, DESC_F_INDIRECT, 0);
              guest.ring().offerIndirect(table, ENTRY, 0);
              guest.kick();
              guest.expectNeedsReset();
            }));
  }

  private static List<Attack> indirectWithNext() {
    return List.of(
        attack(
            "a valid table",
            guest -> {
              guest.bringUp();
              long table = guest.allocate(2 * ENTRY);
              flushIn(guest, table, 0);
              guest.ring().offerIndirect(table, 2 * ENTRY, DESC_F_NEXT);
              guest.kick();
              guest.expectNeedsReset();
            }));
  }

  private static List<Attack> indirectLength() {
    return LongStream.of(0, 1, ENTRY + 1, 17 * ENTRY, 0xffff_fff0L, 0xffff_ffffL)
        .mapToObj(
            length ->
                attack(
                    length + " bytes",
                    guest -> {
                      guest.bringUp();
                      long table = guest.allocate(17 * ENTRY);
                      guest.ring().table(table, Collections.nCopies(17, guest.out(SECTOR, 0)), 0);
                      guest.ring().offerIndirect(table, length, 0);
                      guest.kick();
                      guest.expectNeedsReset();
                    }))
        .toList();
  }

  private static List<Attack> indirectAndWrite() {
    return List.of(
        attack(
            "a valid table",
            guest -> {
              guest.bringUp();
              long table = guest.allocate(2 * ENTRY);
              Request flush = flushIn(guest, table, 0);
              guest.allow(flush.chain());
              guest.ring().offerIndirect(table, 2 * ENTRY, DESC_F_WRITE);
              guest.kick();
              guest.expectUsed();
              assertThat(guest.statusOf(flush)).isEqualTo(BlkStatus.OK);
            }));
  }

  private static List<Attack> directThenIndirect() {
    return List.of(
        attack(
            "header direct, the rest in a table",
            guest -> {
              guest.bringUp();
              Request write = guest.request(BlkRequestType.OUT, 9, guest.out(SECTOR, 0x11));
              guest.allow(write.chain());
              long table = guest.allocate(2 * ENTRY);
              guest.ring().table(table, write.chain().subList(1, 3), 0);
              Buffer reference = new Buffer(table, 2 * ENTRY, false);
              guest
                  .split()
                  .descriptor(0, write.chain().getFirst(), DESC_F_NEXT, 1)
                  .descriptor(1, reference, DESC_F_INDIRECT, 0)
                  .makeAvailable(0);
              guest.kick();
              guest.expectUsed();
              assertThat(guest.statusOf(write)).isEqualTo(BlkStatus.OK);
            }));
  }

  private static List<Attack> indirectTablePlace() {
    return Stream.concat(
            LongStream.of(RawGuest.REGISTERS, GuestRam.LOW_SIZE - ENTRY, -ENTRY, Long.MIN_VALUE)
                .mapToObj(
                    table ->
                        attack(
                            "at 0x%x".formatted(table),
                            guest -> {
                              guest.bringUp();
                              guest.ring().offerIndirect(table, 2 * ENTRY, 0);
                              guest.kick();
                              guest.expectNeedsReset();
                            })),
            Stream.of(
                attack(
                    "across pages",
                    guest -> {
                      guest.bringUp();
                      long pages = guest.allocate(2 * GuestMemory.FRAME_SIZE);
                      long table = pages + GuestMemory.FRAME_SIZE - ENTRY - 3;
                      Request flush = flushIn(guest, table, 0);
                      guest.allow(flush.chain());
                      guest.ring().offerIndirect(table, 2 * ENTRY, 0);
                      guest.kick();
                      guest.expectUsed();
                      assertThat(guest.statusOf(flush)).isEqualTo(BlkStatus.OK);
                    }),
                attack(
                    "with a loop, or as many entries as the queue",
                    guest -> {
                      guest.bringUp();
                      int size = guest.ring().size();
                      long table = guest.allocate((long) ENTRY * (size + 1));
                      Buffer piece = guest.out(SECTOR, 0);
                      guest.ring().table(table, Collections.nCopies(size + 1, piece), 0);
                      if (!guest.isPacked()) {
                        guest.split().entry(table, 1, piece, DESC_F_NEXT, 0);
                      }
                      guest.ring().offerIndirect(table, (long) ENTRY * (size + 1), 0);
                      guest.kick();
                      guest.expectNeedsReset();
                    })))
        .toList();
  }

  private static List<Attack> headInFlight() {
    return List.of(
        attack(
            "twice at once",
            Setup.DEFAULT.onSlowDisk(),
            guest -> {
              guest.bringUp();
              Request read = layRead(guest);
              guest.allow(read.chain());
              guest.split().queueHead(0).queueHead(0).availableIndex(2);
              guest.kick();
              guest.rest();
              assertThat(guest.hasStatus(DeviceStatus.NEEDS_RESET)).isTrue();
              assertThat(guest.transport().configInterrupt()).isTrue();
            }),
        attack(
            "again while the disk works on it",
            Setup.DEFAULT.onSlowDisk(),
            guest -> {
              guest.bringUp();
              Request read = layRead(guest);
              guest.allow(read.chain());
              guest.split().makeAvailable(0);
              guest.kick();
              guest.sleep(RawGuest.SERVICE_NS / 2);
              guest.split().makeAvailable(0);
              guest.kick();
              guest.rest();
              // A device that looks again only when the request is done may do it twice.
              boolean twice = guest.split().usedIndex() == 2;
              assertThat(twice || guest.hasStatus(DeviceStatus.NEEDS_RESET)).isTrue();
            }));
  }

  /** A read in descriptors 0 to 2 of a split ring, not yet available. */
  private static Request layRead(RawGuest guest) {
    Request read = guest.request(BlkRequestType.IN, 4, guest.in(SECTOR));
    guest
        .split()
        .descriptor(0, read.chain().get(0), DESC_F_NEXT, 1)
        .descriptor(1, read.chain().get(1), DESC_F_NEXT, 2)
        .descriptor(2, read.chain().get(2), 0, 0);
    return read;
  }

  private static List<Attack> descriptorChangedInFlight() {
    return List.of(
        attack(
            "all descriptors and the header point elsewhere",
            Setup.DEFAULT.onSlowDisk(),
            guest -> {
              guest.bringUp();
              Buffer target = guest.in(SECTOR);
              Request read = guest.request(BlkRequestType.IN, 4, target);
              guest.send(read);
              guest.sleep(RawGuest.SERVICE_NS / 2);
              guest.ram().fill(read.chain().getFirst().address(), ENTRY, 0xff);
              for (int i = 0; i < 3; i++) {
                Buffer elsewhere = new Buffer(GuestRam.HIGH_START, SECTOR, true);
                if (guest.isPacked()) {
                  guest.packed().descriptor(i, elsewhere, i, 0);
                } else {
                  guest.split().descriptor(i, elsewhere, DESC_F_NEXT, i);
                }
              }
              guest.expectUsed();
              assertThat(guest.statusOf(read)).isEqualTo(BlkStatus.OK);
              assertThat(guest.ram().getU8(target.address())).isEqualTo(Disk.byteOf(4));
            }));
  }

  /** Bits that this layout does not have. */
  private static final int UNKNOWN_SPLIT_FLAGS = 0xfff8;

  private static final int UNKNOWN_PACKED_FLAGS = 0x7f78;

  private static List<Attack> unknownDescriptorFlags() {
    return List.of(
        attack(
            "all of them",
            guest -> {
              guest.bringUp();
              Request read = guest.request(BlkRequestType.IN, 4, guest.in(SECTOR));
              guest.allow(read.chain());
              if (guest.isPacked()) {
                guest.packed().offer(read.chain(), 0, UNKNOWN_PACKED_FLAGS);
              } else {
                guest.split().offer(read.chain(), UNKNOWN_SPLIT_FLAGS);
              }
              guest.kick();
              guest.expectUsed();
              assertThat(guest.statusOf(read)).isEqualTo(BlkStatus.OK);
            }));
  }

  private static List<Attack> usedRingScribbled() {
    return List.of(
        attack(
            "before any request",
            guest -> {
              guest.bringUp();
              guest.split().scribbleUsed(0xff);
              Request read = guest.request(BlkRequestType.IN, 4, guest.in(SECTOR));
              guest.send(read);
              guest.rest();
              assertThat(guest.statusOf(read)).isEqualTo(BlkStatus.OK);
              assertThat(guest.split().usedIndex()).isEqualTo(1);
            }),
        attack(
            "while one is in flight",
            Setup.DEFAULT.onSlowDisk(),
            guest -> {
              guest.bringUp();
              Request read = guest.request(BlkRequestType.IN, 4, guest.in(SECTOR));
              guest.send(read);
              guest.sleep(RawGuest.SERVICE_NS / 2);
              guest.split().scribbleUsed(0xff);
              guest.rest();
              assertThat(guest.statusOf(read)).isEqualTo(BlkStatus.OK);
              assertThat(guest.split().usedIndex()).isEqualTo(1);
            }));
  }

  private static List<Attack> suppressionNonsense() {
    return List.of(
        attack(
            "unknown available flags",
            guest -> {
              guest.bringUp();
              guest.split().availableFlags(0xfffe);
              guest.roundTrip();
            }),
        attack(
            "used_event far away, then right",
            Setup.DEFAULT.with(Feature.EVENT_IDX),
            guest -> {
              guest.bringUp();
              guest.split().usedEvent(0x8000).availableFlags(0xffff);
              Request first = guest.request(BlkRequestType.FLUSH, 0);
              guest.send(first);
              guest.expectUsed();
              assertThat(guest.transport().usedInterrupt()).isFalse();
              guest.split().usedEvent(1);
              guest.expectStatus(BlkStatus.OK, guest.request(BlkRequestType.FLUSH, 0));
              guest.split().usedEvent(0);
            }));
  }

  private static List<Attack> idleKicks() {
    return List.of(
        attack(
            "empty, unknown and disabled queues",
            guest -> {
              guest.bringUp();
              for (int queue : new int[] {0, 1, 2, 64, 0x7fff, 0xffff, -1, Integer.MIN_VALUE}) {
                guest.transport().notifyQueue(queue);
              }
              guest.expectNothingUsed();
              guest.expectWorking();
            }),
        attack(
            "a queue that was never enabled",
            guest -> {
              guest.negotiate(guest.accepted());
              guest.programQueue();
              guest.addStatus(DeviceStatus.DRIVER_OK);
              guest.offer(guest.request(BlkRequestType.FLUSH, 0).chain());
              guest.expectNothingUsed();
              assertThat(guest.hasStatus(DeviceStatus.NEEDS_RESET)).isFalse();
            }));
  }

  private static List<Attack> kickBeforeDriverOk() {
    return List.of(
        attack(
            "picked up after it",
            guest -> {
              guest.negotiate(guest.accepted());
              guest.programQueue();
              guest.transport().enableQueue(0, 1);
              Request flush = guest.request(BlkRequestType.FLUSH, 0);
              guest.send(flush);
              guest.expectNothingUsed();
              assertThat(guest.transport().usedInterrupt()).isFalse();
              guest.addStatus(DeviceStatus.DRIVER_OK);
              guest.expectUsed();
              assertThat(guest.statusOf(flush)).isEqualTo(BlkStatus.OK);
            }));
  }

  private static List<Attack> queueSize() {
    Stream<Attack> refused =
        IntStream.of(0, 17, 32, 0x7fff, 0x8000, 0x10000, -1)
            .mapToObj(
                size ->
                    attack(
                        "%d is refused, the size stays".formatted(size),
                        guest -> {
                          guest.negotiate(guest.accepted());
                          guest.programQueue();
                          guest.transport().queueSize(0, size);
                          guest.transport().enableQueue(0, 1);
                          guest.addStatus(DeviceStatus.DRIVER_OK);
                          guest.expectWorking();
                        }));
    Attack odd =
        attack(
            "6 suits a packed ring only",
            guest -> {
              guest.negotiate(guest.accepted());
              guest.programQueue(6);
              guest.transport().enableQueue(0, 1);
              guest.addStatus(DeviceStatus.DRIVER_OK);
              guest.rest();
              if (guest.isPacked()) {
                guest.expectWorking();
              } else {
                assertThat(guest.transport().queueEnabled(0)).isZero();
                guest.offer(guest.request(BlkRequestType.FLUSH, 0).chain());
                guest.expectNothingUsed();
              }
            });
    return Stream.concat(refused, Stream.of(odd)).toList();
  }

  /** Where the three areas are put, and one of them wrongly. */
  private static Attack place(String name, long descriptors, long driver, long device) {
    return attack(
        name,
        guest -> {
          guest.negotiate(guest.accepted());
          guest.programQueue();
          guest.transport().queueAddresses(0, descriptors, driver, device);
          guest.transport().enableQueue(0, 1);
          assertThat(guest.transport().queueEnabled(0)).isZero();
          assertThat(guest.hasStatus(DeviceStatus.NEEDS_RESET)).isTrue();
          guest.addStatus(DeviceStatus.DRIVER_OK);
          guest.kick();
          guest.rest();
        });
  }

  private static List<Attack> ringPlace() {
    long a = 0x10000;
    long b = 0x11000;
    long c = 0x12000;
    return List.of(
        place("descriptors misaligned", a + 8, b, c),
        place("driver area misaligned", a, b + 1, c),
        place("device area misaligned", a, b, c + 2),
        place("descriptors outside RAM", -ENTRY, b, c),
        place("driver area in the registers", a, RawGuest.REGISTERS, c),
        place("descriptors over the end of low RAM", GuestRam.LOW_SIZE - ENTRY, b, c),
        place("device area outside RAM", a, b, Long.MAX_VALUE - 3),
        place("descriptors at 0", 0, b, c),
        place("driver area at 0", a, 0, c),
        place("device area at 0", a, b, 0),
        place("device area on the descriptors", a, b, a),
        place("driver area on the descriptors", a, a + ENTRY, c),
        place("device area on the driver area", a, b, b));
  }

  private static List<Attack> queueReconfigured() {
    return List.of(
        attack(
            "enabled without addresses",
            guest -> {
              guest.negotiate(guest.accepted());
              guest.transport().enableQueue(0, 1);
              guest.addStatus(DeviceStatus.DRIVER_OK);
              guest.kick();
              guest.rest();
              assertThat(guest.hasStatus(DeviceStatus.NEEDS_RESET)).isTrue();
            }),
        attack(
            "size and addresses changed while enabled",
            guest -> {
              guest.bringUp();
              guest.transport().queueSize(0, 2);
              guest.transport().queueAddresses(0, GuestRam.HIGH_START, -1, RawGuest.REGISTERS);
              guest.transport().enableQueue(0, 1);
              guest.expectWorking();
            }));
  }
}
