package dev.ringside.hostile;

import dev.ringside.virtio.spec.Feature;

/**
 * Bytes for everything that a ring consists of, and kicks:
 *
 * <pre>
 *   features | workers | kicks | descriptors | driver area | device area | tables, headers, data
 * </pre>
 *
 * <p>After the first kick the rest of the input is written over the descriptors, as a guest does
 * that changes its mind while the device works.
 */
final class RingFuzz {
  static final int QUEUE_SIZE = 8;

  /** Bytes of the input that go to each area of the ring. */
  static final int AREA_BYTES = 16 * QUEUE_SIZE;

  /** Bytes of the input that go where tables, headers and data are. */
  static final int POOL_BYTES = 512;

  private static final int INDIRECT = 1;
  private static final int EVENTS = 1 << 1;
  private static final int IN_ORDER = 1 << 2;
  private static final int MAX_KICKS = 4;

  private RingFuzz() {}

  static void run(Combination combination, byte[] bytes) {
    FuzzInput input = new FuzzInput(bytes);
    int choice = input.u8();
    int workers = input.u8() & 1;
    int kicks = 1 + input.u8() % MAX_KICKS;
    FuzzMachine.run(combination, setup(choice), workers, guest -> attack(guest, input, kicks));
  }

  private static Setup setup(int choice) {
    Setup setup = Setup.DEFAULT.withQueueSize(QUEUE_SIZE);
    setup = (choice & EVENTS) != 0 ? setup.with(Feature.EVENT_IDX) : setup;
    setup = (choice & IN_ORDER) != 0 ? setup.with(Feature.IN_ORDER) : setup;
    return (choice & INDIRECT) != 0 ? setup : setup.without(Feature.INDIRECT_DESC);
  }

  private static void attack(RawGuest guest, FuzzInput input, int kicks) {
    guest.bringUp();
    long pool = guest.allocate(POOL_BYTES);
    guest.pourAreas(input, AREA_BYTES);
    input.pour(guest.ram(), pool, POOL_BYTES);
    for (int i = 0; i < kicks; i++) {
      guest.kick();
      if (i == kicks - 1 || input.isEmpty()) {
        guest.rest();
      } else {
        guest.sleep(1);
        guest.pourAreas(input, AREA_BYTES);
      }
    }
  }
}
