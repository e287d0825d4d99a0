package dev.ringside.virtio.vhost;

import static dev.ringside.virtio.spec.VhostUserLayout.*;
import static dev.ringside.virtio.vhost.RawFrontend.*;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ringside.machine.LittleEndian;
import dev.ringside.posix.UnixSocket;
import dev.ringside.virtio.queue.RawRing;
import dev.ringside.virtio.spec.BlkConfigLayout;
import dev.ringside.virtio.spec.BlkRequestType;
import dev.ringside.virtio.spec.BlkStatus;
import dev.ringside.virtio.spec.Feature;
import dev.ringside.virtio.spec.VhostUserBackendRequest;
import dev.ringside.virtio.spec.VhostUserProtocolFeature;
import dev.ringside.virtio.spec.VhostUserRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A frontend that keeps the rules. */
class VhostUserBackendTest {
  @ParameterizedTest
  @ValueSource(ints = {0, 2})
  void carriesWhatIsWrittenFromOneConnectionToTheNext(int workers) throws IOException {
    ServedDisk disk = new ServedDisk(workers, false);
    assertThat(
            disk.connect(
                guest -> {
                  guest.bringUp();
                  guest.memory.fill(DATA, 4096, (byte) 7);
                  assertThat(guest.request(BlkRequestType.OUT, 8, 4096)).isEqualTo(BlkStatus.OK);
                }))
        .isEmpty();
    assertThat(disk.counts().getFirst().kicks()).isEqualTo(1);
    assertThat(disk.counts().getFirst().interrupts()).isEqualTo(1);
    disk.connect(
        guest -> {
          guest.bringUp();
          assertThat(guest.request(BlkRequestType.IN, 8, 4096)).isEqualTo(BlkStatus.OK);
          assertThat(guest.memory.getU8(DATA + 4095)).isEqualTo(7);
        });
  }

  @Test
  void looksAtARingOnlyWhenItIsKicked() throws IOException {
    new ServedDisk(0, false)
        .connect(
            guest -> {
              guest.bringUp();
              guest.offer(BlkRequestType.IN, 0, 512);
              // An answer comes after everything before it was carried out.
              guest.ask(VhostUserRequest.GET_FEATURES);
              assertThat(guest.ring.usedIndex()).isZero();
              guest.kick.signal();
              assertThat(guest.status()).isEqualTo(BlkStatus.OK);
            });
  }

  @Test
  void worksOnAStartedRingOnlyWhileItIsEnabled() throws IOException {
    new ServedDisk(0, false)
        .connect(
            guest -> {
              guest.bringUp();
              assertThat(guest.request(BlkRequestType.IN, 0, 512)).isEqualTo(BlkStatus.OK);
              guest.state(VhostUserRequest.SET_VRING_ENABLE, 0, 0);
              guest.ask(VhostUserRequest.GET_FEATURES);
              guest.offer(BlkRequestType.IN, 0, 512);
              guest.kick.signal();
              guest.ask(VhostUserRequest.GET_FEATURES);
              assertThat(guest.ring.usedIndex()).isEqualTo(1);
              guest.state(VhostUserRequest.SET_VRING_ENABLE, 0, 1);
              assertThat(guest.status()).isEqualTo(BlkStatus.OK);
            });
  }

  @Test
  void stopsARingWhereItIsAndGoesOnFromThere() throws IOException {
    new ServedDisk(2, false)
        .connect(
            guest -> {
              guest.bringUp();
              for (int i = 0; i < 3; i++) {
                guest.request(BlkRequestType.IN, 0, 512);
              }
              guest.offer(BlkRequestType.IN, 0, 512);
              guest.kick.signal();
              guest.status();
              guest.state(VhostUserRequest.GET_VRING_BASE, 0, 0);
              guest.answer();
              assertThat(guest.message.getU32(STATE_NUM)).isEqualTo(4);

              // Nobody but the frontend takes kicks of a stopped ring.
              guest.kick.signal();
              guest.ask(VhostUserRequest.GET_FEATURES);
              assertThat(guest.kick.take()).isEqualTo(1);

              guest.state(VhostUserRequest.SET_VRING_BASE, 0, 4);
              guest.offer(BlkRequestType.IN, 0, 512);
              guest.number(VhostUserRequest.SET_VRING_KICK, 0, guest.kick.descriptor());
              assertThat(guest.status()).isEqualTo(BlkStatus.OK);
            });
  }

