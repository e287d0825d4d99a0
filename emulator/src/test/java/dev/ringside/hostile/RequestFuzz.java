package dev.ringside.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringside.hostile.GuestRing.Buffer;
import dev.ringside.hostile.GuestRing.Used;
import dev.ringside.virtio.spec.BlkRequestLayout;
import dev.ringside.virtio.spec.Feature;
import java.util.ArrayList;
import java.util.List;

/**
 * Requests out of arbitrary bytes, on a ring that keeps the rules. Each request is
 *
 * <pre>
 *   header (16) | readable length (2) | writable length (2) | cut (1) | readable bytes
 * </pre>
 *
 * <p>The cut says where the readable and the writable half are divided into two buffers. The device
 * must give each back once, with a status that exists, and write nothing but the writable half.
 */
public final class RequestFuzz {
  private static final int MAX_REQUESTS = 4;
  private static final int MAX_DATA = 4 * BlkRequestLayout.SECTOR_SIZE;
  private static final int LAST_STATUS = 6;

  private RequestFuzz() {}

  /** One input, as Jazzer calls it. */
  public static void fuzzerTestOneInput(byte[] bytes) {
    FuzzInput input = new FuzzInput(bytes);
    int choice = input.u8();
    Setup setup = (choice & 1) == 0 ? Setup.DEFAULT : Setup.DEFAULT.onReadOnlyDisk();
    setup = (choice & 2) == 0 ? setup : setup.without(Feature.BLK_DISCARD, Feature.BLK_FLUSH);
    int workers = choice >>> 2 & 1;
    FuzzMachine.run(Combination.SPLIT_MMIO, setup, workers, guest -> attack(guest, input));
  }

  private static void attack(RawGuest guest, FuzzInput input) {
    guest.bringUp();
    for (int i = 0; i < MAX_REQUESTS && !input.isEmpty(); i++) {
      request(guest, input);
    }
    guest.ram().check();
  }

  private static void request(RawGuest guest, FuzzInput input) {
    Buffer header = guest.out(BlkRequestLayout.HEADER_SIZE, 0);
    input.pour(guest.ram(), header.address(), BlkRequestLayout.HEADER_SIZE);
    int readable = input.u16() % (MAX_DATA + 1);
    int writable = input.u16() % (MAX_DATA + 1);
    int cut = input.u8();
    Buffer source = guest.out(readable, 0);
    input.pour(guest.ram(), source.address(), readable);
    Buffer target = guest.in(writable + BlkRequestLayout.STATUS_SIZE);
    List<Buffer> chain = new ArrayList<>(List.of(header));
    cut(chain, source, cut);
    cut(chain, target, cut);
    long status = target.address() + writable;
    guest.send(new RawGuest.Request(chain, status));
    Used used = guest.expectUsed();
    assertThat(guest.ram().getU8(status)).isBetween(0, LAST_STATUS);
    assertThat(used.length()).isBetween(1L, target.length());
  }

  private static void cut(List<Buffer> chain, Buffer whole, int at) {
    long first = Math.min(at, whole.length());
    chain.add(new Buffer(whole.address(), first, whole.writable()));
    chain.add(new Buffer(whole.address() + first, whole.length() - first, whole.writable()));
  }
}
