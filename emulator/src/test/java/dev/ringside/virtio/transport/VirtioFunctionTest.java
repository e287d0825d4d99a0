package dev.ringside.virtio.transport;

import static dev.ringside.virtio.spec.DeviceStatus.*;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ringside.virtio.queue.RingViolation;
import dev.ringside.virtio.queue.RingViolationException;
import dev.ringside.virtio.spec.Feature;
import dev.ringside.virtio.spec.MmioRegister;
import dev.ringside.virtio.transport.RawGuest.Register;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** The one state machine, over both transports that share its registers. */
@ParameterizedClass
@EnumSource(names = {"MMIO", "PCI"})
class VirtioFunctionTest {
  private static final long VERSION_1 = Feature.VERSION_1.mask();
  private static final long RESETTABLE = VERSION_1 | Feature.RING_RESET.mask();
  private static final long SUSPENDABLE = VERSION_1 | Feature.SUSPEND.mask();
  private static final int USED = MmioRegister.INTERRUPT_USED;
  private static final int CONFIG = MmioRegister.INTERRUPT_CONFIG;

  private final Transport transport;
  private final RecordingDevice device = new RecordingDevice();
  private final RawGuest guest;

  VirtioFunctionTest(Transport transport) {
    this.transport = transport;
    this.guest = new RawGuest(transport, device);
  }

  @AfterEach
  void close() {
    guest.close();
  }

  private void breakRule() {
    guest.function().fail(new RingViolationException(RingViolation.CHAIN_TOO_LONG, "for a test"));
  }

  @Test
  void offersItsTransportsFeaturesBesidesTheDevices() {
    assertThat(guest.deviceFeatures())
        .isEqualTo(
            device.features()
                | FunctionTransport.COMMON_FEATURES
                | (transport == Transport.PCI ? Feature.NOTIF_CONFIG_DATA.mask() : 0));
    for (int word = 2; word < 5; word++) {
      guest.write(Register.DEVICE_FEATURES_SEL, word);
      assertThat(guest.read(Register.DEVICE_FEATURES)).isZero();
    }
  }

  @Test
  void offersNoMoreThanTheDeviceAllows() {
    long allowed = Feature.setOf(Feature.VERSION_1, Feature.RING_RESET);
    try (RawGuest limited = new RawGuest(transport, new RecordingDevice().offering(allowed))) {
      assertThat(limited.deviceFeatures()).isEqualTo(allowed);
      limited.negotiate(SUSPENDABLE);
      assertThat(limited.status() & FEATURES_OK).isZero();
    }
  }

  @Test
  void refusesFeaturesBeyondTheSecondWord() {
    guest.driverFeatures(2, 1);
    guest.negotiate(VERSION_1);
    assertThat(guest.status() & FEATURES_OK).isZero();

    guest.driverFeatures(2, 0);
    guest.addStatus(FEATURES_OK);
    assertThat(guest.status() & FEATURES_OK).isNotZero();
  }

  @Test
  void keepsTheFeaturesOnceTheyAreAgreedOn() {
    guest.negotiate(VERSION_1);
    guest.driverFeatures(1, (int) (SUSPENDABLE >>> 32));
    guest.live();
    guest.addStatus(SUSPEND);
    assertThat(guest.status() & SUSPEND).isZero();
  }

  @Test
  void startsOnceAndOnlyWithFeatures() {
    guest.status(ACKNOWLEDGE | DRIVER | DRIVER_OK);
    assertThat(guest.status()).isEqualTo(ACKNOWLEDGE | DRIVER);
    guest.negotiate(VERSION_1).live().live();
    guest.status(ACKNOWLEDGE); // a driver must not clear bits
    assertThat(guest.status()).isEqualTo(ACKNOWLEDGE | DRIVER | FEATURES_OK | DRIVER_OK);
    assertThat(device.takeCalls()).containsExactly("start");
  }

  @Test
  void ignoresBitsThatAreNotTheDrivers() {
    guest.status(ACKNOWLEDGE | NEEDS_RESET | SUSPEND | 32);
    assertThat(guest.status()).isEqualTo(ACKNOWLEDGE);
  }

  @Test
  void takesOnlyAResetAfterFailed() {
    guest.negotiate(VERSION_1);
    guest.addStatus(FAILED);
    guest.live();
    assertThat(guest.status() & DRIVER_OK).isZero();
    guest.status(RESET);
    assertThat(guest.status()).isZero();
    assertThat(guest.negotiate(VERSION_1).live().status() & DRIVER_OK).isNotZero();
  }

