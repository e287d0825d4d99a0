package dev.ringside.virtio.state;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * What a device keeps to itself about an enabled ring. Everything that is done has been published,
 * so two places say it all; which chains are in flight is known to who has them.
 *
 * <pre>
 *   0              4          8
 *   | nextAvailable | nextUsed |
 * </pre>
 *
 * @param nextAvailable where the next chain is taken: an index modulo 2^16 in a split ring, a
 *     cursor in a packed one
 * @param nextUsed where the next used entry goes, likewise
 */
public record RingState(int nextAvailable, int nextUsed) {
  void writeTo(DataOutput out) throws IOException {
    out.writeInt(nextAvailable);
    out.writeInt(nextUsed);
  }

  static RingState readFrom(DataInput in) throws IOException {
    return new RingState(in.readInt(), in.readInt());
  }
}
