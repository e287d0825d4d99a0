package dev.ringside.hostile;

import dev.ringside.hostile.GuestRing.Buffer;
import dev.ringside.machine.LittleEndian;
import dev.ringside.virtio.spec.BlkRequestLayout;
import dev.ringside.virtio.spec.BlkRequestType;
import dev.ringside.virtio.spec.DeviceStatus;
import dev.ringside.virtio.spec.MmioRegister;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Where a fuzzer begins: inputs that get far, because they are almost right. */
final class FuzzSeeds {
  private static final int SECTOR = BlkRequestLayout.SECTOR_SIZE;
  private static final int ENTRY = 16;

  private FuzzSeeds() {}

  /** Rings with valid requests and with some that break a rule, as the guest lays them. */
  static List<byte[]> rings(Combination combination) {
    List<byte[]> seeds = new ArrayList<>();
    for (BlkRequestType type : BlkRequestType.values()) {
      seeds.add(ring(combination, guest -> guest.ring().offer(guest.request(type, 1).chain())));
      seeds.add(ring(combination, guest -> indirect(guest, type)));
    }
    seeds.add(
        ring(
            combination,
            guest ->
                guest.ring().offer(guest.request(BlkRequestType.IN, 1, guest.in(SECTOR)).chain())));
    seeds.add(
        ring(
            combination,
            guest ->
                guest
                    .ring()
                    .offer(guest.request(BlkRequestType.OUT, 1, guest.out(SECTOR, 1)).chain())));
    seeds.add(
        ring(
            combination,
            guest -> {
              for (int i = 0; i < 3; i++) {
                guest.ring().offer(guest.request(BlkRequestType.FLUSH, 0).chain());
              }
            }));
    seeds.add(
        ring(combination, guest -> guest.ring().offer(List.of(guest.in(1), guest.header(0, 0)))));
    return seeds;
  }

  private static void indirect(RawGuest guest, BlkRequestType type) {
    long table = guest.allocate(4 * ENTRY);
    List<Buffer> chain = guest.request(type, 1, guest.ranges(0, 1, 0)).chain();
    guest.ring().table(table, chain, 0);
    guest.ring().offerIndirect(table, (long) ENTRY * chain.size(), 0);
  }

  /** What a guest has laid into the areas that {@link RingFuzz} fills, with a device at rest. */
  private static byte[] ring(Combination combination, Consumer<RawGuest> guest) {
    ByteArrayOutputStream seed = new ByteArrayOutputStream();
    seed.write(1); // indirect descriptors
    seed.write(0);
    seed.write(0);
    Setup setup = Setup.DEFAULT.withQueueSize(RingFuzz.QUEUE_SIZE);
    FuzzMachine.run(
        combination,
        setup,
        0,
        laid -> {
          laid.programQueue();
          guest.accept(laid);
          seed.writeBytes(laid.areas(RingFuzz.AREA_BYTES, RingFuzz.POOL_BYTES));
        });
    return seed.toByteArray();
  }

  /** One request of each type, and one with ranges. */
  static List<byte[]> requests() {
    List<byte[]> seeds = new ArrayList<>();
    for (BlkRequestType type : BlkRequestType.values()) {
      for (int length : new int[] {0, BlkRequestLayout.RANGE_SIZE, SECTOR}) {
        byte[] seed = new byte[1 + BlkRequestLayout.HEADER_SIZE + 5 + length];
        MemorySegment bytes = MemorySegment.ofArray(seed);
        LittleEndian.setU32(bytes, 1, type.code());
        LittleEndian.setU16(bytes, 1L + BlkRequestLayout.HEADER_SIZE, length);
        LittleEndian.setU16(bytes, 3L + BlkRequestLayout.HEADER_SIZE, length);
        seeds.add(seed);
      }
    }
    return seeds;
  }

  /** Reads and writes of every kind at the beginning of everything, at rest and running. */
  static List<byte[]> pci() {
    List<byte[]> seeds = new ArrayList<>();
    for (int choice = 0; choice < 4; choice++) {
      ByteArrayOutputStream accesses = new ByteArrayOutputStream();
      accesses.write(choice);
      for (int kind = 0; kind < 1 << 6; kind++) {
        accesses.write(kind);
        accesses.writeBytes(new byte[] {0x14, 0, 1, 0, 0, 0});
      }
      seeds.add(accesses.toByteArray());
    }
    return seeds;
  }

  /** The steps of an initialization, and a kick. */
  static List<byte[]> mmio() {
    ByteArrayOutputStream steps = new ByteArrayOutputStream();
    steps.write(0);
    int[][] writes = {
      {MmioRegister.STATUS, DeviceStatus.ACKNOWLEDGE},
      {MmioRegister.STATUS, DeviceStatus.ACKNOWLEDGE | DeviceStatus.DRIVER},
      {MmioRegister.DRIVER_FEATURES_SEL, 1},
      {MmioRegister.DRIVER_FEATURES, 1},
      {
        MmioRegister.STATUS,
        DeviceStatus.ACKNOWLEDGE | DeviceStatus.DRIVER | DeviceStatus.FEATURES_OK
      },
      {MmioRegister.QUEUE_SEL, 0},
      {MmioRegister.QUEUE_READY, 1},
      {
        MmioRegister.STATUS,
        DeviceStatus.ACKNOWLEDGE
            | DeviceStatus.DRIVER
            | DeviceStatus.FEATURES_OK
            | DeviceStatus.DRIVER_OK
      },
      {MmioRegister.QUEUE_NOTIFY, 0},
      {MmioRegister.STATUS, 0}
    };
    for (int[] write : writes) {
      steps.write(0);
      steps.write(write[0]);
      steps.write(write[0] >>> Byte.SIZE);
      for (int i = 0; i < Integer.BYTES; i++) {
        steps.write(write[1] >>> (i * Byte.SIZE));
      }
    }
    byte[] running = steps.toByteArray().clone();
    running[0] = 2;
    return List.of(steps.toByteArray(), running);
  }
}
