package dev.ringside.blk;

import dev.ringside.virtio.state.ChainState;
import dev.ringside.virtio.state.DeviceStateException;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * A request in flight in a saved device. Its header was read once, and is not read again.
 *
 * <pre>
 *   0       1      5        13              21       25        33
 *   | stage | type | sector | statusAddress | status | written | ChainState
 * </pre>
 *
 * @param stage how far it has come
 * @param type as it stands on the wire
 * @param sector that its header names
 * @param statusAddress where the status byte goes, guest-physical
 * @param status what it came to; 0 unless it is done
 * @param written bytes written into the chain; 0 unless it is done
 * @param chain what is left of it without header and status
 */
record RequestState(
    InFlight.Stage stage,
    int type,
    long sector,
    long statusAddress,
    int status,
    long written,
    ChainState chain) {

  void writeTo(DataOutput out) throws IOException {
    out.writeByte(stage.code());
    out.writeInt(type);
    out.writeLong(sector);
    out.writeLong(statusAddress);
    out.writeInt(status);
    out.writeLong(written);
    chain.writeTo(out);
  }

  static RequestState readFrom(DataInput in) throws IOException {
    int code = in.readByte();
    InFlight.Stage stage = InFlight.Stage.of(code);
    if (stage == null) {
      throw new DeviceStateException("a request of stage " + code);
    }
    return new RequestState(
        stage,
        in.readInt(),
        in.readLong(),
        in.readLong(),
        in.readInt(),
        in.readLong(),
        ChainState.readFrom(in));
  }
}
