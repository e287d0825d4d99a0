package dev.ringside.virtio.queue;

import static dev.ringside.virtio.spec.PackedLayout.*;

import dev.ringside.machine.GuestMemory;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.bytes.HexDumpBytes;

/**
 * A packed ring as its bytes stand in guest memory, each with what it means.
 *
 * <pre>
 * 20 b1 00 00 00 00 00 00 # desc[0] addr
 * 30 00 00 00             # desc[0] len 48
 * 05 00                   # desc[0] id 5
 * 84 00                   # desc[0] flags INDIRECT AVAIL
 * </pre>
 */
public final class PackedRingDump {
  private PackedRingDump() {}

  /**
   * Dumps the descriptor ring and both event suppression structures of an enabled queue. The guest
   * may be writing meanwhile; then the dump shows some of it.
   */
  public static String of(GuestMemory memory, QueueConfig queue) {
    int size = queue.size();
    HexDumpBytes dump = new HexDumpBytes();
    try {
      Bytes<?> ring = memory.bytes(queue.descriptorArea(), descriptorRingBytes(size));
      for (int i = 0; i < size; i++) {
        descriptor(dump, i, ring.readLong(), ring.readLong());
      }
      event(dump, "driver event", memory.getU32(queue.driverArea()));
      event(dump, "device event", memory.getU32(queue.deviceArea()));
      return dump.toHexString();
    } finally {
      dump.releaseLast();
    }
  }

  private static void descriptor(HexDumpBytes dump, int index, long address, long word) {
    String name = "desc[" + index + "] ";
    int flags = descriptorFlags(word);
    dump.writeHexDumpDescription(name + "addr").writeLong(address);
    dump.writeHexDumpDescription(name + "len " + length(word)).writeInt((int) length(word));
    u16(dump, name + "id " + id(word), id(word));
    u16(dump, name + "flags" + flagNames(flags), flags);
  }

  private static String flagNames(int flags) {
    return ((flags & DESC_F_NEXT) != 0 ? " NEXT" : "")
        + ((flags & DESC_F_WRITE) != 0 ? " WRITE" : "")
        + ((flags & DESC_F_INDIRECT) != 0 ? " INDIRECT" : "")
        + ((flags & DESC_F_AVAIL) != 0 ? " AVAIL" : "")
        + ((flags & DESC_F_USED) != 0 ? " USED" : "");
  }

  private static void event(HexDumpBytes dump, String name, int event) {
    int place = event & (1 << Short.SIZE) - 1;
    int flags = event >>> Short.SIZE;
    u16(dump, "%s off %d wrap %d".formatted(name, eventOffset(event), eventWrap(event)), place);
    u16(dump, name + " flags " + eventName(flags), flags);
  }

  private static String eventName(int flags) {
    return switch (flags) {
      case EVENT_ENABLE -> "ENABLE";
      case EVENT_DISABLE -> "DISABLE";
      case EVENT_DESC -> "DESC";
      default -> "reserved";
    };
  }

  private static void u16(HexDumpBytes dump, String description, int value) {
    dump.writeHexDumpDescription(description).writeUnsignedShort(value);
  }
}
