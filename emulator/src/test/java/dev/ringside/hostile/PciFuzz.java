package dev.ringside.hostile;

import dev.ringside.virtio.spec.BlkRequestType;

/**
 * Accesses to a PCI function out of arbitrary bytes: its configuration space and what lies behind
 * its base addresses, in front of a device in any state. An access is
 *
 * <pre>
 *   kind (1) | offset (2) | value (4)
 * </pre>
 */
public final class PciFuzz {
  private static final int MAX_ACCESSES = 64;
  private static final int CONFIGURATION_SIZE = 0x1000;
  private static final int CONVENTIONAL_SIZE = 0x100;
  private static final int WINDOWS_SIZE = 0x3_0000;

  private PciFuzz() {}

  /** One input, as Jazzer calls it. */
  public static void fuzzerTestOneInput(byte[] bytes) {
    FuzzInput input = new FuzzInput(bytes);
    int choice = input.u8();
    int workers = choice & 1;
    boolean running = (choice & 2) != 0;
    FuzzMachine.run(
        Combination.SPLIT_PCI,
        Setup.DEFAULT,
        workers,
        guest -> {
          if (running) {
            guest.bringUp();
          } else {
            guest.programQueue();
          }
          guest.ring().offer(guest.request(BlkRequestType.FLUSH, 0).chain());
          for (int i = 0; i < MAX_ACCESSES && !input.isEmpty(); i++) {
            access(guest, input);
          }
          guest.pci().powerOn();
        });
  }

  private static void access(RawGuest guest, FuzzInput input) {
    int kind = input.u8();
    int offset = input.u16();
    int width = 1 << (kind & 3);
    boolean write = (kind & 4) == 0;
    if ((kind & 8) == 0) {
      // The windows: structures, MSI-X table, and what lies between.
      int at = (kind & 16) == 0 ? offset : offset * 4 % WINDOWS_SIZE;
      guest.pci().window(at, width, write ? input.u32() : 0, write);
    } else {
      int at = offset % ((kind & 16) == 0 ? CONVENTIONAL_SIZE : CONFIGURATION_SIZE);
      if (write) {
        guest.pci().config(at, width, input.u32());
      } else {
        guest.pci().config(at, width);
      }
    }
    if ((kind & 32) != 0) {
      guest.sleep(1);
    }
  }
}
