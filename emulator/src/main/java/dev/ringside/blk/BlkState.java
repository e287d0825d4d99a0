package dev.ringside.blk;

import static dev.ringside.virtio.state.DeviceStateException.require;

import dev.ringside.storage.Storage;
import dev.ringside.virtio.state.DeviceStateException;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a saved virtio-blk device keeps besides its rings: the device's section of a {@link
 * dev.ringside.virtio.state.DeviceState}.
 *
 * <pre>
 *   0         8           9
 *   | sectors | writeback | has wear | wear | has zones | ZoneTableState
 *   | queues | for each: n, n RequestStates
 * </pre>
 *
 * <p>{@code wear} and the zones stand there when the byte before them is 1.
 *
 * @param sectors capacity of the disk
 * @param writeback the cache mode
 * @param wear bytes written in the disk's life; null when it does not wear
 * @param zones null when the disk has none
 * @param requests those in flight, for each queue in the order of {@link QueueService#pause}
 */
record BlkState(
    long sectors,
    boolean writeback,
    @Nullable Long wear,
    @Nullable ZoneTableState zones,
    List<List<RequestState>> requests) {
  BlkState {
    requests = requests.stream().map(List::copyOf).toList();
  }

  /**
   * Makes sure that this is the state of such a disk.
   *
   * @param wears whether the disk does
   * @param table its zones, or null
   * @param queues of the device
   * @throws DeviceStateException when it is not
   */
  void requireFits(Storage storage, boolean wears, @Nullable ZoneTable table, int queues)
      throws DeviceStateException {
    require(
        sectors == storage.sectors(),
        "of a disk of %d sectors, and this one has %d",
        sectors,
        storage.sectors());
    require(
        (wear != null) == wears && (zones == null) == (table == null), "of another kind of disk");
    require(wear == null || wear >= 0, "an age below zero");
    if (table != null && zones != null) {
      table.check(zones);
    }
    require(requests.size() == queues, "requests of %d queues", requests.size());
  }

  void writeTo(DataOutput out) throws IOException {
    out.writeLong(sectors);
    out.writeBoolean(writeback);
    out.writeBoolean(wear != null);
    if (wear != null) {
      out.writeLong(wear);
    }
    out.writeBoolean(zones != null);
    if (zones != null) {
      zones.writeTo(out);
    }
    out.writeInt(requests.size());
    for (List<RequestState> queue : requests) {
      out.writeInt(queue.size());
      for (RequestState request : queue) {
        request.writeTo(out);
      }
    }
  }

  static BlkState readFrom(DataInput in) throws IOException {
    long sectors = in.readLong();
    boolean writeback = in.readBoolean();
    Long wear = in.readBoolean() ? in.readLong() : null;
    ZoneTableState zones = in.readBoolean() ? ZoneTableState.readFrom(in) : null;
    List<List<RequestState>> requests = new ArrayList<>();
    for (int left = in.readInt(); left > 0; left--) {
      requests.add(readQueue(in));
    }
    return new BlkState(sectors, writeback, wear, zones, requests);
  }

  private static List<RequestState> readQueue(DataInput in) throws IOException {
    List<RequestState> queue = new ArrayList<>();
    for (int left = in.readInt(); left > 0; left--) {
      queue.add(RequestState.readFrom(in));
    }
    return queue;
  }
}
