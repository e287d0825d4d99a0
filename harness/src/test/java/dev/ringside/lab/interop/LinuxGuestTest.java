package dev.ringside.lab.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringside.lab.interop.GuestSettings.Interrupts;
import dev.ringside.virtio.spec.Feature;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Linux's virtio_blk drives Ringside's device, and QEMU's, through every transport that there is.
 */
@Tag("interop")
class LinuxGuestTest {
  private static final int FILES = 20;

  /** What the guest prints of the features, a digit each. */
  private static final String FEATURES = "features:";

  private static final int PACKED_AT = FEATURES.length() + Feature.RING_PACKED.bit();
  private static final int WCE_AT = FEATURES.length() + Feature.BLK_CONFIG_WCE.bit();

  @TempDir
  @SuppressWarnings("NullAway.Init") // JUnit sets it
  private Path folder;

  static Stream<GuestSettings> guests() {
    GuestSettings pci = GuestSettings.of(Counterpart.QEMU_PCI);
    GuestSettings microvm = GuestSettings.of(Counterpart.QEMU_MICROVM);
    GuestSettings vfio = GuestSettings.of(Counterpart.QEMU_VFIO_PCI);
    GuestSettings vfioMmio = GuestSettings.of(Counterpart.QEMU_VFIO_MMIO);
    return Stream.of(
        GuestSettings.of(Counterpart.UML),
        pci,
        pci.withQueues(2).withWriteBack(),
        pci.withInterrupts(Interrupts.INTX),
        pci.withPackedRings().withQueues(2),
        microvm,
        microvm.withPackedRings().withWriteBack(),
        vfio,
        vfio.withQueues(2),
        vfio.withInterrupts(Interrupts.INTX),
        vfio.withPrivateMemory(),
        vfioMmio);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("guests")
  void findsItsFilesOnRingsidesDiskAndLeavesItSound(GuestSettings guest) throws IOException {
    // It has a cache that the guest is to flush, whether the guest may choose or not.
    assertSound(guest, Interop.run(guest, BackendKind.RINGSIDE, folder), "write back");
  }

  static Stream<GuestSettings> vhostGuests() {
    return guests()
        .filter(guest -> guest.counterpart().protocol() == Counterpart.Protocol.VHOST_USER)
        // The storage daemon has no packed rings.
        .filter(guest -> !guest.packed());
  }

  /** The guests are told apart from the device: with a stranger's disk they do the same. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("vhostGuests")
  void findsItsFilesOnAStrangersDisk(GuestSettings guest) throws IOException {
    assertSound(
        guest,
        Interop.run(guest, BackendKind.STORAGE_DAEMON, folder),
        guest.writeBack() ? "write back" : "write through");
  }

  private static void assertSound(GuestSettings guest, InteropRun.Result result, String cache) {
    assertThat(result.problems()).isEmpty();
    assertThat(result.report().sums()).hasSize(FILES);
    assertThat(result.report().lines())
        .contains("verified %d files after a second mount".formatted(FILES))
        .anyMatch(line -> line.startsWith("trimmed "))
        .anyMatch(line -> line.startsWith("started ") && line.contains(guest.queues() + " queues"))
        .anyMatch(line -> line.endsWith("cache " + cache));
    if (guest.counterpart() == Counterpart.QEMU_PCI
        || guest.counterpart() == Counterpart.QEMU_MICROVM) {
      char choice = guest.writeBack() ? '0' : '1';
      assertThat(result.report().lines())
          .as("the guest may choose the cache mode, unless config-wce is off")
          .anyMatch(line -> line.startsWith(FEATURES) && line.charAt(WCE_AT) == choice);
    }
    char layout = guest.packed() ? '1' : '0';
    assertThat(result.report().lines())
        .as("the layout of the rings")
        .anyMatch(line -> line.startsWith(FEATURES) && line.charAt(PACKED_AT) == layout);
    assertThat(result.report().interrupts()).isPositive();
  }
}
