package dev.ringside.hostile;

import static dev.ringside.hostile.Attack.attack;
import static dev.ringside.machine.pci.PciCapabilityHeader.ID_VENDOR;
import static dev.ringside.virtio.spec.PciCapability.BAR;
import static dev.ringside.virtio.spec.PciCapability.LENGTH;
import static dev.ringside.virtio.spec.PciCapability.OFFSET;
import static dev.ringside.virtio.spec.PciCapability.PCI_CFG_DATA;
import static dev.ringside.virtio.spec.PciCapability.TYPE_PCI_CFG;
import static dev.ringside.virtio.spec.PciCommonConfig.CONFIG_MSIX_VECTOR;
import static dev.ringside.virtio.spec.PciCommonConfig.DEVICE_STATUS;
import static dev.ringside.virtio.spec.PciCommonConfig.NO_VECTOR;
import static dev.ringside.virtio.spec.PciCommonConfig.QUEUE_MSIX_VECTOR;
import static dev.ringside.virtio.spec.PciCommonConfig.QUEUE_SELECT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ringside.hostile.GuestRing.Buffer;
import dev.ringside.hostile.RawGuest.Request;
import dev.ringside.virtio.spec.BlkRequestType;
import dev.ringside.virtio.spec.BlkStatus;
import java.util.List;

/** Rows 47 to 49, which only PCI has. */
final class PciRows {
  private static final int SECTOR = 512;
  private static final int[] WINDOWS = {0, 1, 2, 5, 6, 7, 255};
  private static final int[] OFFSETS = {0, 1, 0x3000, 0xffff, 0x7fff_ffff, 0x8000_0000, -1};
  private static final int[] LENGTHS = {0, 1, 2, 3, 4, 5, 8, 0x7fff_ffff, 0x8000_0000, -1};

  private PciRows() {}

  static List<Attack> configurationAccess() {
    return List.of(
        attack(
            "every bar, offset and length",
            guest -> {
              int capability = guest.pci().capability(ID_VENDOR, TYPE_PCI_CFG);
              for (int window : WINDOWS) {
                for (int offset : OFFSETS) {
                  for (int length : LENGTHS) {
                    aim(guest, window, offset, length);
                    guest.pci().config(capability + PCI_CFG_DATA, Integer.BYTES, 0);
                    guest.pci().config(capability + PCI_CFG_DATA, Integer.BYTES);
                    guest.pci().config(capability + PCI_CFG_DATA, 1, 0);
                    guest.pci().config(capability + PCI_CFG_DATA + 3, 1);
                  }
                }
              }
              guest.pci().powerOn();
              guest.bringUp();
              guest.expectWorking();
            }),
        attack(
            "and a good one works",
            guest -> {
              guest.bringUp();
              int capability = guest.pci().capability(ID_VENDOR, TYPE_PCI_CFG);
              aim(guest, 0, DEVICE_STATUS, 1);
              assertThat(guest.pci().config(capability + PCI_CFG_DATA, 1))
                  .isEqualTo(guest.transport().status());
              guest.expectWorking();
            }));
  }

  private static void aim(RawGuest guest, int window, int offset, int length) {
    int capability = guest.pci().capability(ID_VENDOR, TYPE_PCI_CFG);
    guest.pci().config(capability + BAR, 1, window);
    guest.pci().config(capability + OFFSET, Integer.BYTES, offset);
    guest.pci().config(capability + LENGTH, Integer.BYTES, length);
  }

  static List<Attack> vectors() {
    return List.of(
        attack(
            "beyond the table",
            guest -> {
              guest.negotiate(guest.accepted());
              for (int vector : new int[] {64, 0x7ff, 0x800, 0x8000, 0xfffe, NO_VECTOR}) {
                guest.pci().common(CONFIG_MSIX_VECTOR, Short.BYTES, vector);
                assertThat(guest.pci().common(CONFIG_MSIX_VECTOR, Short.BYTES))
                    .isEqualTo(NO_VECTOR);
                guest.pci().common(QUEUE_SELECT, Short.BYTES, 0);
                guest.pci().common(QUEUE_MSIX_VECTOR, Short.BYTES, vector);
                assertThat(guest.pci().common(QUEUE_MSIX_VECTOR, Short.BYTES)).isEqualTo(NO_VECTOR);
              }
            }),
        attack(
            "of a queue that is not there",
            guest -> {
              guest.negotiate(guest.accepted());
              guest.pci().common(QUEUE_SELECT, Short.BYTES, 0x7fff);
              guest.pci().common(QUEUE_MSIX_VECTOR, Short.BYTES, 0);
              assertThat(guest.pci().common(QUEUE_MSIX_VECTOR, Short.BYTES)).isEqualTo(NO_VECTOR);
            }));
  }

  static List<Attack> disturbances() {
    Setup setup = Setup.DEFAULT.onSlowDisk();
    return List.of(
        attack(
            "windows moved",
            setup,
            guest -> {
              Request read = sendRead(guest);
              guest.pci().placeWindows(RawGuest.REGISTERS + 0x2_0000);
              guest.expectUsed();
              assertThat(guest.statusOf(read)).isEqualTo(BlkStatus.OK);
              guest.expectWorking();
            }),
        attack(
            "windows moved onto RAM",
            setup,
            guest -> {
              Request read = sendRead(guest);
              guest.pci().placeWindows(0);
              guest.rest();
              guest.pci().placeWindows(RawGuest.REGISTERS);
              guest.expectUsed();
              assertThat(guest.statusOf(read)).isEqualTo(BlkStatus.OK);
              guest.expectWorking();
            }),
        attack(
            "function-level reset",
            setup,
            guest -> {
              sendRead(guest);
              guest.pci().reset();
              guest.expectSilence();
              guest.pci().powerOn();
              guest.bringUp();
              guest.expectWorking();
            }),
        attack(
            "bus master off",
            setup,
            guest -> {
              sendRead(guest);
              guest.pci().busMaster(false);
              guest.expectSilence();
              guest.kick();
              guest.expectSilence();
              guest.pci().busMaster(true);
              guest.rest();
            }));
  }

  private static Request sendRead(RawGuest guest) {
    guest.bringUp();
    Buffer target = guest.in(SECTOR);
    Request read = guest.request(BlkRequestType.IN, 1, target);
    guest.send(read);
    guest.sleep(RawGuest.SERVICE_NS / 2);
    return read;
  }
}
