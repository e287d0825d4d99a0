package dev.ringside.hostile;

import dev.ringside.virtio.spec.BlkRequestType;
import dev.ringside.virtio.spec.MmioRegister;

/**
 * Accesses to the registers of virtio-mmio out of arbitrary bytes, in front of a device in any
 * state. An access is
 *
 * <pre>
 *   kind (1) | offset (2) | value (4)
 * </pre>
 */
public final class MmioFuzz {
  private static final int MAX_ACCESSES = 64;

  private MmioFuzz() {}

  /** One input, as Jazzer calls it. */
  public static void fuzzerTestOneInput(byte[] bytes) {
    FuzzInput input = new FuzzInput(bytes);
    int choice = input.u8();
    int workers = choice & 1;
    boolean running = (choice & 2) != 0;
    FuzzMachine.run(
        Combination.SPLIT_MMIO,
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
        });
  }

  private static void access(RawGuest guest, FuzzInput input) {
    int kind = input.u8();
    int offset = input.u16();
    int width = 1 << (kind & 3);
    // Most accesses go to a register, aligned and as wide as it is.
    boolean plain = (kind & 4) == 0;
    long at = plain ? offset % MmioRegister.WINDOW_SIZE & -Integer.BYTES : offset;
    int bytes = plain ? Integer.BYTES : width;
    if ((kind & 8) == 0) {
      guest.mmio().write(at, bytes, input.u32());
    } else {
      guest.mmio().read(at, bytes);
    }
    if ((kind & 16) != 0) {
      guest.sleep(1);
    }
  }
}