  @Test
  void enablesNoQueueBeforeTheFeaturesAreAgreedOn() {
    guest.enable(0, 16);
    assertThat(guest.isEnabled(0)).isFalse();
  }

  @Test
  void keepsASizeThatItDoesNotAllow() {
    guest.negotiate(VERSION_1).enable(0, 17);
    assertThat(guest.queue(0).size()).isEqualTo(RecordingDevice.MAX_SIZE);
    guest.write(Register.QUEUE_SIZE, 8);
    guest.write(Register.QUEUE_DESC, 0x7000);
    assertThat(guest.queue(0).size()).isEqualTo(RecordingDevice.MAX_SIZE);
    assertThat(guest.queue(0).descriptorArea()).isEqualTo(0x1000);
  }

  @Test
  void startsAQueueThatIsEnabledLate() {
    guest.negotiate(VERSION_1).live();
    device.takeCalls();
    guest.enable(1, 8).kick(1);
    assertThat(device.takeCalls()).containsExactly("startQueue 1", "kick 1");
  }

  @Test
  void ignoresKicksOfQueuesThatDoNotRun() {
    guest.negotiate(VERSION_1).enable(0, 8);
    guest.kick(0);
    guest.live();
    device.takeCalls();
    guest.kick(1);
    guest.kick(2);
    guest.kick(0xffff);
    assertThat(device.takeCalls()).isEmpty();
    breakRule();
    guest.kick(0);
    assertThat(device.takeCalls()).isEmpty();
  }

  @Test
  void recoversFromABrokenRuleWithAReset() {
    guest.negotiate(VERSION_1).enable(0, 8).live();
    breakRule();
    assertThat(guest.takeInterrupts()).isEqualTo(CONFIG);
    guest.status(RESET);
    assertThat(guest.function().violation()).isNull();
    guest.negotiate(VERSION_1).enable(0, 8).live().kick(0);
    assertThat(device.takeCalls()).containsExactly("start", "stop", "start", "kick 0");
  }

  @Test
  void tellsNoDriverThatIsNotLive() {
    guest.negotiate(VERSION_1);
    breakRule();
    guest.function().changeConfig(() -> {});
    assertThat(guest.takeInterrupts()).isZero();
  }

  @Tag("RING_RESET")
  @Test
  void resetsOneQueueAndSetsItUpAgainWithAnotherSize() {
    guest.negotiate(RESETTABLE).enable(0, 16).enable(1, 16).live();
    device.takeCalls();
    guest.resetQueue(0);
    assertThat(guest.read(Register.QUEUE_RESET)).isZero();
    assertThat(guest.isEnabled(0)).isFalse();
    assertThat(guest.isEnabled(1)).isTrue();
    assertThat(guest.queue(0).descriptorArea()).isZero();
    guest.resetQueue(0);
    guest.enable(0, 4);
    assertThat(guest.isEnabled(0)).isTrue();
    assertThat(guest.queue(0).size()).isEqualTo(4);
    assertThat(device.takeCalls()).containsExactly("stopQueue 0", "stopQueue 0", "startQueue 0");
  }

  @Test
  void resetsNoQueueWithoutTheFeature() {
    guest.negotiate(VERSION_1).enable(0, 16).live();
    guest.resetQueue(0);
    assertThat(guest.isEnabled(0)).isTrue();
    assertThat(guest.read(Register.QUEUE_RESET)).isZero();
    guest.resetQueue(9);
  }

  @Tag("NOTIFICATION_DATA")
  @Test
  void findsTheQueueInANotificationWithData() {
    guest.negotiate(VERSION_1 | Feature.NOTIFICATION_DATA.mask()).enable(1, 16).live();
    device.takeCalls();
    guest.notify(0xabcd_0001, 4);
    assertThat(device.takeCalls()).containsExactly("kick 1");
  }

  @Test
  void readsAndWritesTheConfigurationWithinItsBounds() {
    guest.writeConfig(4, 2, 0x1234);
    assertThat(guest.readConfig(4, 4)).isEqualTo(0x1234);
    guest.writeConfig(RecordingDevice.CONFIG_SIZE - 1, 2, -1);
    assertThat(guest.readConfig(0, 8)).isEqualTo(0x1234L << 32);
    assertThat(guest.readConfig(RecordingDevice.CONFIG_SIZE - 2, 4)).isZero();
  }

