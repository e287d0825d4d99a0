package dev.ringside.virtio.vhost;

import static dev.ringside.virtio.spec.VhostUserLayout.*;
import static dev.ringside.virtio.vhost.RawFrontend.*;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ringside.posix.FileCalls;
import dev.ringside.virtio.spec.BlkRequestType;
import dev.ringside.virtio.spec.BlkStatus;
import dev.ringside.virtio.spec.VhostUserRequest;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A frontend that lies, or dies. Whatever it does, the next one is served and nothing is left. */
class HostileFrontendTest {
  private static final long BEYOND = 1L << 40;

  private final ServedDisk disk = new ServedDisk(2, false);
  private final ServedDisk.Traces before;

  HostileFrontendTest() throws IOException {
    disk.connect(guest -> guest.bringUp().request(BlkRequestType.IN, 0, 512));
    before = ServedDisk.Traces.now();
  }

  @AfterEach
  void servesTheNextOneAndLeavesNothing() throws IOException {
    disk.connect(
        guest -> {
          guest.bringUp();
          assertThat(guest.request(BlkRequestType.IN, 0, 512)).isEqualTo(BlkStatus.OK);
        });
    ServedDisk.Traces.expectNothingMoreThan(before);
  }

  private static Arguments lie(String why, ServedDisk.Use use) {
    return Arguments.of(why, use);
  }

  static List<Arguments> lies() {
    long page = 4096;
    return List.of(
        lie("none of vhost-user's", guest -> message(guest, 0, 0)),
        lie("none of vhost-user's", guest -> message(guest, 99, 8)),
        lie("none of vhost-user's", guest -> message(guest, -1, 0)),
        lie("has 4 bytes", guest -> message(guest, VhostUserRequest.SET_FEATURES.code(), 4)),
        lie("has 16 bytes", guest -> message(guest, VhostUserRequest.SET_FEATURES.code(), 16)),
        lie("0 descriptors", guest -> guest.number(VhostUserRequest.SET_VRING_KICK, 0)),
        lie(
            "1 descriptors",
            guest ->
                guest.number(
                    VhostUserRequest.SET_VRING_KICK, VRING_NO_DESCRIPTOR, guest.kick.descriptor())),
        lie(
            "2 descriptors",
            guest ->
                guest.number(
                    VhostUserRequest.SET_VRING_CALL,
                    0,
                    guest.call.descriptor(),
                    guest.call.descriptor())),
        lie(
            "value 0x200",
            guest -> guest.number(VhostUserRequest.SET_VRING_CALL, 0x200, guest.call.descriptor())),
        lie("no eventfd", guest -> guest.number(VhostUserRequest.SET_VRING_KICK, 0, guest.file)),
        lie("queue 7 of 2", guest -> guest.state(VhostUserRequest.SET_VRING_NUM, 7, 16)),
        lie("queue 4294967295", guest -> guest.state(VhostUserRequest.SET_VRING_ENABLE, -1, 1)),
        lie("not 1 to", guest -> guest.state(VhostUserRequest.SET_VRING_NUM, 1, 0)),
        lie("not 1 to", guest -> guest.state(VhostUserRequest.SET_VRING_NUM, 1, 1 << 20)),
        lie("not 1 to", guest -> guest.state(VhostUserRequest.SET_VRING_NUM, 1, -1)),
        lie("cannot work with", guest -> features(guest, -1L)),
        lie("cannot work with", guest -> features(guest, 0)),
        lie("were not offered", guest -> guest.number(VhostUserRequest.SET_PROTOCOL_FEATURES, -1L)),
        lie("was not offered", guest -> message(guest, VhostUserRequest.SET_LOG_BASE.code(), 16)),
        lie("was not offered", guest -> message(guest, VhostUserRequest.IOTLB_MSG.code(), 64)),
        lie("STATUS was not agreed on", guest -> guest.number(VhostUserRequest.SET_STATUS, 1)),
        lie(
            "9 regions",
            guest ->
                guest
                    .begin(VhostUserRequest.SET_MEM_TABLE, regionOffset(8))
                    .u32(TABLE_REGIONS, 9)
                    .send(guest.file)),
        lie(
            "2 regions",
            guest ->
                guest
                    .begin(VhostUserRequest.SET_MEM_TABLE, regionOffset(1))
                    .u32(TABLE_REGIONS, 2)
                    .send(guest.file, guest.file)),
        lie("1 regions", guest -> guest.table(MEMORY_BYTES).send(guest.file, guest.file)),
        lie("not inside its file", guest -> guest.table(2 * MEMORY_BYTES).send(guest.file)),
        lie("empty", guest -> guest.table(0).send(guest.file)),
        lie("not in whole pages", guest -> guest.table(100).send(guest.file)),
        lie("too large", guest -> guest.table(-page).send(guest.file)),
        lie("not inside its file of 0x0", guest -> guest.table(page).send(guest.kick.descriptor())),
        lie(
            "the frontend sees it",
            guest -> guest.slot(VhostUserRequest.ADD_MEM_REG, page, page).send(guest.file)),
        lie(
            "overlaps",
            guest ->
                guest
                    .begin(VhostUserRequest.ADD_MEM_REG, SLOT_SIZE)
                    .region(SLOT_HEADER_SIZE, page, page, BEYOND, 0)
                    .send(guest.file)),
        lie(
            "wraps around",
            guest ->
                guest
                    .begin(VhostUserRequest.ADD_MEM_REG, SLOT_SIZE)
                    .region(SLOT_HEADER_SIZE, -page, page, BEYOND, 0)
                    .send(guest.file)),
        lie("no such region", guest -> guest.slot(VhostUserRequest.REM_MEM_REG, 0, page).send()),
        lie("without a size", guest -> start(guest, 0, 0, 0)),
        lie(
            "in no memory region",
            guest -> {
              guest.state(VhostUserRequest.SET_VRING_NUM, 1, 16);
              start(guest, BEYOND, USER, USER);
            }),
        lie(
            "in no memory region",
            guest -> {
              guest.state(VhostUserRequest.SET_VRING_NUM, 1, 16);
              start(guest, USER + MEMORY_BYTES - 16, USER + 0x4000, USER + 0x5000);
            }),
        lie(
            "alignment",
            guest -> {
              guest.state(VhostUserRequest.SET_VRING_NUM, 1, 16);
              start(guest, USER + 0x3001, USER + 0x4000, USER + 0x5000);
            }),
        lie(
            "0x3000 and 0x3000",
            guest -> {
              guest.state(VhostUserRequest.SET_VRING_NUM, 1, 16);
              start(guest, USER + 0x3000, USER + 0x3000, USER + 0x5000);
            }),
        lie(
            "12 descriptors",
            guest -> {
              guest.state(VhostUserRequest.SET_VRING_NUM, 1, 12);
              start(guest, USER + 0x3000, USER + 0x4000, USER + 0x5000);
            }),
        lie("inflight region of", guest -> inFlight(guest, 64, 0, 1, 16)),
        lie("inflight region of", guest -> inFlight(guest, -1, 0, 1, 16)),
        lie("inflight region of", guest -> inFlight(guest, page, MEMORY_BYTES, 1, 16)),
        lie("inflight region of", guest -> inFlight(guest, page, 3, 1, 16)),
        lie("queues of", guest -> inFlight(guest, page, 0, 300, 16)),
        lie("queues of", guest -> inFlight(guest, page, 0, 1, 0)),
        lie(
            "bytes at",
            guest ->
                guest
                    .begin(VhostUserRequest.SET_CONFIG, CONFIG_HEADER_SIZE)
                    .u32(CONFIG_BYTES, -1)
                    .send()));
  }