  @Test
  void changesItsMemoryUnderARunningRing() throws IOException {
    new ServedDisk(0, false)
        .connect(
            guest -> {
              guest.bringUp();
              guest.request(BlkRequestType.IN, 0, 512);
              assertThat(guest.table(MEMORY_BYTES / 2).acknowledged(guest.file)).isZero();
              assertThat(guest.request(BlkRequestType.IN, 0, 512)).isEqualTo(BlkStatus.OK);
              long half = MEMORY_BYTES / 2;
              assertThat(
                      guest.slot(VhostUserRequest.ADD_MEM_REG, half, half).acknowledged(guest.file))
                  .isZero();
              assertThat(guest.request(BlkRequestType.IN, 0, 512)).isEqualTo(BlkStatus.OK);
              assertThat(guest.slot(VhostUserRequest.REM_MEM_REG, half, half).acknowledged())
                  .isZero();
              assertThat(guest.request(BlkRequestType.IN, 0, 512)).isEqualTo(BlkStatus.OK);
            });
  }

  @Test
  void answersWithItsConfigurationHoweverMuchIsAskedFor() throws IOException {
    new ServedDisk(0, false)
        .connect(
            guest -> {
              guest.bringUp();
              guest
                  .begin(VhostUserRequest.GET_CONFIG, CONFIG_HEADER_SIZE + MAX_CONFIG)
                  .u32(CONFIG_BYTES, MAX_CONFIG)
                  .send();
              guest.answer();
              assertThat(guest.message.size()).isEqualTo(CONFIG_HEADER_SIZE + MAX_CONFIG);
              assertThat(guest.message.getU64(CONFIG_HEADER_SIZE)).isEqualTo(2048);
              guest
                  .begin(VhostUserRequest.GET_CONFIG, CONFIG_HEADER_SIZE + 8)
                  .u32(CONFIG_OFFSET, 255)
                  .u32(CONFIG_BYTES, 8)
                  .send();
              guest.answer();
              assertThat(guest.message.size()).isEqualTo(CONFIG_HEADER_SIZE);
            });
  }

  @Test
  void letsTheFrontendSwitchTheCacheMode() throws IOException {
    new ServedDisk(0, false)
        .connect(
            guest -> {
              guest.bringUp();
              guest.number(
                  VhostUserRequest.SET_FEATURES,
                  FEATURES | Feature.setOf(Feature.BLK_CONFIG_WCE, Feature.BLK_FLUSH));
              guest
                  .begin(VhostUserRequest.SET_CONFIG, CONFIG_HEADER_SIZE + 1)
                  .u32(CONFIG_OFFSET, BlkConfigLayout.CACHE_MODE)
                  .u32(CONFIG_BYTES, 1);
              assertThat(guest.acknowledged()).isZero();
              guest
                  .begin(VhostUserRequest.GET_CONFIG, CONFIG_HEADER_SIZE + 1)
                  .u32(CONFIG_OFFSET, BlkConfigLayout.CACHE_MODE)
                  .u32(CONFIG_BYTES, 1)
                  .send();
              guest.channel.receive(guest.message, 1_000_000_000L);
              assertThat(guest.message.getU8(CONFIG_HEADER_SIZE))
                  .isEqualTo(BlkConfigLayout.WRITETHROUGH);
            });
  }

  @Test
  void tellsTheFrontendWhenTheDiskGrows() throws IOException {
    ServedDisk disk = new ServedDisk(0, false);
    disk.connect(
        guest -> {
          guest.bringUp();
          guest.request(BlkRequestType.IN, 0, 512);
          UnixSocket.Pair pair = UnixSocket.pair();
          guest.begin(VhostUserRequest.SET_BACKEND_REQ_FD, 0);
          assertThat(guest.acknowledged(pair.second().descriptor())).isZero();
          disk.backend.withFunction(
              function -> {
                try {
                  disk.device.resize(function, 4096);
                } catch (IOException failure) {
                  throw new UncheckedIOException(failure);
                }
              });
          var channel =
              new dev.ringside.virtio.message.VhostUserChannel(pair.first(), 1_000_000_000L);
          assertThat(channel.receive(guest.message, 20_000_000_000L)).isTrue();
          assertThat(guest.message.request())
              .isEqualTo(VhostUserBackendRequest.CONFIG_CHANGE_MSG.code());
          pair.second().close();
          channel.close();
        });
  }

  @Test
  void tellsTheFrontendThatItsDriverBrokeARule() throws IOException {
    ServedDisk disk = new ServedDisk(0, false);
    disk.connect(
        guest -> {
          guest.bringUp();
          guest.ring.descriptor(0, -1, 1 << 20, 0, 0).makeAvailable(0);
          guest.kick.signal();
          assertThat(guest.error.await(20_000_000_000L)).isPositive();
          // A frontend that sets the ring up anew finds a device that works.
          guest.state(VhostUserRequest.GET_VRING_BASE, 0, 0);
          guest.answer();
          guest.memory.fill(RawRing.DESCRIPTORS, 0x3000, (byte) 0);
          guest.ring.availableIndex(0);
          guest.state(VhostUserRequest.SET_VRING_BASE, 0, 0);
          guest.number(VhostUserRequest.SET_VRING_KICK, 0, guest.kick.descriptor());
          guest.memory.setU16(RawRing.AVAILABLE + 4 + 2, 0);
          guest.offer(BlkRequestType.IN, 0, 512);
          guest.ring.availableIndex(1);
          guest.memory.setU16(RawRing.AVAILABLE + 4, 0);
          guest.kick.signal();
          assertThat(guest.status()).isEqualTo(BlkStatus.OK);
        });
    assertThat(disk.broken).hasSize(1);
  }