  /** Even a generation of eight bits must show that 256 changes happened. */
  @Test
  void showsEveryChangeOfTheConfigurationInItsGeneration() {
    guest.negotiate(VERSION_1).live();
    int before = guest.read(Register.CONFIG_GENERATION);
    assertThat(guest.read(Register.CONFIG_GENERATION)).isEqualTo(before);
    for (int i = 0; i < 256; i++) {
      int value = i;
      guest.function().changeConfig(() -> device.setConfig(0, value));
    }
    assertThat(guest.read(Register.CONFIG_GENERATION)).isNotEqualTo(before);
    assertThat(guest.takeInterrupts()).isEqualTo(CONFIG);
  }

  @Tag("SUSPEND")
  @Test
  void suspendsAndResumes() {
    guest.negotiate(SUSPENDABLE).enable(0, 16).live();
    device.takeCalls();
    guest.addStatus(SUSPEND);
    assertThat(guest.status() & (SUSPEND | DRIVER_OK)).isEqualTo(SUSPEND);
    guest.kick(0);
    guest.writeConfig(0, 1, 7);
    guest.function().changeConfig(() -> device.setConfig(1, 9));
    assertThat(guest.takeInterrupts()).isZero();
    assertThat(device.takeCalls()).containsExactly("suspend");

    guest.live();
    assertThat(guest.status() & (SUSPEND | DRIVER_OK)).isEqualTo(DRIVER_OK);
    assertThat(guest.takeInterrupts()).isEqualTo(CONFIG);
    assertThat(guest.readConfig(0, 2)).isEqualTo(0x900);
    guest.kick(0);
    assertThat(device.takeCalls()).containsExactly("resume", "kick 0");
  }

  @Test
  void suspendsOnlyALiveDeviceThatAgreedToIt() {
    guest.negotiate(SUSPENDABLE);
    guest.addStatus(SUSPEND);
    assertThat(guest.status() & SUSPEND).isZero();
    guest.status(RESET);
    guest.negotiate(VERSION_1).live();
    guest.addStatus(SUSPEND);
    assertThat(guest.status() & (SUSPEND | DRIVER_OK)).isEqualTo(DRIVER_OK);
  }

  @Test
  void needsAResetWhenItCannotSuspend() {
    device.failToSuspend();
    guest.negotiate(SUSPENDABLE).live();
    guest.addStatus(SUSPEND);
    assertThat(guest.status() & (SUSPEND | NEEDS_RESET)).isEqualTo(NEEDS_RESET);
    assertThat(guest.takeInterrupts()).isEqualTo(CONFIG);
  }

  @Test
  void isResetOutOfSuspension() {
    guest.negotiate(SUSPENDABLE).live();
    guest.addStatus(SUSPEND);
    guest.status(RESET);
    assertThat(guest.status()).isZero();
    guest.negotiate(VERSION_1).live();
    assertThat(device.takeCalls()).containsExactly("start", "suspend", "stop", "start");
  }

  @Test
  void forgetsItsInterruptsWhenItIsReset() {
    guest.negotiate(VERSION_1).live();
    guest.function().interruptForQueue(0);
    guest.status(RESET);
    assertThat(guest.takeInterrupts()).isZero();
    guest.negotiate(VERSION_1).live();
    guest.function().interruptForQueue(1);
    assertThat(guest.takeInterrupts()).isEqualTo(USED);
  }

  /** A read of 32 bits that straddles a change shows in the generation. */
  @Test
  void changesTheConfigurationInOneStep() throws InterruptedException {
    guest.negotiate(VERSION_1).live();
    List<String> torn = new ArrayList<>();
    Thread writer =
        Thread.ofPlatform()
            .start(
                () -> {
                  for (int i = 0; i < 2000; i++) {
                    int value = i;
                    guest
                        .function()
                        .changeConfig(
                            () -> {
                              device.setConfig(0, value);
                              device.setConfig(4, value);
                            });
                  }
                });
    while (writer.isAlive()) {
      int before = guest.read(Register.CONFIG_GENERATION);
      long low = guest.readConfig(0, 4);
      long high = guest.readConfig(4, 4);
      if (before == guest.read(Register.CONFIG_GENERATION) && low != high) {
        torn.add(low + " " + high);
      }
    }
    writer.join();
    assertThat(torn).isEmpty();
  }
}
