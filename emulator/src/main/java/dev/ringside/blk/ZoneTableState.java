package dev.ringside.blk;

import dev.ringside.virtio.spec.BlkZoneState;
import dev.ringside.virtio.state.DeviceStateException;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The zones of a saved disk.
 *
 * <pre>
 *   | n | n times: state (1 byte), write pointer (8) | m | m numbers of zones (4) |
 * </pre>
 *
 * @param zones in their order
 * @param implicitlyOpen those that are, in the order in which they were opened
 */
record ZoneTableState(List<Zone> zones, List<Integer> implicitlyOpen) {
  ZoneTableState {
    zones = List.copyOf(zones);
    implicitlyOpen = List.copyOf(implicitlyOpen);
  }

  /**
   * One zone.
   *
   * @param writePointer a sector
   */
  record Zone(BlkZoneState state, long writePointer) {}

  void writeTo(DataOutput out) throws IOException {
    out.writeInt(zones.size());
    for (Zone zone : zones) {
      out.writeByte(zone.state().code());
      out.writeLong(zone.writePointer());
    }
    out.writeInt(implicitlyOpen.size());
    for (int zone : implicitlyOpen) {
      out.writeInt(zone);
    }
  }

  static ZoneTableState readFrom(DataInput in) throws IOException {
    List<Zone> zones = new ArrayList<>();
    for (int left = in.readInt(); left > 0; left--) {
      int code = in.readByte();
      BlkZoneState state = BlkZoneState.of(code);
      if (state == null) {
        throw new DeviceStateException("a zone in state " + code);
      }
      zones.add(new Zone(state, in.readLong()));
    }
    List<Integer> implicitlyOpen = new ArrayList<>();
    for (int left = in.readInt(); left > 0; left--) {
      implicitlyOpen.add(in.readInt());
    }
    return new ZoneTableState(zones, implicitlyOpen);
  }
}