  @Test
  void carriesNotificationsInBand() throws IOException {
    long wanted =
        VhostUserProtocolFeature.setOf(
            VhostUserProtocolFeature.REPLY_ACK,
            VhostUserProtocolFeature.BACKEND_REQ,
            VhostUserProtocolFeature.INBAND_NOTIFICATIONS);
    ServedDisk disk = new ServedDisk(0, true);
    disk.connect(
        guest -> {
          guest.number(VhostUserRequest.SET_PROTOCOL_FEATURES, wanted);
          guest.number(VhostUserRequest.SET_FEATURES, FEATURES);
          guest.table(MEMORY_BYTES).send(guest.file);
          guest.state(VhostUserRequest.SET_VRING_NUM, 0, RING_SIZE);
          guest.addresses(
              USER + RawRing.DESCRIPTORS, USER + RawRing.USED, USER + RawRing.AVAILABLE);
          UnixSocket.Pair pair = UnixSocket.pair();
          guest.begin(VhostUserRequest.SET_BACKEND_REQ_FD, 0).send(pair.second().descriptor());
          guest.state(VhostUserRequest.SET_VRING_ENABLE, 0, 1);
          guest.offer(BlkRequestType.IN, 0, 512);
          guest.state(VhostUserRequest.VRING_KICK, 0, 0);
          var channel =
              new dev.ringside.virtio.message.VhostUserChannel(pair.first(), 1_000_000_000L);
          assertThat(channel.receive(guest.message, 20_000_000_000L)).isTrue();
          assertThat(guest.message.request()).isEqualTo(VhostUserBackendRequest.VRING_CALL.code());
          assertThat(guest.ring.usedIndex()).isEqualTo(1);
          pair.second().close();
          channel.close();
        });
    assertThat(disk.counts().getFirst().interrupts()).isEqualTo(1);
  }

  @Test
  void looksAgainAtARingThatNobodyKicks() throws IOException {
    new ServedDisk(0, false)
        .connect(
            guest -> {
              guest.bringUp();
              guest.number(VhostUserRequest.SET_VRING_KICK, VRING_NO_DESCRIPTOR);
              guest.offer(BlkRequestType.IN, 0, 512);
              assertThat(guest.status()).isEqualTo(BlkStatus.OK);
            });
  }

  @Test
  void finishesWhatABackendBeforeLeftInFlight() throws IOException {
    ServedDisk disk = new ServedDisk(0, false);
    disk.connect(
        guest -> {
          guest.bringUp();
          guest.begin(VhostUserRequest.GET_INFLIGHT_FD, INFLIGHT_SIZE);
          guest.message.setU16(INFLIGHT_QUEUES, 1);
          guest.message.setU16(INFLIGHT_QUEUE_SIZE, RING_SIZE);
          guest.send();
          long size = guest.answer();
          try (var account = guest.message.descriptors().take();
              var arena = java.lang.foreign.Arena.ofShared()) {
            var mapped = dev.ringside.posix.Mapping.shared(account, 0, size, arena);
            // A backend took descriptor 0 and was killed.
            LittleEndian.setU16(mapped, 8, 1);
            LittleEndian.setU16(mapped, 10, RING_SIZE);
            mapped.set(java.lang.foreign.ValueLayout.JAVA_BYTE, 16, (byte) 1);
            guest.offer(BlkRequestType.IN, 0, 512);
            guest.begin(VhostUserRequest.SET_INFLIGHT_FD, INFLIGHT_SIZE).u64(0, size);
            guest.message.setU16(INFLIGHT_QUEUES, 1);
            guest.message.setU16(INFLIGHT_QUEUE_SIZE, RING_SIZE);
            assertThat(guest.acknowledged(account)).isZero();
            // Nobody kicks for what was taken long ago.
            guest.number(VhostUserRequest.SET_VRING_KICK, 0, guest.kick.descriptor());
            assertThat(guest.status()).isEqualTo(BlkStatus.OK);
            assertThat(guest.request(BlkRequestType.IN, 0, 512)).isEqualTo(BlkStatus.OK);
            assertThat(guest.ring.usedIndex()).isEqualTo(2);
          }
        });
  }
}
