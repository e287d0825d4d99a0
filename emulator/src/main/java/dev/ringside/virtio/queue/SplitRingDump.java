package dev.ringside.virtio.queue;

import static dev.ringside.virtio.spec.SplitLayout.*;

import dev.ringside.machine.GuestMemory;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.bytes.HexDumpBytes;

/**
 * A split ring as its bytes stand in guest memory, each with what it means: for whoever wants to
 * see what a driver wrote.
 *
 * <pre>
 * 20 b1 00 00 00 00 00 00 # desc[0] addr
 * 30 00 00 00             # desc[0] len 48
 * 04 00                   # desc[0] flags INDIRECT
 * </pre>
 */
public final class SplitRingDump {
  private SplitRingDump() {}

  /**
   * Dumps the descriptor table, the available and the used ring of an enabled queue. The guest may
   * be writing meanwhile; then the dump shows some of it.
   */
  public static String of(GuestMemory memory, QueueConfig queue) {
    int size = queue.size();
    HexDumpBytes dump = new HexDumpBytes();
    try {
      Bytes<?> table = memory.bytes(queue.descriptorArea(), descriptorTableBytes(size));
      for (int i = 0; i < size; i++) {
        descriptor(dump, i, table.readLong(), table.readLong());
      }
      Bytes<?> available = memory.bytes(queue.driverArea(), availableRingBytes(size));
      u16(dump, "avail flags", available.readUnsignedShort());
      u16(dump, "avail idx", available.readUnsignedShort());
      for (int i = 0; i < size; i++) {
        u16(dump, "avail ring[" + i + "]", available.readUnsignedShort());
      }
      u16(dump, "used_event", available.readUnsignedShort());
      Bytes<?> used = memory.bytes(queue.deviceArea(), usedRingBytes(size));
      u16(dump, "used flags", used.readUnsignedShort());
      u16(dump, "used idx", used.readUnsignedShort());
      for (int i = 0; i < size; i++) {
        u32(dump, "used ring[" + i + "] id", used.readInt());
        u32(dump, "used ring[" + i + "] len", used.readInt());
      }
      u16(dump, "avail_event", used.readUnsignedShort());
      return dump.toHexString();
    } finally {
      dump.releaseLast();
    }
  }

  private static void descriptor(HexDumpBytes dump, int index, long address, long word) {
    String name = "desc[" + index + "] ";
    dump.writeHexDumpDescription(name + "addr").writeLong(address);
    u32(dump, name + "len", (int) length(word));
    dump.writeHexDumpDescription(name + "flags" + flagNames(flags(word)))
        .writeUnsignedShort(flags(word));
    u16(dump, name + "next", next(word));
  }

  private static String flagNames(int flags) {
    return ((flags & DESC_F_NEXT) != 0 ? " NEXT" : "")
        + ((flags & DESC_F_WRITE) != 0 ? " WRITE" : "")
        + ((flags & DESC_F_INDIRECT) != 0 ? " INDIRECT" : "");
  }

  private static void u16(HexDumpBytes dump, String name, int value) {
    dump.writeHexDumpDescription(name + " " + value).writeUnsignedShort(value);
  }

  private static void u32(HexDumpBytes dump, String name, int value) {
    dump.writeHexDumpDescription(name + " " + Integer.toUnsignedString(value)).writeInt(value);
  }
}