  private static void message(RawFrontend guest, int request, int size) throws IOException {
    guest.message.begin(request, size);
    guest.send();
  }

  private static void features(RawFrontend guest, long value) throws IOException {
    guest.state(VhostUserRequest.GET_VRING_BASE, 0, 0);
    guest.answer();
    guest.number(VhostUserRequest.SET_FEATURES, value);
  }

  /** Brings the second queue up with these areas. */
  private static void start(RawFrontend guest, long descriptors, long used, long available)
      throws IOException {
    guest
        .begin(VhostUserRequest.SET_VRING_ADDR, ADDRESS_SIZE)
        .u32(ADDRESS_INDEX, 1)
        .u64(ADDRESS_DESCRIPTORS, descriptors)
        .u64(ADDRESS_USED, used)
        .u64(ADDRESS_AVAILABLE, available)
        .send();
    guest.state(VhostUserRequest.SET_VRING_ENABLE, 1, 1);
    guest.number(VhostUserRequest.SET_VRING_KICK, 1, guest.call.descriptor());
    guest.call.signal();
  }

  private static void inFlight(RawFrontend guest, long size, long offset, int queues, int queueSize)
      throws IOException {
    guest.begin(VhostUserRequest.SET_INFLIGHT_FD, INFLIGHT_SIZE).u64(0, size).u64(8, offset);
    guest.message.setU16(INFLIGHT_QUEUES, queues);
    guest.message.setU16(INFLIGHT_QUEUE_SIZE, queueSize);
    guest.send(guest.file);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("lies")
  void endsTheConnectionWithTheReason(String why, ServedDisk.Use lie) throws IOException {
    String reason =
        disk.connect(
            guest -> {
              guest.bringUp();
              guest.request(BlkRequestType.IN, 0, 512);
              lie.by(guest);
              awaitEnd(guest);
            });

    assertThat(reason).contains(why);
  }

  private static void awaitEnd(RawFrontend guest) throws IOException {
    assertThat(guest.socket.awaitReadable(20_000_000_000L)).isTrue();
  }

  @Test
  void answersARequestThatItRefusesWhenAskedTo() throws IOException {
    assertThat(
            disk.connect(
                guest -> {
                  guest.bringUp();
                  assertThat(
                          guest
                              .slot(VhostUserRequest.ADD_MEM_REG, 0, 4096)
                              .acknowledged(guest.file))
                      .isNotZero();
                  assertThat(guest.request(BlkRequestType.IN, 0, 512)).isEqualTo(BlkStatus.OK);
                }))
        .isEmpty();
    assertThat(disk.refused).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13})
  void outlivesAFrontendThatDiesAfterAnyMessage(int messages) throws IOException {
    disk.connect(
        guest -> {
          for (RawFrontend.Step step : guest.steps().subList(0, messages)) {
            step.run();
          }
        });
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4, 11, 12, 13, 19})
  void outlivesAFrontendThatDiesWithinAMessage(int bytes) throws IOException {
    String reason =
        disk.connect(
            guest -> {
              guest.bringUp();
              try (Arena arena = Arena.ofConfined()) {
                MemorySegment part = arena.allocate(20, 8);
                part.set(ValueLayout.JAVA_INT, 0, VhostUserRequest.SET_FEATURES.code());
                part.set(ValueLayout.JAVA_INT, 4, 1);
                part.set(ValueLayout.JAVA_INT, 8, 8);
                guest.socket.send(part.asSlice(0, bytes), List.of(), 1_000_000_000L);
              }
            });
    assertThat(reason).isNotEmpty();
  }

  @Test
  void outlivesAFrontendThatDiesWithRequestsInFlight() throws IOException {
    disk.connect(
        guest -> {
          guest.bringUp();
          for (int i = 0; i < 8; i++) {
            guest.offer(BlkRequestType.OUT, 0, 65536);
          }
          guest.kick.signal();
        });
  }

  @Test
  void endsWhenTheMemoryVanishesUnderARing() throws IOException {
    String reason =
        disk.connect(
            guest -> {
              guest.bringUp();
              guest.request(BlkRequestType.IN, 0, 512);
              guest.offer(BlkRequestType.OUT, 0, 65536);
              FileCalls.truncate(guest.file, 0x4000);
              guest.kick.signal();
              awaitEnd(guest);
            });

    assertThat(reason).contains("guest memory is not there any more");
  }

  @Test
  void endsWhenTheRingItselfVanishes() throws IOException {
    String reason =
        disk.connect(
            guest -> {
              guest.bringUp();
              guest.request(BlkRequestType.IN, 0, 512);
              FileCalls.truncate(guest.file, 0);
              guest.kick.signal();
              awaitEnd(guest);
            });

    assertThat(reason).contains("guest memory is not there any more");
  }

  @Test
  void stopsARingWhoseMemoryIsTakenAway() throws IOException {
    String reason =
        disk.connect(
            guest -> {
              guest.bringUp();
              guest.request(BlkRequestType.IN, 0, 512);
              guest.begin(VhostUserRequest.SET_MEM_TABLE, TABLE_HEADER_SIZE).send();
              awaitEnd(guest);
            });

    assertThat(reason).contains("is in no memory region");
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 0xffff, 0x12345})
  void goesOnFromAnyBaseWithoutHarm(long base) throws IOException {
    disk.connect(
        guest -> {
          guest.bringUp();
          guest.state(VhostUserRequest.SET_VRING_BASE, 0, base);
          guest.offer(BlkRequestType.IN, 0, 512);
          guest.kick.signal();
          guest.ask(VhostUserRequest.GET_FEATURES);
        });
  }

  @Test
  void servesOneFrontendAfterTheOtherWithoutGrowing() throws IOException {
    for (int i = 0; i < 50; i++) {
      disk.connect(guest -> guest.bringUp().request(BlkRequestType.IN, 0, 512));
    }
  }
}
